"""When did each domain begin to link to a target, and when did it stop?

A domain comes with its first link and goes with its last. It came between two looks: the last one at that
link's page without the link, and the first with it; where there was no earlier look, nobody knows when. It
went between the last look that saw a link and the one that found the last of them gone.
"""

from backlit.index.profile_sql import VOTES
from backlit.model import State

__all__ = ["LIVES"]

#: Over `links`: domain, absent_at, first_seen, last_seen, gone_at (null while any link stands), words.
LIVES = f"""
SELECT source_domain AS domain,
    arg_min(struct_pack(at := absent_at), (first_seen, absent_at IS NOT NULL)).at AS absent_at,
    min(first_seen) AS first_seen, max(last_seen) AS last_seen,
    CASE WHEN bool_and(state = {int(State.LOST)}) THEN max(gone_at) END AS gone_at,
    arg_min(lower(trim(anchor)), rowid) FILTER (trim(anchor) <> '' AND kind IN ({VOTES})) AS words
FROM links WHERE state <> {int(State.SYNDICATED)} AND first_seen IS NOT NULL
GROUP BY ALL ORDER BY ALL
"""
