"""How is a score taken apart on a terminal, and what is said of a change?"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from backlit.cli.face import Face, command
from backlit.cli.helping import LOOK

if TYPE_CHECKING:
    from rich.console import RenderableType

    from backlit.app.answer import Answer, Row

__all__ = ["explanation", "outcome"]

What = Annotated[
    str,
    typer.Argument(
        metavar="TARGET|ID|METRIC", help="A domain, the id of a link, or a metric such as authority or se."
    ),
]
For = Annotated[
    str | None, typer.Option("--for", metavar="TARGET", help="Of the id of a link: what it links to.")
]
Parts = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1000, help="Parts shown.")]
Add = Annotated[
    list[str] | None, typer.Option(metavar="URL", help="A page or domain that would link. May be repeated.")
]
Remove = Annotated[
    list[str] | None,
    typer.Option(
        metavar="URL|FILTER",
        help="A domain or the URL of a page whose links would go (may be repeated), or a filter on links.",
    ),
]


@command(
    "explain",
    "backlit explain example.com",
    "backlit explain authority",
    "backlit explain example.com --limit 50 --json",
    "backlit explain 6eebdb42-c654-22cf-dda2-ecb5e3229b6f --for example.com",
    panel=LOOK,
    files=True,
)
def explain(face: Face, what: What, *, target: For = None, limit: Parts = 20) -> None:
    """Take the authority of a domain apart, say whether a link counts, or what a metric means.

    Who it comes from, along which links, what would go without each, and what another would bring. `backlit
    backlinks TARGET --group none --json` has the ids of links.
    """
    from backlit import app
    from backlit.cli.output import show_record

    show_record(face, app.explain(face.session(), what, target=target, limit=limit), explanation)


@command(
    "whatif",
    "backlit whatif example.com --add https://news.example/story",
    "backlit whatif example.com --remove spam.example --json",
    "backlit whatif example.com --remove 'placement:sidebar'",
    panel=LOOK,
    files=True,
)
def whatif(
    face: Face,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A domain.")],
    *,
    add: Add = None,
    remove: Remove = None,
) -> None:
    """Say what authority would be with other links.

    The domain's score is worked out again exactly, everything else left as it is.
    """
    from backlit import app
    from backlit.cli.output import show_record

    show_record(face, app.whatif(face.session(), target, add=add or (), remove=remove or ()), outcome)


def explanation(answer: "Answer") -> "list[RenderableType]":
    """A metric in a sentence; a domain as its score, its parts, and what would change it."""
    from rich.text import Text

    from backlit.report.text import visible

    row = answer.row
    if row["kind"] == "metric":
        return [Text(row["name"].replace("_", " "), "bold"), Text(row["text"])]
    if row["kind"] == "link":
        return _link(row)
    cautions = [Text.assemble(("Caution: ", "bold"), visible(each["sentence"])) for each in row["warnings"]]
    head = [_headline(row), Text(_method(row), "dim"), *cautions, ""]
    return [*head, *_parts(row), *_groups(row), *_marks(row), *_changes(row)]


def _link(row: "Row") -> "list[RenderableType]":
    from rich.text import Text

    from backlit.report.judged import judged_lines
    from backlit.report.text import day, visible

    link = row["link"]
    said = {True: "counts as a vote", False: "is no vote", None: "has no say: nothing is ranked"}[row["vote"]]
    worth = "" if row["value"] is None else f"; without it the target would lose {row['value']:.2f} points"
    lines = [Text.assemble((visible(link["source_url"]), "bold"), " → ", visible(link["target_url"]))]
    if held := row.get("decision"):
        of = f"decision {held['id']} of {visible(held['who'])}"
        told = f"decided on {day(held['at'])}: {held['verdict']}, {visible(held['why'])} ({of})"
        lines.append(Text(f"  {told}", "dim"))
    if ruled := row.get("by_policy"):
        of = f"rule {ruled['rule']} of version {ruled['version']}, not entered among decisions"
        lines.append(Text(f"  your policy: {ruled['verdict']}, {visible(ruled['why'])} ({of})", "dim"))
    lines.append(Text(f"It {said}{worth}."))
    for step in row["steps"]:
        answer = {True: "yes", False: "no", None: "not read"}[step["answer"]]
        lines.append(Text(f"  {step['question']} {answer}  ({visible(str(step['evidence']))})"))
    return [*lines, *map(Text, judged_lines(row))]


def _headline(row: "Row") -> "RenderableType":
    from rich.text import Text

    from backlit.report.readable import called
    from backlit.report.text import place, visible

    if row["value"] is None:
        return Text.assemble(
            (called(row["target"]), "bold"), "   authority unknown: ", visible(row["why"] or "")
        )
    error = f" ± {row['se']:.1f}" if row["se"] is not None else ""
    said = f"a prior, from {visible(row['source'] or 'published ranks')}" if row["prior"] else ""
    if row["rank"] is not None:
        said = place(row["rank"], row["of"] or 0, row["tied"])
    return Text.assemble(
        (called(row["target"]), "bold"),
        "   authority ",
        (f"{row['value']:.1f}", "bold"),
        f"{error}   {said}",
    )


def _method(row: "Row") -> str:
    from backlit.report.text import count, plural, visible

    release = row["release"]
    seeds = release["seeds"]
    said = f"Method {row['method']}, {count(release['domains'])} domains, {count(release['edges'])} votes."
    if release["note"]:
        return f"{said} {visible(release['note'])}"
    number = plural(sum(seeds["groups"].values()), "seed")
    named = f"{visible(seeds['list'])} {visible(seeds['version'])}".strip()
    return f"{said} Trust from {number} (list: {named})."


def _parts(row: "Row") -> "list[RenderableType]":
    from rich.table import Table
    from rich.text import Text

    from backlit.report.receipt import lines
    from backlit.report.text import shorten, visible

    if not row["parts"]:
        return [Text("No vote in this data is for the domain.", "dim")]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_row(*(Text(name, "dim") for name in ("share", "points", "from", "link")))
    for line in lines(row):
        points = "" if line.points is None else f"{line.points:+.2f}"
        where = shorten(visible(str((line.link or {}).get("source_url") or "")), 60)
        words = Text(visible(line.words), "" if line.domain else "dim")
        table.add_row(f"{line.share:7.2%}", points, words, Text(where, "dim"))
    return [Text("Where it comes from; the shares sum to 100 %", "bold"), table, ""]


def _groups(row: "Row") -> "list[RenderableType]":
    from rich.text import Text

    from backlit.report.receipt import group_sentence
    from backlit.report.text import visible

    if not row["groups"]:
        return []
    least = min(row["groups"], key=lambda group: float(group["hit"]))
    rule = f"Nine tenths of its trust go by the group that trusts it least, {visible(least['name'])}"
    rule += (
        ", a tenth by all."
        if least["hit"]
        else ", and are 0: what it has is the tenth that all groups share."
    )
    near = ", ".join(f"{visible(seed['domain'])} ({seed['distance']})" for seed in row["nearest_seeds"][:5])
    return [
        Text("Who vouches, by group of seeds", "bold"),
        *(Text(f"  {visible(group['name'])}: {group_sentence(group)}") for group in row["groups"]),
        Text(f"  {rule}"),
        *(
            [Text(f"  It is a seed itself, of {visible(row['seed_of'])}: that lifts others, not it.")]
            if row["seed_of"]
            else []
        ),
        Text(f"  nearest seeds, and over how many links: {near}" if near else "  no seed leads here"),
        "",
    ]


def _marks(row: "Row") -> "list[RenderableType]":
    from rich.text import Text

    from backlit.report.receipt import marks

    said = [Text(f"  {sentence}") for sentence in marks(row)]
    return [Text("Beside it, what a farm would show in", "bold"), *said, ""] if said else []


def _changes(row: "Row") -> "list[RenderableType]":
    from rich.text import Text

    from backlit.report.text import visible

    said = [
        f"  a vote from {visible(each['add'])}, which votes for {visible(each['links_to'])}: "
        f"{each['points']:+.2f} points"
        for each in row["would_change"]
    ]
    related = ", ".join(visible(each["domain"]) for each in row["related"])
    lines: list[RenderableType] = [Text("What would change it", "bold"), *map(Text, said)] if said else []
    return lines + ([Text(f"Voted for by the same domains: {related}", "dim")] if related else [])


def outcome(answer: "Answer") -> "list[RenderableType]":
    """Before, after and the difference, one line each."""
    from rich.table import Table
    from rich.text import Text

    from backlit.report.readable import called
    from backlit.report.text import visible

    row = answer.row
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_row(*(Text(name, "dim") for name in ("", "before", "after", "change")))
    for name in row["before"]:
        cells = (_number(row[when][name]) for when in ("before", "after", "delta"))
        table.add_row(Text(name.replace("_", " ")), *cells)
    return [
        Text(called(row["target"]), "bold"),
        table,
        *(Text(visible(note), "dim") for note in row["notes"]),
    ]


def _number(value: Any) -> str:
    if value is None:
        return "unknown"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
