"""What may be decided by rule on a terminal: rules learned from decisions, in a file to read and edit."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command, program
from backlit.cli.helping import LOOK, Group, example
from backlit.cli.look import TargetName

if TYPE_CHECKING:
    from backlit.app.answer import Answer, Row

policy = typer.Typer(
    name="policy",
    cls=Group,
    help="Rules that keep, ignore or watch groups of an audit for you, learned from your decisions.",
    epilog=example("backlit policy suggest example.com", "backlit policy show"),
    rich_markup_mode=None,
)
program.add_typer(policy, rich_help_panel=LOOK)

RuleId = Annotated[str, typer.Argument(metavar="ID", help="The id of a proposal, as `suggest` tells it.")]
SomeFile = Annotated[
    str | None,
    typer.Argument(metavar="FILE", help="A text of your own, - for stdin; else policy.toml of the home."),
]
Only = Annotated[str | None, typer.Option(metavar="ID", help="Only the group of this id.")]
Why = Annotated[str, typer.Option(metavar="REASON", help="The reason, kept with the version.")]


@command("show", "backlit policy show", panel=LOOK, of=policy)
def policy_show(face: Face) -> None:
    """Show the policy that holds: version, who made it, when and why, and its text.

    It is the file `policy.toml` of the home, to read and to edit; an edited one holds after `backlit policy
    edit`. Rules are asked in their order, and the first that holds for all of a group decides it.
    """
    from backlit import app
    from backlit.cli.output import put, put_json

    answer = app.policy_show(face.home)
    row = answer.row
    if face.as_json:
        put_json(answer.envelope())
        return
    put(_shown(row["text"]) if row["text"] else "")
    if row["note"]:
        face.remark(row["note"])


@command(
    "suggest",
    "backlit policy suggest example.com",
    "backlit policy suggest example.com -o rules.csv",
    panel=LOOK,
    of=policy,
    files=True,
)
def policy_suggest(face: Face, target: TargetName) -> None:
    """Propose rules from the decisions that stand: how many agree, and what each would decide now.

    A rule is proposed with three decisions about different sites that agree and none against, and never
    reaches beyond what was decided on. No rule asks for removal or disavows, and none decides what somebody
    decided on.
    """
    from backlit import app
    from backlit.cli.output import show

    answer = app.policy_suggest(face.session(), target)
    nothing = f"{answer.query['note']}\n"
    rows = [{name: row[name] for name in _COLUMNS} for row in answer.rows]
    show(face, answer, lambda: "\n".join(map(_proposed, answer.rows)) or nothing, rows)


_COLUMNS = ("id", "verdict", "rule", "agree", "against", "groups", "links")


@command(
    "accept", "backlit policy accept r1a2b3c4d@example.com --why 'agreed with Ann'", panel=LOOK, of=policy
)
def policy_accept(face: Face, what: RuleId, *, why: Why = "") -> None:
    """Let a proposed rule hold, as a new version of the policy."""
    from backlit import app

    _made(face, app.policy_accept(face.session(), what, why=why))


@command("edit", "backlit policy edit --why 'one more platform'", panel=LOOK, of=policy)
def policy_edit(face: Face, file: SomeFile = None, *, why: Why = "") -> None:
    """Let an edited policy hold, as a new version: FILE, or what you wrote to policy.toml in the home.

    One that cannot be read is refused with its line; the version before goes on meanwhile.
    """
    from backlit import app

    text, name = _read(file)
    _made(face, app.policy_edit(face.home, text, why=why, name=name))


@command("check", "backlit policy check", "backlit policy check rules.toml", panel=LOOK, of=policy)
def policy_check(face: Face, file: SomeFile = None) -> None:
    """Say whether a policy can be read, what its rules do, and what is another than in the one that holds."""
    from backlit import app

    text, name = _read(file)
    answer = app.policy_check(face.home, text, name)
    face.answer(answer, _rules(answer.row) + _diff(answer.row))


@command("log", "backlit policy log", panel=LOOK, of=policy, files=True)
def policy_log(face: Face) -> None:
    """List the versions of the policy, newest first: who, when, why, and what each changed."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.policy_log(face.home)
    rows = [{name: row[name] for name in ("version", "at", "who", "why", "diff")} for row in answer.rows]
    told = [f"{_version(row)}\n{_diff(row)}" for row in answer.rows]
    show(face, answer, lambda: "\n".join(told) or "There is no policy.\n", rows)


@command("apply", "backlit policy apply example.com", panel=LOOK, of=policy, files=True)
def policy_apply(face: Face, target: TargetName, *, only: Only = None) -> None:
    """Enter what the rules decide of the open groups of an audit among the decisions.

    Until then an audit tells it in a row of its own. Each decision names its rule and version, and
    `backlit undo` takes it back; what anybody ever decided on is left to people.
    """
    from backlit import app
    from backlit.cli.output import show

    answer = app.policy_apply(face.session(), target, only=only)
    nothing = "No rule decides an open group.\n"
    rows = [{name: row[name] for name in ("id", "subject", "verdict", "who", "why")} for row in answer.rows]
    show(face, answer, lambda: "".join(map(_event, answer.rows)) or nothing, rows)


# told --------------------------------------------------------------------------


def _read(file: str | None) -> tuple[str | None, str]:
    """The text that an argument names and what it is called; None for the copy of the home."""
    from backlit.app.policy_files import FILE, policy_text
    from backlit.errors import SourceMissing

    if file is None:
        return None, FILE
    if file == "-":
        return policy_text(sys.stdin.buffer.read(_MOST), "stdin"), "stdin"
    try:
        with Path(file).open("rb") as stream:
            return policy_text(stream.read(_MOST), Path(file).name), Path(file).name
    except OSError as error:
        raise SourceMissing(f"read {file}", error.strerror or "it cannot be read", "Name a file.") from error


#: More is no policy, and is told so by whoever reads it.
_MOST = 300_000


def _made(face: Face, answer: "Answer") -> None:
    face.answer(answer, f"{_version(answer.row)}\n{_diff(answer.row)}")


def _shown(text: str) -> str:
    from backlit.report.text import visible

    return "".join(f"{visible(line)}\n" for line in text.splitlines())


def _version(row: "Row") -> str:
    from backlit.report.text import day, visible

    at = day(row["at"]) if row["at"] else "an unknown day"
    who, why = visible(row["who"] or "nobody known"), visible(row["why"] or "")
    return f"Version {row['version']} of {at}, by {who}: {why}"


def _diff(row: "Row") -> str:
    from backlit.report.text import visible

    return "".join(f"  {visible(line)}\n" for line in row["diff"])


def _rules(row: "Row") -> str:
    from backlit.report.text import plural, visible

    told = "".join(f"{visible(each['id'])}  {visible(each['rule'])}\n" for each in row["rules"])
    return f"{plural(len(row['rules']), 'rule')} that can be read.\n{told}"


def _proposed(row: "Row") -> str:
    from backlit.report.text import plural, visible

    numbers = ", ".join(map(str, row["decisions"][:10])) + (", …" if row["agree"] > 10 else "")
    now = f"It would decide {plural(row['groups'], 'open group')} with {plural(row['links'], 'link')} now"
    now += ":" if row["groups"] else "."
    lines = [
        visible(row["rule"]),
        f"  {row['agree']} decisions agree ({numbers}), none is against it. {now}",
        *(f"  {visible(each['cluster'])}  unnatural {each['unnatural']:.0f}" for each in row["decides"][:10]),
        f"  backlit policy accept {row['id']}",
    ]
    return "\n".join(lines) + "\n"


def _event(row: "Row") -> str:
    from backlit.report.text import visible

    about = visible(str(row["known"].get("cluster") or row["subject"]))
    return (
        f"Decision {row['id']}: {row['verdict']} {about} ({visible(row['why'])}). backlit undo {row['id']}\n"
    )
