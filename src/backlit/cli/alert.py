"""Who is told of changes, and what was sent?"""

from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command, program
from backlit.cli.helping import RUN, Group, example

if TYPE_CHECKING:
    from backlit.app.answer import Row

alert = typer.Typer(
    name="alert",
    cls=Group,
    help="Word of links that were lost, changed or won: by mail, webhook, feed, and in the app.",
    epilog=example("backlit alert add example.com --to me@example.com", "backlit alert run"),
    rich_markup_mode=None,
)
program.add_typer(alert, rich_help_panel=RUN)

Wanted = Annotated[
    str, typer.Argument(metavar="TARGET", help="A domain, host or URL whose links are told of.")
]
Number = Annotated[int, typer.Argument(metavar="ALERT", help="Its number, as `backlit alert ls` tells it.")]
To = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="ADDRESS", help="A mailbox or the URL of a webhook; may be repeated."),
]
On = Annotated[
    list[str] | None,
    typer.Option("--on", metavar="KINDS", help="Of new, lost, changed, recovered, promise; all by default."),
]
Filter = Annotated[str | None, typer.Option("-q", metavar="FILTER", help="Only of links that it chooses.")]
Scope = Annotated[
    str | None, typer.Option(metavar="url|prefix|host|domain", help="How much of the target is meant.")
]
Every = Annotated[
    str, typer.Option("--every", metavar="weekly|daily|now", help="How often there is a message at most.")
]
Quiet = Annotated[
    str | None,
    typer.Option("--quiet-hours", metavar="HOURS", help="No letters then: '22:00-07:00 Europe/Berlin'."),
]
Limit = Annotated[int, typer.Option(metavar="N", help="Rows at most.")]
Of = Annotated[int | None, typer.Option("--alert", metavar="ALERT", help="Only of this alert.")]
Days = Annotated[float | None, typer.Option(metavar="N", help="For how many days.")]
Off = Annotated[bool, typer.Option("--off", help="Send again from now on.")]


@command(
    "add",
    "backlit alert add example.com --to me@example.com",
    "backlit alert add example.com --on lost,promise -q 'authority:>40' --every daily --to https://hook.example/in",
    panel=RUN,
    of=alert,
)
def alert_add(
    face: Face,
    target: Wanted,
    *,
    to: To = None,
    on: On = None,
    q: Filter = None,
    scope: Scope = None,
    every: Every = "weekly",
    hours: Quiet = None,
) -> None:
    """Tell of changes of links to a target, from now on.

    What is found is always in the app and in the alert's own feed; --to sends it as well. The secret that
    a webhook's messages are signed with is shown this once.
    """
    from backlit import app
    from backlit.cli.output import put, put_json

    answer = app.alert_add(
        face.home, target, to=to or (), kinds=on or (), q=q, scope=scope, cadence=every, quiet=hours
    )
    if face.as_json:
        put_json(answer.envelope())
        return
    row = answer.row
    secrets = "".join(
        f"Secret of {each['name']}, shown this once: {each['secret']}\n"
        for each in row["channels"]
        if each["secret"]
    )
    number = row["id"]
    put(f"{_line(row)}{secrets}Next: backlit alert test {number}; and backlit alert run, from cron\n")


@command("ls", "backlit alert ls", "backlit alert ls --json", panel=RUN, of=alert, files=True)
def alert_ls(face: Face) -> None:
    """List the alerts, where they go, and the addresses of their feeds."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.alert_ls(face.home)
    nothing = "There is no alert. Next: backlit alert add TARGET --to ADDRESS\n"
    show(face, answer, lambda: "".join(map(_line, answer.rows)) or nothing)


@command(
    "inbox", "backlit alert inbox", "backlit alert inbox --alert 1 -o news.csv", panel=RUN, of=alert,
    files=True,
)  # fmt: skip
def alert_inbox(face: Face, *, only: Of = None, limit: Limit = 100) -> None:
    """Show what was found, newest first, whether it was sent or not."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.alert_inbox(face.home, alert=only, limit=limit)
    show(face, answer, lambda: "".join(map(_news, answer.rows)) or "Nothing was found yet.\n")


@command("test", "backlit alert test 1", panel=RUN, of=alert)
def alert_test(face: Face, number: Number) -> int:
    """Send a test to each channel of an alert, now.

    Exits with 5 where one does not arrive. A channel that was turned off and takes it is on again.
    """
    from backlit import app
    from backlit.cli.output import put, put_json
    from backlit.report.text import visible

    answer = app.alert_test(face.home, number)
    lines = [
        f"{row['outcome']}  {visible(row['channel'])}  {visible(row['detail'])}\n" for row in answer.rows
    ]
    nowhere = "It has no channel: what is found is in the app and in its feed.\n"
    put_json(answer.envelope()) if face.as_json else put("".join(lines) or nowhere)
    return 0 if all(row["arrived"] for row in answer.rows) else 5


@command("rm", "backlit alert rm 1", panel=RUN, of=alert)
def alert_rm(face: Face, number: Number) -> None:
    """Remove an alert. What it found stays, and what waits to be sent is sent."""
    from backlit import app

    face.answer(app.alert_rm(face.home, number), f"Removed alert {number}.\n")


@command("mute", "backlit alert mute 1 --days 14", "backlit alert mute 1 --off", panel=RUN, of=alert)
def alert_mute(face: Face, number: Number, *, days: Days = 7, off: Off = False) -> None:
    """Send nothing of an alert for some days. What is found meanwhile is in the app and is never sent."""
    from backlit import app
    from backlit.report.text import day

    answer = app.alert_mute(face.home, number, days=None if off else days)
    until = answer.row["muted_until"]
    said = f"muted until {day(until)}" if until else "not muted"
    face.answer(answer, f"Alert {number} is {said}.\n")


@command("run", "backlit alert run", panel=RUN, of=alert)
def alert_run(face: Face) -> int:
    """Find what has changed, and send what is due.

    May be called at any time, from cron every few minutes: nothing is told twice, and while another
    process is at it nothing is done. Exits with 7 where an alert could not be looked at.
    """
    from backlit import app
    from backlit.cli.output import put, put_json
    from backlit.report.text import plural, visible

    answer = app.alerts_run(face.home)
    data = answer.row
    if data["busy"]:
        said = "Another process is at it: nothing was done here, and what is left the next run does.\n"
        put_json(answer.envelope()) if face.as_json else put(said)
        return 0
    for each in data["problems"]:
        face.remark(
            f"alert {each['alert']} on {visible(each['target'])}: {visible(each['found'])}. {each['do']}"
        )
    if data["interrupted"]:
        face.remark(f"{plural(data['interrupted'], 'letter')} of unknown fate: see backlit alert log")
    tries = ", ".join(f"{number} {name}" for name, number in data["tries"].items()) or "nothing to send"
    said = f"{plural(data['alerts'], 'alert')}: {data['found']} found, {data['told']} told; {tries}.\n"
    put_json(answer.envelope()) if face.as_json else put(said)
    return 7 if data["problems"] else 0


@command("log", "backlit alert log", "backlit alert log --alert 1 --json", panel=RUN, of=alert, files=True)
def alert_log(face: Face, *, only: Of = None, limit: Limit = 100) -> None:
    """Show what was sent and what waits, newest first, with every try."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.alert_log(face.home, alert=only, limit=limit)
    show(face, answer, lambda: "".join(map(_delivery, answer.rows)) or "Nothing was sent yet.\n")


@command("replay", "backlit alert replay 12", panel=RUN, of=alert)
def alert_replay(
    face: Face,
    number: Annotated[int, typer.Argument(metavar="DELIVERY", help="Its number in `backlit alert log`.")],
) -> None:
    """Send a message again that was sent, given up, or of unknown fate, under its old id."""
    from backlit import app

    face.answer(app.alert_replay(face.home, number), "It waits to be sent. Next: backlit alert run\n")


@command("rotate", "backlit alert rotate 2", panel=RUN, of=alert)
def alert_rotate(
    face: Face,
    number: Annotated[int, typer.Argument(metavar="CHANNEL", help="Its id in `backlit alert ls`.")],
) -> None:
    """Give a webhook another secret. For a day its messages are signed with the old one, too."""
    from backlit import app

    answer = app.alert_rotate(face.home, number)
    face.answer(answer, f"The new secret, shown this once: {answer.row['secret']}\n")


def _line(row: "Row") -> str:
    from backlit.report.text import day, visible

    chosen = f" -q {visible(row['q'])}" if row["q"] else ""
    muted = f", muted until {day(row['muted_until'])}" if row["muted_until"] else ""
    lines = [
        f"{row['id']}  {visible(row['target'])}{chosen}: {', '.join(row['kinds'])}; {row['cadence']}{muted}"
    ]
    for each in row["channels"]:
        off = f" (off: {visible(each['why'])})" if each["state"] == "off" else ""
        lines.append(f"   {each['id']}  {visible(each['name'])}{off}")
    return "\n".join([*lines, f"   feed {row['feed']}"]) + "\n"


def _news(row: "Row") -> str:
    from backlit.app.alert_messages import sentence
    from backlit.report.text import day

    mark = " " if row["seen_at"] else "*"
    return f"{mark} {day(row['at'])}  {row['kind']}  {sentence(row)}\n"


def _delivery(row: "Row") -> str:
    from backlit.report.text import visible

    last = row["attempts"][-1] if row["attempts"] else None
    said = f": {visible(last['detail'])}" if last else ""
    again = f", again {row['next_at']:%Y-%m-%d %H:%M} UTC" if row["next_at"] else ""
    what = f"{row['type']}, {row['events']} changes" if row["events"] else row["type"]
    return f"{row['id']}  {row['state']}{again}  {visible(row['channel'])}  {what}{said}\n"
