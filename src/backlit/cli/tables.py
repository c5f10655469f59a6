"""Which columns does a list show on a terminal, and how wide may they be?

A column is as wide as its content or takes a share of what is left; the less important ones need a
wider terminal to appear. All text comes from strangers and goes through `visible`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from backlit.report import spread
from backlit.report.gap import links_to
from backlit.report.text import count, found_instead, nothing_before, path_of, percent, standing, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from backlit.app.answer import Answer, Row

__all__ = [
    "ANCHORS",
    "BACKLINKS",
    "BEST_PAGES",
    "CHANGES",
    "DIVERSITY",
    "DOMAINS",
    "GAP",
    "KNOWN_BY",
    "LEADS",
    "LOST",
    "SOURCES",
    "VERSIONS",
    "Column",
    "View",
    "date_of",
    "table_of",
]


@dataclass(frozen=True, slots=True)
class Column:
    """`share` of the free width (0: as wide as its content), shown from a terminal `width` on."""

    title: str
    cell: Callable[["Row"], str]
    share: int = 0
    width: int = 0
    right: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """The columns of a list, what its rows are called, and what to say when there is none."""

    noun: str
    columns: Sequence[Column]
    empty: str


def table_of(answer: "Answer", view: View, *, width: int | None = None) -> "list[RenderableType]":
    """Heading, table and, where rows are left, how to see them."""
    from rich.text import Text

    if not answer.rows:
        why = _NONE_CHOSEN if answer.query.get("q") else view.empty
        return [Text(f"No {view.noun}. {_unknown(answer) or why}")]
    rows = [row | {"as_of": answer.as_of} for row in answer.rows]
    parts: list[RenderableType] = [_heading(answer, view), _table(rows, view, width)]
    if unknown := _unknown(answer):
        parts.append(Text(unknown, "dim"))
    if answer.next:
        parts.append(Text("More: --limit N, or all of them into a file: -o FILE.csv", "dim"))
    return [*parts, *_facets(answer)]


def _unknown(answer: "Answer") -> str:
    """That nothing was known on the day that is compared with, and which day would tell more."""
    begins = answer.query.get("begins")
    if begins is None:
        return ""
    later = f"{datetime.fromisoformat(begins) + timedelta(days=1):%Y-%m-%d}"
    return f"{nothing_before(begins)} Name a later day, as --since {later}."


def _facets(answer: "Answer") -> "list[RenderableType]":
    """How the links behind the rows are made up, where that was asked for."""
    from rich.text import Text

    from backlit.cli.profile import mix_table

    parts: list[RenderableType] = []
    for name, counts in (answer.facets or {}).items():
        title = name.replace("_", " ").capitalize()
        late = Text(f"{title}: not counted in time", "dim")
        parts += ["", late if counts is None else mix_table(name, title, counts, 22)]
    return parts


def _heading(answer: "Answer", view: View) -> "RenderableType":
    from rich.text import Text

    target = answer.query.get("target")
    shown = f"{len(answer.rows):,} of " if answer.next else ""
    shown += "about " if answer.total_is == "approx" else ""
    group = answer.query.get("group", "none")
    each = "" if group == "none" else f", the best of each {group}"
    total = answer.total or len(answer.rows)
    noun = view.noun.removesuffix("s") if total == 1 and not shown else view.noun
    said = [f"{shown}{total:,} {noun}{each}"]
    if answer.as_of:
        said.append(f"data as of {date_of(answer.as_of)}")
    name = visible(str(target)) + "  " if target else ""
    return Text.assemble((name, "bold"), (" · ".join(said), "dim"))


def _table(rows: "Sequence[Row]", view: View, width: int | None) -> "RenderableType":
    import shutil

    from rich import box
    from rich.table import Table
    from rich.text import Text

    room = width or shutil.get_terminal_size().columns
    columns = [column for column in view.columns if column.width <= room]
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, padding=(0, 1), header_style="bold")
    for column in columns:
        table.add_column(
            column.title,
            justify="right" if column.right else "left",
            ratio=column.share or None,
            no_wrap=True,
            overflow="ellipsis",
        )
    for row in rows:
        table.add_row(*(Text(column.cell(row), overflow="ellipsis", no_wrap=True) for column in columns))
    return table


# cells -----------------------------------------------------------------------


def date_of(moment: datetime | None) -> str:
    """`2026-03-01`: in a column, dates that sort like text read best."""
    return "–" if moment is None else moment.date().isoformat()


def _shown(field: str) -> Callable[["Row"], str]:
    return lambda row: "–" if row.get(field) is None else visible(str(row[field]))


def _number(field: str) -> Callable[["Row"], str]:
    return lambda row: count(row.get(field))


def _score(field: str) -> Callable[["Row"], str]:
    return lambda row: "–" if row.get(field) is None else f"{row[field]:.0f}"


def _share(field: str) -> Callable[["Row"], str]:
    return lambda row: "–" if row.get(field) is None else f"{row[field]:.1%}"


def _date(field: str) -> Callable[["Row"], str]:
    return lambda row: date_of(row.get(field))


def _anchor(row: "Row") -> str:
    if row.get("anchor"):
        return visible(row["anchor"])
    return f"[image] {visible(row['alt'])}" if row.get("alt") else "[no text]"


def _class(row: "Row") -> str:
    """What the words are to the target."""
    return f"{row['class'] or 'not known'}{' (money)' if row['money'] else ''}"


def _rel(row: "Row") -> str:
    """What a link says about endorsement; the technical tokens stay out."""
    if row.get("rel") is None:
        return "not read"
    return " ".join(token for token in row["rel"] if token in ("nofollow", "ugc", "sponsored")) or "follow"


def _path(field: str) -> Callable[["Row"], str]:
    return lambda row: visible(path_of(row[field])) if row.get(field) else "–"


def _to(row: "Row") -> str:
    """The path on the target; of another name of it the whole address, and how that leads here."""
    via = row.get("via")
    if not via:
        return _path("target_url")(row)
    return f"{via[0]['kind']} from {_bare('target_url')(row)}"


def _bare(field: str) -> Callable[["Row"], str]:
    return lambda row: visible(str(row.get(field) or "–")).removeprefix("https://").removeprefix("http://")


def _domain(row: "Row") -> str:
    platform = row.get("platform")
    return visible(row["domain"]) + (f" (on {visible(platform)})" if platform else "")


def _of_gap(row: "Row") -> str:
    """The page, or of a domain the one with its best link."""
    return _bare("source_url")(row["link"]) if row["page"] else _domain(row)


def _near(row: "Row") -> str:
    return "–" if row["relevance"] is None else f"{row['relevance']:.2f}"


def _state(row: "Row") -> str:
    return standing(row["state"], row.get("last_seen"), row.get("as_of"))


def _found(row: "Row") -> str:
    return visible(found_instead(row.get("lost_reason")))


_NONE_CHOSEN = "None here is what the filter asks for. Without -q all are shown."
_WHY_EMPTY = "No page in this index links there. `backlit index ls` shows what was read."

BACKLINKS = View(
    "links",
    [
        Column("Auth", _score("source_authority"), right=True),
        Column("Page", _bare("source_url"), share=5),
        Column("Anchor", _anchor, share=3),
        Column("To", _to, share=2, width=96),
        Column("Rel", _rel, width=72),
        Column("Place", _shown("placement"), width=110),
        Column("Value", _score("value"), width=100, right=True),
        Column("Spam", _score("spam"), width=132, right=True),
        Column("Unnat.", _score("unnatural"), width=132, right=True),
        Column("Links", _number("links_in_group"), width=140, right=True),
        Column("First seen", _date("first_seen"), width=124),
        Column("Last seen", _date("last_seen"), width=140),
        Column("State", _state, width=84),
    ],
    f"{_WHY_EMPTY} `--leads` shows pages that are said to.",
)

LOST = View(
    "lost links",
    [
        Column("Auth", _score("source_authority"), right=True),
        Column("Page", _bare("source_url"), share=5),
        Column("Anchor", _anchor, share=3),
        Column("To", _to, share=2, width=110),
        Column("Rel", _rel, width=124),
        Column("First seen", _date("first_seen"), width=124),
        Column("Lost on", _date("lost_at")),
        Column("What was found", _found, width=84),
    ],
    "No link is known to be gone: that takes a later look at its page.",
)


def _only_here(row: "Row") -> str:
    return f"{count(row['only_here'])} ({percent(row['only_here_share'], 1)})"


def _visits(row: "Row") -> str:
    told = row.get("visits") or []
    return ", ".join(f"{count(each['count'])} {each['measure']} ({each['tool']})" for each in told) or "–"


def _of_link(cell: Callable[["Row"], str]) -> Callable[["Row"], str]:
    return lambda row: cell(row["link"])


_COUNTED = {"one-more": "one more, of several on the page", "one-fewer": "one fewer; the page still links"}


def _what(row: "Row") -> str:
    """Why, and for what differs the former value and the present one."""
    before, after = row["before"], row["after"]
    if row["kind"] != "changed" or before is None or after is None:
        return visible(_COUNTED.get(row["reason"], row["reason"].replace("-", " ")))
    sides = {name: (_side(before, name), _side(after, name)) for name in row["reason"].split(",")}
    return "; ".join(f"{name}: {was} → {now}" for name, (was, now) in sides.items())


def _side(side: "Row", name: str) -> str:
    if name == "anchor":
        return _anchor(side)
    if name == "redirect":
        return "led elsewhere" if side["via"] else "direct"
    value = side[name]
    return visible(" ".join(value) or "none") if isinstance(value, list) else visible(str(value))


CHANGES = View(
    "changes",
    [
        Column("On", _date("at")),
        Column("What", _shown("kind")),
        Column("Why", _what, share=3),
        Column("Auth", _of_link(_score("source_authority")), width=96, right=True),
        Column("Page", _of_link(_bare("source_url")), share=4),
        Column("To", _of_link(_to), share=2, width=96),
        Column("Anchor", _of_link(_anchor), share=2, width=120),
    ],
    "No page that was read again shows another link than before. --kind all has first readings too.",
)

LEADS = View(
    "leads",
    [
        Column("Page", _bare("source_url"), share=3),
        Column("Said of", _shown("target_domain"), share=1, width=96),
        Column("Said by", _shown("reported_by")),
        Column("Said on", _date("reported_at"), width=72),
        Column("Read from", _shown("source"), share=1, width=110),
    ],
    "Every page that is said to link there was read, or nobody said so.",
)

DOMAINS = View(
    "referring domains",
    [
        Column("Auth", _score("authority"), right=True),
        Column("Domain", _domain, share=5),
        Column("Type", _shown("sitetype"), width=132),
        Column("Links", _number("links"), right=True),
        Column("Follow", _number("follow"), right=True),
        Column("Spam", _score("spam"), width=96, right=True),
        Column("Unnat.", _score("unnatural"), width=96, right=True),
        Column("First seen", _date("first_seen"), width=72),
        Column("Last seen", _date("last_seen"), width=100),
        Column("Best anchor", _anchor, share=3, width=88),
        Column("Visits", _visits, width=130),
        Column("Address", _shown("ip"), width=150),
    ],
    _WHY_EMPTY,
)

ANCHORS = View(
    "anchor texts",
    [
        Column("Anchor", _anchor, share=1),
        Column("Class", _class),
        Column("Domains", _number("domains"), right=True),
        Column("Links", _number("links"), right=True),
        Column("Follow", _number("follow"), right=True, width=60),
        Column("First seen", _date("first_seen"), width=80),
        Column("Last seen", _date("last_seen"), width=80),
    ],
    _WHY_EMPTY,
)


def _own_page(row: "Row") -> str:
    return _bare("url")(row) + (" (leads on to here)" if row.get("leads_on") else "")


BEST_PAGES = View(
    "linked pages",
    [
        Column("Page", _own_page, share=1),
        Column("Domains", _number("domains"), right=True),
        Column("Links", _number("links"), right=True),
        Column("Authority", _score("authority"), right=True),
        Column("Equity", _share("equity"), right=True, width=90),
        Column("Internal", _number("internal_links"), right=True, width=90),
        Column("Status", _shown("status"), right=True),
    ],
    _WHY_EMPTY,
)

SOURCES = View(
    "sources",
    [
        Column("Source", _shown("name"), share=1),
        Column("Kind", _shown("kind")),
        Column("Crawl", _shown("crawl"), width=90),
        Column("Pages", _number("pages"), right=True),
        Column("Links", _number("links"), right=True),
        Column("Leads", _number("leads"), right=True, width=100),
        Column("Not usable", _number("records_bad"), right=True, width=72),
        Column("Newest page", _date("last_observed"), width=110),
    ],
    "`backlit ingest FILE` reads the first one.",
)


def _moment(row: "Row") -> str:
    at: Any = row.get("at")
    return f"{at:%Y-%m-%d %H:%M:%S}Z" if isinstance(at, datetime) else "–"


KNOWN_BY = View(
    "sources of links",
    [
        Column("Source", _shown("name"), share=1),
        Column("Kind", _shown("kind")),
        Column("Domains", _number("domains"), right=True),
        Column("Only here", _only_here, right=True),
        Column("Links", _number("links"), right=True),
        Column("Pages", _number("pages"), right=True, width=90),
        Column("Files", _number("files"), right=True, width=90),
        Column("First seen", _date("first_seen"), width=110),
        Column("Last seen", _date("last_seen"), width=72),
    ],
    "No source knows a link to this target.",
)

DIVERSITY = View(
    "dimensions",
    [
        Column("Of", spread.dimension, share=3),
        Column("Effective number", lambda row: spread.number(row["effective"]), right=True),
        Column("95 % interval", spread.interval, right=True, width=90),
        Column("Kinds", _number("kinds"), right=True, width=110),
        Column("Most frequent", spread.top, share=3),
        Column("Beside peers", spread.beside_peers, right=True, width=72),
        Column("Not known of", _number("unknown"), right=True, width=124),
    ],
    _WHY_EMPTY,
)

GAP = View(
    "sites that link to rivals alone",
    [
        Column("Auth", _score("authority"), right=True),
        Column("Page", _of_gap, share=3),
        Column("Rivals", _number("rivals"), right=True),
        Column("Links to", links_to, share=2, width=90),
        Column("Value", _score("value"), right=True),
        Column("Near", _near, right=True, width=80),
        Column("In these words", _of_link(_anchor), share=2, width=120),
        Column("Lost on", _date("lost_at"), width=130),
    ],
    "Whoever links to the rivals links to the target too, or nobody in this index links to them.",
)

VERSIONS = View(
    "versions",
    [Column("Version", _shown("snapshot")), Column("Written", _moment), Column("By", _shown("job"), share=1)],
    "`backlit ingest FILE` makes the first one.",
)
