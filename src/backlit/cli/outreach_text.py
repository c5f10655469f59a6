"""How do cards, drafts and what happened read on a terminal?"""

from typing import TYPE_CHECKING

from backlit.report.text import day, visible

if TYPE_CHECKING:
    from backlit.app.answer import Row

__all__ = [
    "board",
    "card_text",
    "draft_text",
    "event_line",
    "flat",
    "line",
    "person_line",
    "tried_line",
    "words",
]


def line(row: "Row") -> str:
    to = row["contact"] or row["form"] or "no contact known"
    due = f", again {day(row['due'])}" if row["due"] else ""
    lines = [
        f"{row['id']}  {row['stage']:<9}  {visible(row['url'] or row['domain'])}",
        f"   {row['kind']} for {visible(row['target'])}; {visible(to)}{due}",
    ]
    lines += [f"   ! {visible(each)}" for each in (row["wrong"], *row["warnings"]) if each]
    lines += [f"   {visible(row['note'])}"] if row["note"] else []
    return "\n".join(lines) + "\n"


def not_written_to(row: "Row") -> str:
    """Who is not written to any more after a card was moved to no."""
    names = row["not_written_to"]
    if names is None:
        return ""
    if names:
        return f"Not written to any more: {visible(', '.join(names))}\n"
    shared = visible(row["url"] or row["domain"])
    return (
        f"Nobody was put on the list: no mailbox is known, and strangers share the name of {shared}\n"
        "Next: backlit outreach suppress MAILBOX\n"
    )


def board(rows: "list[Row]") -> str:
    from backlit.store.outreach import STAGES

    parts = []
    for stage in STAGES:
        mine = [row for row in rows if row["stage"] == stage]
        if mine:
            parts.append(f"{stage.upper()} ({len(mine)})\n{''.join(map(line, mine))}")
    nothing = "The board is empty. Next: backlit outreach add TARGET PAGE --kind KIND\n"
    return "\n".join(parts) or nothing


def flat(row: "Row") -> "Row":
    """A card as a row of a table."""
    seen = row["seen"] or {}
    flat = {name: value for name, value in row.items() if name not in ("seen", "warnings")}
    return flat | {"link": seen.get("source_url"), "warnings": "; ".join(row["warnings"])}


def words(text: str | None) -> str:
    """A text of several lines for a terminal."""
    return "\n".join(map(visible, (text or "").split("\n")))


def draft_text(row: "Row") -> str:
    held = row["draft"]
    if held["way"] == "form":
        why = f"For a contact form, since {row['form_why']}.\n\n" if row.get("form_why") else ""
        return f"{why}{words(held['subject'])}\n\n{words(held['text'])}\n"
    if held["bytes"] is None:
        return f"{words(held['subject'])}\n\nIt may not be sent, nor is it given out.\n"
    approve = f"Next: backlit outreach approve {row['id']} {held['digest'][:12]}"
    warned = "".join(f"! {words(each)}\n" for each in row["warnings"])
    return (
        f"To: {words(held['recipient'])}\nSubject: {words(held['subject'])}\n\n{words(held['text'])}\n"
        f"{warned}SHA-256 {held['digest']}\n{approve}\n"
    )


def card_text(row: "Row") -> str:
    lines = [line(row)]
    if row["suppressed"]:
        lines.append("   ! on the list of those who are not written to\n")
    if row["mail_blocked"]:
        lines.append(f"   ! {row['mail_blocked']}\n")
    if row["basis"]:
        lines.append(f"   may be written to: {row['basis']} is recorded\n")
    held = row["draft"]
    if held is not None:
        state = held["state"] or ("approved" if held["approved_by"] else "not approved")
        lines.append(f"\nDraft ({held['way']}, {state})\n{draft_text(row)}")
    return "".join([*lines, "\n", *map(event_line, row["log"])])


def event_line(row: "Row") -> str:
    to = f" {row['was']} → {row['stage']}" if row["was"] else ""
    told = row["told"] or {}
    words = row["why"] or told.get("detail") or told.get("subject") or told.get("note") or told.get("wrong")
    said = f": {visible(str(words))}" if words else "" if row["told"] is not None else ": forgotten"
    card = f"card {row['card']}  " if row["card"] else ""
    return f"{row['id']}  {row['at']:%Y-%m-%d %H:%M}  {card}{row['what']}{to}{said} ({visible(row['who'])})\n"


def tried_line(row: "Row") -> str:
    again = f", again {row['next_at']:%Y-%m-%d %H:%M} UTC" if row["next_at"] else ""
    detail = f": {visible(row['detail'])}" if row["detail"] else ""
    return f"{row['state']}{again}  card {row['card']}  {visible(row['to'] or 'nobody')}{detail}\n"


def person_line(row: "Row") -> str:
    what = "not written to" if row["list"] == "suppressed" else f"may be written to ({row['basis']})"
    why = f": {visible(row['why'])}" if row["why"] else ""
    return f"{visible(row['text'] or 'forgotten')}  {what}, {day(row['at'])}{why}\n"
