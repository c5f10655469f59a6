"""What does a message say: to programs, and to people?

One body is put together when a digest closes, and everything that is sent is made of it: the JSON of a
webhook, and a letter as text and as HTML. Crawled words stay words: escaped, what is invisible spelled out.
"""

import html
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from backlit.app.answer import Row
from backlit.net.mail import as_header, with_one_click
from backlit.report.readable import called
from backlit.report.text import clip, day, plural, shorten, visible
from backlit.store.alerts import Rule
from backlit.store.outbox import Delivery

__all__ = ["HEADINGS", "digest", "letter", "notice", "sentence", "trial"]

#: The kinds of news in the order in which they are told, with their headings.
HEADINGS: Mapping[str, str] = {
    "lost": "Lost",
    "promise": "Not as promised",
    "changed": "Changed",
    "recovered": "There again",
    "new": "New",
}
_EVENT = ("id", "at", "reason", "source_url", "target_url", "anchor", "evidence", "before", "after")
#: Characters of words of a link, and of evidence, in one line.
_SHORT, _LONG = 80, 200


def digest(rule: Rule, events: Sequence[Mapping[str, Any]], total: int, now: datetime, site: str) -> Row:
    """The body of a message about what was found."""
    rows = [{"type": f"link.{each['kind']}", **{name: each[name] for name in _EVENT}} for each in events]
    counts = {kind: sum(each["kind"] == kind for each in events) for kind in HEADINGS}
    return _body(
        "alert.fired",
        now,
        {
            "alert": rule.id,
            "target": rule.target,
            "q": rule.q,
            "cadence": rule.cadence,
            "total": total,
            "counts": {kind: number for kind, number in counts.items() if number},
            "events": rows,
            "url": f"{site}/alerts",
            "api": f"{site}/api/v1/alerts/events?alert={rule.id}",
        },
    )


def trial(rule: Rule, now: datetime, site: str) -> Row:
    """The body of a message that only shows that it arrives."""
    data = {"alert": rule.id, "target": rule.target, "total": 0, "events": [], "url": f"{site}/alerts"}
    return _body("alert.test", now, data)


def notice(rule: Rule, channel: str, why: str, now: datetime, site: str) -> Row:
    """The body of a message that says that a channel is off."""
    data = {"alert": rule.id, "target": rule.target, "channel": channel, "why": why, "url": f"{site}/alerts"}
    return _body("channel.disabled", now, data)


def _body(kind: str, now: datetime, data: Row) -> Row:
    return {"type": kind, "timestamp": now.astimezone(UTC).isoformat().replace("+00:00", "Z"), "data": data}


def letter(delivery: Delivery, sender: str, one_click: str | None = None) -> bytes:
    """A message for people. The same delivery makes the same bytes, and so the same Message-ID.

    `one_click` is where it is declined with one click, where an address was proved to be reached.
    """
    data = delivery.body["data"]
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = sender
    message["To"] = delivery.channel.address
    message["Subject"] = as_header(_subject(delivery.body))
    message["Date"] = format_datetime(delivery.added_at)
    message["Message-ID"] = f"<{delivery.key}@{sender.rpartition('@')[2].rstrip('>')}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence has to answer
    message.set_content(_text(delivery.body["type"], data))
    message.add_alternative(_html(delivery.body["type"], data), subtype="html")
    boundary = f"=_{delivery.key}"
    message.set_boundary(boundary)
    content = message.as_bytes()
    return content if one_click is None else with_one_click(content, one_click)


def _subject(body: Mapping[str, Any]) -> str:
    data = body["data"]
    target = shorten(called(data["target"]), 100)
    if body["type"] == "alert.test":
        return f"{target}: a test of your alert"
    if body["type"] == "channel.disabled":
        return f"{target}: a channel of your alert was turned off"
    counts = data["counts"]
    told = ", ".join(f"{counts[kind]} {HEADINGS[kind].lower()}" for kind in HEADINGS if kind in counts)
    return (
        f"{target}: {told}" if data["total"] == len(data["events"]) else f"{target}: {data['total']} changes"
    )


def sentence(event: Mapping[str, Any]) -> str:
    """What happened to a link and why, in one line."""
    words = f" “{clip(visible(event['anchor']), _SHORT)}”" if event["anchor"] else ""
    why = ", ".join(part.replace("-", " ") for part in (event["reason"] or "").split(",") if part)
    evidence = f": {clip(visible(event['evidence']), _LONG)}" if event["evidence"] else ""
    to = visible(event["target_url"])
    return f"{visible(event['source_url'])}{words} → {to} ({why}{evidence})"


def _lead(kind: str, data: Mapping[str, Any]) -> str:
    if kind == "alert.test":
        return f"This is a test: alerts about {called(data['target'])} arrive here."
    if kind == "channel.disabled":
        return (
            f"Nothing more is sent to {visible(data['channel'])}: {visible(data['why'])}. What waited for it"
            " is kept: a test that arrives turns the channel on again, and the log replays the rest."
        )
    chosen = f", chosen by {visible(data['q'])}" if data["q"] else ""
    return f"{plural(data['total'], 'change')} of links to {called(data['target'])}{chosen}."


def _grouped(data: Mapping[str, Any]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    events = data.get("events", [])
    groups = [(HEADINGS[kind], [e for e in events if e["type"] == f"link.{kind}"]) for kind in HEADINGS]
    return [(heading, rows) for heading, rows in groups if rows]


def _more(data: Mapping[str, Any]) -> str:
    left = data.get("total", 0) - len(data.get("events", []))
    return f"And {plural(left, 'more change')}, on the page of your alerts." if left > 0 else ""


def _on(event: Mapping[str, Any]) -> str:
    return day(datetime.fromisoformat(str(event["at"])))


def _text(kind: str, data: Mapping[str, Any]) -> str:
    lines = [_lead(kind, data), ""]
    for heading, rows in _grouped(data):
        lines += [heading, *(f"- {_on(each)}  {sentence(each)}" for each in rows), ""]
    lines += [more, ""] if (more := _more(data)) else []
    return "\n".join([*lines, data["url"], ""])


def _html(kind: str, data: Mapping[str, Any]) -> str:
    parts = [f"<p>{html.escape(_lead(kind, data))}</p>"]
    for heading, rows in _grouped(data):
        lines = "".join(f"<li>{_on(each)}&ensp;{html.escape(sentence(each))}</li>" for each in rows)
        parts.append(f"<h2>{heading}</h2><ul>{lines}</ul>")
    if more := _more(data):
        parts.append(f"<p>{more}</p>")
    link = html.escape(data["url"])
    parts.append(f'<p><a href="{link}">{link}</a></p>')
    return f'<!doctype html><html lang="en"><body>{"".join(parts)}</body></html>\n'
