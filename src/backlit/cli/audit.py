"""How is an audit told on a terminal, and when does it make the command fail?"""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command
from backlit.cli.handing import Background, in_background
from backlit.cli.helping import LOOK
from backlit.cli.look import AsOf, Scope, TargetName, hint_at_folder
from backlit.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

    from backlit.app.answer import Answer, Row

__all__ = ["LEVELS", "audit_picture"]

#: From the quietest up; a finding fails the command from the level that was named.
LEVELS = ("info", "look")

FOUND = 1

FailOn = Annotated[
    str | None,
    typer.Option(metavar="|".join(LEVELS), help="Exit with 1 on a finding of this level or above."),
]

ManualAction = Annotated[
    str | None,
    typer.Option(metavar="DATE|no", help="Whether Search Console tells of a manual action; kept."),
]
Placed = Annotated[
    str | None,
    typer.Option(metavar="WHO|no", help="Who bought or placed links, you or an agency; kept."),
]
PlacedWhen = Annotated[str | None, typer.Option(metavar="WHEN", help="When that was; kept.")]
OldFile = Annotated[
    str | None,
    typer.Option("--disavow-file", metavar="yes|no", help="Whether Google has a disavow file of it; kept."),
]


@command(
    "audit",
    "backlit audit example.com",
    "backlit audit example.com -o audit.html --fail-on look",
    "backlit audit example.com --manual-action 2026-10-01 --placed no",
    panel=LOOK,
    files=True,
)
def audit(
    face: Face,
    target: TargetName,
    *,
    scope: Scope = None,
    as_of: AsOf = None,
    fail_on: FailOn = None,
    background: Background = False,
    manual_action: ManualAction = None,
    placed: Placed = None,
    placed_when: PlacedWhen = None,
    old_file: OldFile = None,
) -> int:
    """Say what stands out in the links to a target.

    Groups of links that read as unnatural come first, those from strong sites before others, each with its
    findings, evidence and what speaks for it; noise is one line. Most profiles need nothing done.
    What was decided (`backlit decide`) is left out until it is to be looked at again.

    Three answers come before an audit and are kept: is there a manual action, were links bought or placed,
    has Google a disavow file? Without one of the first two, disavowing is never suggested.

    `-o FILE.html` writes the whole audit as one document. A pipe and other formats get one row for each
    group and each other finding. In the background the document is written to the home's `reports`.
    """
    from backlit import app

    if any(each is not None for each in (manual_action, placed, placed_when, old_file)):
        app.intake(
            face.home,
            target,
            manual_action=manual_action,
            placed=placed,
            placed_when=placed_when,
            old_file=old_file,
        )
    if background:
        in_background(face, "audit", {"target": target, "scope": scope})
        return 0
    limit = len(LEVELS) if fail_on is None else _level(fail_on)
    answer = app.audit(face.session(), target, scope=scope, as_of=as_of)
    hint_at_folder(face, target, scope)
    _show(face, answer)
    told = [each["findings"] for each in _rows(answer).rows]
    levels = [_level(findings[0]["level"]) for findings in told if findings]
    return FOUND if any(level >= limit for level in levels) else 0


def _level(name: str) -> int:
    if name not in LEVELS:
        raise UsageError(f"--fail-on {name}", "there is no such level", f"Known are {', '.join(LEVELS)}.")
    return LEVELS.index(name)


def _show(face: Face, answer: "Answer") -> None:
    from backlit.cli.output import draw, show

    if face.out is not None:
        _write(face, answer, face.out)
    else:
        show(face, answer, lambda: draw(*audit_picture(answer)), _rows(answer).rows)


def _write(face: Face, answer: "Answer", path: "Path") -> None:
    from backlit.cli.output import replaced, write_file
    from backlit.report.export import FORMATS, format_of

    kind = format_of(path, (*FORMATS, "html"))
    if kind == "html":
        from backlit.report.document import audit_html

        page = audit_html(answer.rows[0])
        with replaced(path) as stream:
            stream.write(page.encode())
        face.remark(f"wrote {path}")
    else:
        write_file(face, answer if kind == "json" else _rows(answer), path)


def _rows(answer: "Answer") -> "Answer":
    """Groups of links, then what else was found, in the same columns."""
    found = answer.rows[0]
    rows = [
        {name: cluster[name] for name in _COLUMNS}
        | {"findings": [_told(each) for each in cluster["findings"]]}
        for cluster in found.get("clusters") or ()
    ]
    for finding in found["findings"]:
        more = {"findings": [_told(finding, finding["level"])], "suggestion": finding["what_to_do"]}
        rows.append({name: more.get(name) for name in _COLUMNS})
    return replace(answer, data=rows)


_COLUMNS = ("id", "cluster", "links", "domains", "spam", "unnatural", "findings", "suggestion")


def _told(finding: "Row", level: str = "look") -> "Row":
    """A finding of a row: a group is worth a look, whatever its findings are by themselves. Evidence has the
    fields of its kind, and is text where all have to fit in one column."""
    evidence = json.dumps(finding["evidence"], ensure_ascii=False, default=str)
    row = {"id": finding.get("id"), "level": level, "sentence": finding["sentence"]}
    return {**row, "policy": finding.get("policy"), "evidence": evidence}


# picture ---------------------------------------------------------------------


def audit_picture(answer: "Answer") -> "list[RenderableType]":
    """The headline, what to look at with its evidence, and what is not known."""
    from rich.padding import Padding
    from rich.text import Text

    from backlit.report.text import visible

    found = answer.rows[0]
    headline = " ".join(visible(sentence) for sentence in found["headline"])
    parts: list[RenderableType] = [_heading(found), *_before(found), "", Text(headline)]
    clusters = found.get("clusters") or []
    for cluster in clusters:
        parts += ["", *_cluster(cluster)]
    more = (found.get("clusters_total") or 0) - len(clusters)
    if more > 0:
        parts.append(Text(f"      and {more:,} smaller: backlit backlinks -q 'unnatural:>=60'", "dim"))
    if found.get("noise"):
        parts += ["", Text.assemble(("noise ", "dim"), visible(found["noise"]["sentence"]))]
        if found["noise"].get("id"):
            parts.append(Text(f"      backlit decide {found['noise']['id']} ignore --why …", "dim"))
    parts += _by_policy(found)
    for finding in found["findings"]:
        parts += ["", *_finding(finding)]
    if mix := found.get("anchor_mix"):
        parts += ["", Text.assemble(("words ", "dim"), " ".join(visible(each) for each in mix["told"]))]
    parts += ["", Text(visible(found["conclusion"]), "bold"), "", Text("What this audit cannot know", "bold")]
    return [
        *parts,
        *(Padding(Text(visible(each), "dim"), (0, 0, 0, 2), expand=False) for each in found["unknowns"]),
    ]


def _heading(found: "Row") -> "RenderableType":
    from rich.text import Text

    from backlit.report.readable import called
    from backlit.report.text import day, plural

    sources = found.get("sources_total") or len(found["sources"])
    said = f"   data as of {day(found['as_of'])} · {plural(sources, 'source')}"
    return Text.assemble((f"Audit of {called(found['target'])}", "bold"), (said, "dim"))


def _cluster(cluster: "Row") -> "list[RenderableType]":
    """One group of links: what it is, why, what speaks for it, some of it, and what to do."""
    from rich.padding import Padding
    from rich.text import Text

    from backlit.report.text import plural, visible

    best = "" if cluster["authority"] is None else f", authority up to {cluster['authority']:.0f}"
    many = f"{plural(cluster['links'], 'link')} from {plural(cluster['domains'], 'domain')}{best}"
    said = f"{visible(cluster['cluster'])}  unnatural {cluster['unnatural']:.0f}"
    lines = [Text.assemble(("LOOK  ", "bold yellow"), (said, "bold"), (f"  {many}", "dim"))]
    told = [f"{visible(each['sentence'])}{_of(each, cluster)}{_clause(each)}" for each in cluster["findings"]]
    told += [f"For them: {visible(each['sentence'])}{_of(each, cluster)}" for each in cluster["in_favour"]]
    shown = [
        f"{visible(each['source_url'])}  says: {visible(each['anchor'] or '(no text)')}"
        for each in cluster["examples"]
    ]
    quotes = [Text(line, "dim", no_wrap=True, overflow="ellipsis") for line in shown]
    rest = [*map(Text, told), *quotes, *_earlier(cluster), Text(visible(cluster["suggestion"]))]
    if cluster.get("held_for"):
        rest.append(Text(cluster["held_for"], "dim"))
    if cluster.get("id"):
        verdict = cluster.get("suggested_verdict") or "VERDICT"
        rest.append(Text(f"backlit decide {cluster['id']} {verdict} --why …", "dim"))
    return [*lines, *(Padding(each, (0, 0, 0, 6), expand=False) for each in rest)]


def _before(found: "Row") -> "list[RenderableType]":
    """What was answered before the audit, and how much was decided."""
    from rich.text import Text

    from backlit.report.text import plural, visible

    answers = found.get("intake") or {}
    said = [f"Basis: {visible(answers['basis'])}."] if answers.get("basis") else []
    if found.get("clusters") and None in (answers.get("manual_action"), answers.get("placed")):
        said.append(
            "Before you act: is there a manual action in Search Console, and did you or an agency buy or "
            "place links? --manual-action DATE|no --placed WHO|no"
        )
    if found.get("decided"):
        said.append(f"Decided on {plural(found['decided'], 'domain or link', 'domains and links')}.")
    return [Text(" ".join(said), "dim")] if said else []


def _by_policy(found: "Row") -> "list[RenderableType]":
    """What rules decide: one line for all of it, and one for each group."""
    from rich.text import Text

    from backlit.report.text import plural, visible

    told = found.get("by_policy")
    if not told:
        return []
    said = told["sentence"] or f"It is not asked, since it cannot be read. {told['problem']}"
    lines: list[RenderableType] = ["", Text.assemble(("policy ", "dim"), visible(said))]
    for each in told["groups"]:
        rule = f"rule {each['rule']} of version {each['version']}"
        again = f"backlit undo {each['decision']}" if each["decision"] else f"backlit decide {each['id']} …"
        about = f"{each['verdict']}  {visible(str(each['cluster']))}  {plural(each['links'], 'link')}"
        lines.append(Text(f"      {about}, {rule}: {again}", "dim"))
    if any(each["decision"] is None for each in told["groups"]):
        lines.append(Text(f"      backlit policy apply {visible(found['target'])} enters it", "dim"))
    return lines


def _earlier(cluster: "Row") -> "list[RenderableType]":
    """What was decided on some of a group before."""
    from rich.text import Text

    from backlit.report.text import day, visible

    before = cluster.get("decision")
    if not before:
        return []
    said = f"Decided on {day(before['at'])}: {before['verdict']} ({visible(before['why'])})."
    return [Text(said, "dim")]


def _of(finding: "Row", cluster: "Row") -> str:
    """How many links of a group a sentence holds for."""
    from backlit.report.text import plural

    if cluster["links"] == 1:
        return ""
    number = finding["links"]
    return " (all of them)" if number == cluster["links"] else f" ({plural(number, 'link')})"


def _clause(finding: "Row") -> str:
    return f" [{finding['policy']}]" if finding["policy"] else ""


def _finding(finding: "Row") -> "list[RenderableType]":
    from rich.padding import Padding
    from rich.text import Text

    from backlit.report.text import visible

    look = finding["level"] == "look"
    level = ("LOOK  ", "bold yellow") if look else ("info  ", "dim")
    head = Text.assemble(level, (visible(finding["sentence"]), "bold" if look else ""))
    quotes = [Text(quote, "dim", no_wrap=True, overflow="ellipsis") for quote in _quotes(finding)]
    advice = Text(visible(finding["what_to_do"]))
    return [head, *(Padding(each, (0, 0, 0, 6), expand=False) for each in (advice, *quotes))]


def _quotes(finding: "Row") -> list[str]:
    """The evidence, one line per row."""
    from backlit.report.text import visible

    return [
        "  ".join(f"{name}: {visible(str(value))}" for name, value in row.items() if value is not None)
        for row in finding["evidence"]
    ]
