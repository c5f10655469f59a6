"""How is a preview of exports shown on a screen?"""

from typing import TYPE_CHECKING, Any

from backlit.errors import UsageError

if TYPE_CHECKING:
    from backlit.app.answer import Answer, Row

__all__ = ["mapping_of", "shown"]


def mapping_of(pairs: list[str] | None) -> dict[str, str] | None:
    """`field=column` pairs as a mapping; None where there are none."""
    if not pairs:
        return None
    mapping = {}
    for pair in pairs:
        field, sign, column = pair.partition("=")
        if not sign or not field.strip() or not column.strip():
            raise UsageError(
                f"--map {pair}", "not of the form field=column", "For example --map source='Linking page'."
            )
        mapping[field.strip()] = column.strip()
    return mapping


def shown(answer: "Answer") -> str:
    """Each table: what it is, whose links and of when, its columns, its first rows."""
    return "\n".join(_table(row) for row in answer.rows) + "Nothing was written.\n"


def _table(row: "Row") -> str:
    from backlit.report.text import plural

    who = f"{row['tool']} {row['table']}" if row["tool"] else row["table"]
    sure = f"{row['confidence']:.0%} sure: {row['reason']}"
    lines = [f"{row['source']}: {who}, {_YIELDS[row['yields']]} ({sure})"]
    if row["yields"] == "nothing":
        return _joined([*lines, row["use"] or ""])
    more = "" if row["total_is"] == "exact" else "more than "
    lines.append(f"{more}{plural(row['total'], 'row')}")
    about = row["target"] or "not told; name it with --for DOMAIN"
    lines.append(f"about {about}, exported {row['date']:%Y-%m-%d} (by {row['date_from']})")
    if row["first_seen"] and row["last_seen"]:
        lines.append(f"seen {row['first_seen']:%Y-%m-%d} to {row['last_seen']:%Y-%m-%d} in the first rows")
    lines.append("columns: " + ", ".join(f"{field} = {name}" for field, name in row["columns"].items()))
    lines.append("not used: " + (", ".join(row["unknown"]) or "none"))
    lines += [_one(each) for each in row["rows"]]
    lines += [f"not usable, line {each['offset']}: {each['why']}" for each in row["problems"][:_PROBLEMS]]
    return _joined(lines)


_YIELDS = {
    "links": "links",
    "leads": "pages to verify",
    "visits": "visits from other sites",
    "performance": "clicks and impressions",
    "decisions": "decisions made elsewhere",
    "nothing": "nothing to ingest",
}
_PROBLEMS = 5


def _joined(lines: list[str]) -> str:
    from backlit.report.text import visible

    first, *rest = (visible(line) for line in lines)
    return "\n".join([first, *(f"  {line}" for line in rest)]) + "\n"


def _one(row: dict[str, Any]) -> str:
    if "level" in row:
        where = f" -> {row['landing_url']}" if row["landing_url"] else ""
        return (
            f"{row['offset']}: {row['referrer']}{where}: {row['count']:,} {row['measure']}, by {row['level']}"
        )
    if "dimension" in row:
        counted = f"{row['clicks']:,} clicks, {row['impressions']:,} impressions"
        return f"{row['offset']}: {row['dimension']} {row['value']!r}: {counted}"
    if "decision" in row:
        why = f" ({row['note'] or row['tags']})" if row["note"] or row["tags"] else ""
        return f"{row['offset']}: {row['decision']} {row['subject']}{why}"
    if "target_url" not in row:
        return f"{row['offset']}: {row['source_url']} (reported {row['reported_at']:%Y-%m-%d})"
    rel = "rel not read" if row["rel"] is None else " ".join(row["rel"]) or "follow"
    lost = row["reported_lost"]
    told = f", reported lost by {lost['by']} on {lost['at']:%Y-%m-%d}" if lost else ""
    text = row["anchor"] or (f"[image] {row['alt']}" if row["alt"] else "[no text]")
    seen = f"{row['first_seen']:%Y-%m-%d} to {row['last_seen']:%Y-%m-%d}"
    return f"{row['offset']}: {row['source_url']} -> {row['target_url']} {text!r}, {rel}, {seen}{told}"
