"""What becomes of the judgement of links in lists, filters and counts?

What judges stands higher up (see `profile.Profile.judge`). Rows are known by their place in the table
`links`, which lies in the order of the best link first.
"""

from backlit.model import VOTE_KINDS, Reader, Rel

__all__ = ["COLUMNS", "COUNTS", "JUDGED", "JUDGEMENTS", "OF_LINK", "QUICK", "QUICK_INDEX"]

#: Links of a target, and of the whole index, up to which they are judged for every list; of more, where an
#: order, a filter, a file or an audit asks for it.
QUICK, QUICK_INDEX = 20_000, 500_000

#: The columns that judging adds to a link.
JUDGED = ("value", "spam", "unnatural", "relevance")
#: What a higher room found out about links, in this order.
COLUMNS = ("line", "spam", "unnatural", "value", "value_low", "value_high", "relevance")
JUDGEMENTS = """
CREATE TABLE IF NOT EXISTS judgements (
    line BIGINT, spam DOUBLE, unnatural DOUBLE, value DOUBLE, value_low DOUBLE, value_high DOUBLE,
    relevance DOUBLE)
"""
#: A column of `judgements` for a row of `links`, in SQL.
OF_LINK = "(SELECT j.{column} FROM judgements j WHERE j.line = links.rowid)"

_VOTES = ", ".join(str(int(kind)) for kind in VOTE_KINDS)
_NOT_FOLLOWED = int(Rel.NOFOLLOW | Rel.UGC | Rel.SPONSORED)
#: A domain is read as four fifths of its links are at least, where a look saw one of them: of what an export
#: says nobody knows how its page reads. It counts by one link that could be clicked, is
#: not declined, hidden, spam or unnatural, from where authority is known to come.
COUNTS = f"""
SELECT count(*) AS judged, count(*) FILTER (looked) AS looked,
    count(*) FILTER (looked AND spam >= {{limit}}) AS spam,
    count(*) FILTER (looked AND unnatural >= {{limit}}) AS unnatural, count(*) FILTER (counts) AS counting,
    count(*) FILTER (ranked) AS ranked, median(relevance) AS relevance
FROM (
    SELECT quantile_disc(j.spam, 0.2) AS spam, quantile_disc(j.unnatural, 0.2) AS unnatural,
        bool_or(l.reader >= {int(Reader.WAT)}) AS looked,
        max(j.relevance) AS relevance, bool_or(l.authority IS NOT NULL) AS ranked,
        bool_or(l.kind IN ({_VOTES}) AND coalesce(l.rel & {_NOT_FOLLOWED}, 0) = 0
            AND coalesce(l.hidden, 0) = 0 AND j.spam < {{limit}}
            AND j.unnatural < {{limit}} AND l.authority IS NOT NULL) AS counts
    FROM links l JOIN judgements j ON j.line = l.rowid GROUP BY l.source_domain)
"""
