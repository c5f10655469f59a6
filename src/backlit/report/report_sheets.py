"""How is a report laid out as a workbook: summary, sites, links, anchors, new and lost, findings, method?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backlit.report.brand import Brand
from backlit.report.report_html import title_of
from backlit.report.text import day, found_instead
from backlit.report.workbook import Column, Sheet, workbook

__all__ = ["report_workbook"]

Row = Mapping[str, Any]

_LINES = (Column("", "what", width=34), Column("", "value", width=90))
_SITES = (
    Column("Site", "domain"), Column("Authority", "authority", "number"), Column("Links", "links", "number"),
    Column("Plain links", "follow", "number"), Column("Spam", "spam", "number"),
    Column("Unnatural", "unnatural", "number"), Column("Words of its best link", "anchor"),
    Column("First seen", "first_seen", "day"), Column("Last seen", "last_seen", "day"),
    Column("Decision", "decision"),
)  # fmt: skip
_LINK = (
    Column("Site", "source_domain"), Column("Page", "source_url"), Column("Title", "source_title"),
    Column("Words", "anchor"), Column("Image text", "alt"), Column("Leads to", "target_url"),
    Column("rel", "said"), Column("Place", "placement"), Column("Hidden", "hidden"), Column("State", "state"),
    Column("Authority", "source_authority", "number"), Column("Value", "value", "number"),
    Column("Spam", "spam", "number"), Column("Unnatural", "unnatural", "number"),
    Column("First seen", "first_seen", "day"), Column("Last seen", "last_seen", "day"),
    Column("Read from", "provenance.source"), Column("At", "provenance.offset", "number"),
    Column("Link id", "id"),
)  # fmt: skip
_ANCHORS = (
    Column("Words", "anchor"), Column("Class", "class"), Column("Sites", "domains", "number"),
    Column("Links", "links", "number"), Column("Plain links", "follow", "number"),
    Column("First seen", "first_seen", "day"), Column("Last seen", "last_seen", "day"),
)  # fmt: skip
_CHANGES = (
    Column("On", "at", "day"), Column("What", "kind"), Column("Why", "why"),
    Column("Site", "link.source_domain"), Column("Page", "link.source_url"), Column("Words", "link.anchor"),
    Column("Leads to", "link.target_url"), Column("Authority", "link.source_authority", "number"),
    Column("Words before", "before.anchor"), Column("rel before", "before.rel"),
    Column("rel now", "after.rel"), Column("Link id", "link.id"),
)  # fmt: skip
_FINDINGS = (
    Column("Level", "level"), Column("What", "what", width=50), Column("Links", "links", "number"),
    Column("Sites", "domains", "number"), Column("Unnatural", "unnatural", "number"),
    Column("Evidence", "evidence", width=70), Column("Clause", "clause"),
    Column("What to do", "do", width=60),
)  # fmt: skip
_METHOD = (
    Column("Figure", "figure", width=22),
    Column("How", "how", width=70),
    Column("Its rows", "command", width=60),
)
_SOURCES = (
    Column("Source", "name"), Column("Kind", "kind"), Column("Sites", "domains", "number"),
    Column("Links", "links", "number"), Column("Only here", "only_here", "number"),
    Column("First seen", "first_seen", "day"), Column("Last seen", "last_seen", "day"),
)  # fmt: skip


_STANDING = "What is not lost."


def report_workbook(report: Row, tables: Mapping[str, Sequence[Row]], brand: Brand | None = None) -> bytes:
    """A report as XLSX, with the whole lists behind it; others than the owner get fewer sheets."""
    moved = [{**row, "why": _why(row)} for row in tables["changes"]]
    sheets = [
        Sheet("Summary", _LINES, list(_summary(report, brand))),
        Sheet("New and lost", _CHANGES, moved, "What a look showed in the period."),
        Sheet("Referring domains", _SITES, tables["domains"]),
        Sheet("Links", _LINK, [{**row, "said": _rel(row["rel"])} for row in tables["backlinks"]], _STANDING),
        Sheet("Anchors", _ANCHORS, tables["anchors"]),
        Sheet("Findings", _FINDINGS, list(_findings(report)), "A reading is no verdict."),
        Sheet("Sources", _SOURCES, report["source_rows"], " ".join(report["coverage"])),
        Sheet(
            "Method", _METHOD, report["method"], "How each figure is counted, and the command for its rows."
        ),
    ]
    shown = {"owner": range(8), "client": (0, 1, 2, 3, 6, 7), "executive": (0, 1, 7)}[report["for"]]
    return workbook([sheets[at] for at in shown], title=title_of(report), at=report["until"])


def _rel(rel: Sequence[str] | None) -> str:
    """What a link says with rel; a link that says nothing is told apart from one that was not read."""
    return "not read" if rel is None else " ".join(rel) or "plain"


def _why(row: Row) -> str:
    return found_instead(row["reason"]) if row["kind"] == "lost" else str(row["reason"]).replace(",", ", ")


def _summary(report: Row, brand: Brand | None) -> Iterator[Row]:
    """A line for each thing that is said: what it is about, the sentences, the numbers, the steps."""
    yield _line(brand.name if brand and brand.name else "", title_of(report))
    yield _line("Period", f"{day(report['since'])} to {day(report['until'])}, {report['days']} days")
    yield _line("Data as of", report["until"])
    for at, sentence in enumerate(report["narrative"]):
        yield _line("" if at else "In short", sentence)
    for number in report["numbers"]:
        yield _line(number["label"], "not known" if number["value"] is None else number["value"])
        if number["before"] is not None:
            yield _line(f"{number['label']}, {day(report['since'])}", number["before"])
    for at, row in enumerate(report["done"]):
        yield _line("" if at else "What was done", f"{day(row['at'])}: {row['what']}")
    for at, step in enumerate(report["next"]):
        yield _line("" if at else "What comes next", f"{step['what']} {step['why']}")
    for at, sentence in enumerate(report["unknowns"]):
        yield _line("" if at else "Not known", sentence)


def _line(what: str, value: Any) -> Row:
    return {"what": what, "value": value}


def _findings(report: Row) -> Iterator[Row]:
    for each in report["clusters"]:
        for at, found in enumerate(each["findings"]):
            yield {
                "level": "look",
                "what": each["cluster"],
                "evidence": found["sentence"],
                "clause": found["policy"],
                **({} if at else {name: each[name] for name in ("links", "domains", "unnatural")}),
                "do": None if at else each["suggestion"],
            }
    for found in report["findings"]:
        said = ("; ".join(f"{name}: {value}" for name, value in row.items()) for row in found["evidence"])
        yield {"level": found["level"], "what": found["sentence"], "evidence": " | ".join(said),
               "do": found["what_to_do"]}  # fmt: skip
