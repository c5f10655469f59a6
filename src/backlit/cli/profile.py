"""How does the whole profile of a target fit on one terminal screen?"""

import shutil
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backlit.report.readable import called
from backlit.report.text import above, count, day, month, percent, place, plural, seldom_looked, visible

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from backlit.app.answer import Answer, Row

__all__ = ["bar", "mix_table", "profile_of", "spark"]

_BLOCKS = " ▁▂▃▄▅▆▇█"
_EIGHTHS = " ▏▎▍▌▋▊▉█"

#: Rows of one mix; more would push the next one off the screen.
_MIX_ROWS = 5
_BAR = 10

_MIXES = (
    ("rel", "What the links say"),
    ("placement", "Where they stand"),
    ("state", "Whether they are there"),
    ("kind", "What makes the link"),
    ("language", "Language of the page"),
    ("tld", "Top-level domain"),
)

_LATER = {
    "spam_share": "spam",
    "unnatural_share": "unnatural links",
    "relevance": "relevance",
    "diversity": "diversity",
}


def profile_of(answer: "Answer", *, width: int | None = None) -> "list[RenderableType]":
    """Numbers, authority, time and mixes of one overview."""
    row = answer.rows[0]
    room = width or shutil.get_terminal_size().columns
    parts: list[RenderableType] = [_heading(answer, row), ""]
    if not row["links"] and not row["lost"]:
        return [*parts, *_nothing(row)]
    own = row.get("authority") or {}
    parts += [_authority(own), *_counting(row), *_cautions(own), "", _numbers(row, room), ""]
    if row.get("timeline"):
        parts += [_timeline(row["timeline"], room), ""]
    return [*parts, _mixes(row["mix"], room), *_footer(row)]


def _heading(answer: "Answer", row: "Row") -> "RenderableType":
    from rich.text import Text

    said = [str(row["scope"])]
    if answer.as_of:
        said.append(f"data as of {day(answer.as_of)}")
    said.append(plural(answer.sources_total or len(answer.sources), "source"))
    return Text.assemble((called(row["target"]), "bold"), ("   " + " · ".join(said), "dim"))


def _nothing(row: "Row") -> "list[RenderableType]":
    from rich.text import Text

    leads = row.get("leads") or 0
    said = f"No page in this index links to {called(row['target'])}."
    if leads:
        said += f" {plural(leads, 'page is', 'pages are')} said to, and not read yet; "
        said += f"backlit backlinks {visible(row['target'])} --leads lists them."
    return [
        Text(said),
        Text("`backlit index ls` shows what was read; `backlit ingest FILE` reads more.", "dim"),
    ]


def _authority(authority: "Mapping[str, Any]") -> "RenderableType":
    from rich.text import Text

    score = authority.get("score")
    if score is None:
        return Text.assemble(
            ("Authority ", "bold"),
            "unknown  ",
            (visible(authority.get("why") or "The reason is not known."), "dim"),
        )
    spread = f" ± {authority['se']:.1f}" if authority.get("se") is not None else ""
    said = [f"a prior, from {visible(authority['source'])}"] if authority.get("source") else []
    if authority.get("rank") is not None:
        said.append(place(authority["rank"], authority.get("of") or 0, authority.get("tied")))
    if authority.get("percentile") is not None:
        said.append(above(authority["percentile"]))
    line = Text.assemble(
        ("Authority ", "bold"), (f"{score:.0f}", "bold"), f" of 100{spread}  ", bar(score, 100, 20)
    )
    return line.append("  " + ", ".join(said), "dim")


def _counting(row: "Row") -> "list[RenderableType]":
    """How many of the referring domains count, and what the others are."""
    from rich.text import Text

    if row.get("counting_domains") is None:
        return []
    said = f"{count(row['counting_domains'])} of {plural(row['referring_domains'], 'referring domain')} count"
    shares = ((row["spam_share"], "read as spam"), (row["unnatural_share"], "as unnatural"))
    told = ", ".join(f"{percent(share, 1)} {what}" for share, what in shares if share is not None)
    if row.get("relevance") is not None:
        by = {"words": " (by words alone)", "words and vectors": " (by words and vectors)"}
        how = by.get(row.get("relevance_method") or "", "")
        told += f", relevance {row['relevance']:.2f} in the middle{how}"
    return [Text.assemble(("Quality   ", "bold"), said, (f"  {told}" if told else "", "dim"))]


def _cautions(authority: "Mapping[str, Any]") -> "list[RenderableType]":
    from rich.text import Text

    return [
        Text.assemble(("Caution   ", "bold"), visible(each["sentence"]))
        for each in authority.get("warnings") or ()
    ]


# numbers ---------------------------------------------------------------------


def _numbers(row: "Row", room: int) -> "RenderableType":
    groups: list[list[tuple[str, Any]]] = [
        [
            ("Referring domains", row["referring_domains"]),
            ("hosts", row["referring_hosts"]),
            ("addresses", row["referring_ips"]),
            ("networks (/24)", row["referring_subnets"]),
        ],
        [
            ("Links", row["links"]),
            ("pages", row["pages"]),
            ("follow", row["follow"]),
            ("nofollow", row["nofollow"]),
        ],
        [
            ("New in 30 days", row["new_30d"]),
            ("first read in 30 days", row.get("first_looks_30d")),
            ("lost in 30 days", row["lost_30d"]),
            ("lost ever", row["lost"]),
            ("leads to read", row["leads"]),
        ],
    ]
    return _side_by_side([_number_table(group) for group in groups], 3 if room >= 76 else 1, stretch=False)


def _number_table(group: list[tuple[str, Any]]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    for at, (name, value) in enumerate(group):
        style = "" if at else "bold"
        table.add_row(Text(name, style or "dim"), Text(count(value).rjust(7), style))
    return table


def _side_by_side(tables: "Sequence[Table]", columns: int, *, stretch: bool = True) -> "RenderableType":
    from rich.table import Table

    grid = Table.grid(padding=(0, 3, 0, 0), expand=stretch)
    for _ in range(columns):
        grid.add_column(ratio=1 if stretch else None)
    for start in range(0, len(tables), columns):
        if start:
            grid.add_row("")
        grid.add_row(*tables[start : start + columns])
    return grid


# time ------------------------------------------------------------------------


def _timeline(timeline: "Sequence[Mapping[str, Any]]", room: int) -> "RenderableType":
    from rich.text import Text

    from backlit.report.document import MOST_MONTHS, months_shown

    shown = months_shown(timeline, min(MOST_MONTHS, max(1, room - 24)))
    peak, best = max((number, name) for name, number in shown.new if number is not None)
    said = [f"most: {count(peak)} in {month(best)}"]
    said += [f"earlier: {plural(shown.earlier, 'domain')}"] if shown.earlier else []
    said += ["· is no data"] if shown.new[0][1] is None else []
    return Text.assemble(
        ("New referring domains by month", "bold"),
        ("   " + "; ".join(said), "dim"),
        f"\n{shown.new[0][0]} ",
        (spark([number for _, number in shown.new]), "cyan"),
        f" {shown.new[-1][0]}",
    )


def spark(values: Sequence[float | None]) -> str:
    """Columns of eighths; only nothing at all is drawn as nothing, and what is not known as a dot."""
    top = max((value for value in values if value is not None), default=0)
    return "".join(_column(value, top) for value in values)


def _column(value: float | None, top: float) -> str:
    if value is None:
        return "·"
    return _BLOCKS[max(1, round(8 * value / top))] if value else " "


# mixes -----------------------------------------------------------------------


def _mixes(mix: "Mapping[str, Mapping[str, int]]", room: int) -> "RenderableType":
    columns = 3 if room >= 110 else 2 if room >= 72 else 1
    label = max(10, min(22, room // columns - _BAR - 12))
    tables = [
        mix_table(name, title, mix[name], label)
        for name, title in _MIXES
        if any((mix.get(name) or {}).values())
    ]
    return _side_by_side(tables, columns)


def mix_table(name: str, title: str, mix: "Mapping[str, int]", label: int) -> "Table":
    """One mix as labelled bars: the largest parts, then the rest as one, then what is not known."""
    from rich.table import Table
    from rich.text import Text

    from backlit.report.document import mix_label, mix_rows
    from backlit.report.text import shorten

    whole = sum(mix.values())
    rows = Table.grid(padding=(0, 1, 0, 0))
    for key, number in mix_rows(mix, _MIX_ROWS):
        words = visible(mix_label(name, key))
        style = "dim" if key == "unknown" else ""
        line = (shorten(words, label).ljust(label), bar(number, whole, _BAR), percent(number, whole).rjust(7))
        rows.add_row(Text(line[0], style), Text(line[1], style or "cyan"), Text(line[2], style))
    table = Table.grid()
    table.add_row(Text(title, "bold"))
    table.add_row(rows)
    return table


def bar(part: float, whole: float, width: int) -> str:
    """A bar in eighths of a character; something is never drawn as nothing."""
    eighths = round(8 * width * part / whole) if whole else 0
    eighths = max(eighths, 1 if part else 0)
    full, rest = divmod(min(eighths, 8 * width), 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)


def _judging(row: "Row", name: str) -> str:
    """What would tell how the links read."""
    if row.get("judged_domains") == 0 and row["links"]:
        return f"backlit verify {name}` reads their pages: what is known was said by others."
    return f"backlit audit {name}` judges the links."


def _footer(row: "Row") -> "list[RenderableType]":
    from rich.text import Text

    seldom = [Text(seldom_looked(row), "dim")] if seldom_looked(row) else []
    later = [word for field, word in _LATER.items() if row.get(field) is None]
    name = visible(row["target"])
    parts: list[RenderableType] = ["", *seldom]
    if later:
        how = "" if row.get("spam_share") is not None else f" `{_judging(row, name)}"
        parts.append(Text(f"Not judged yet: {', '.join(later)}.{how}", "dim"))
    parts.append(
        Text(f"Go on: backlit domains {name} · backlinks · anchors · best-pages · diversity · audit", "dim")
    )
    return parts
