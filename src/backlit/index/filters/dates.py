"""Which moments does a date, a month, a year or an age mean?"""

import re
from datetime import UTC, datetime, timedelta

from backlit.index.filters.meanings import Unmeant

__all__ = ["EARLIEST", "age_of", "period_of"]

EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
_UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}


def age_of(text: str) -> timedelta | None:
    """An age as `30d`, `2w`, `6m`, `1y`; None for anything else."""
    match = re.fullmatch(r"([0-9]{1,5})([dwmy])", text)
    return timedelta(days=min(int(match[1]) * _UNITS[match[2]], 700_000)) if match else None


def period_of(field: str, text: str) -> tuple[datetime, datetime]:
    """The first moment of a year, month or day, and the first after it; of a moment, it and the next."""
    match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?", text)
    try:
        if match is None:
            moment = datetime.fromisoformat(text)
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
            return moment, moment + timedelta(microseconds=1)
        year, month, day = (int(part) if part else None for part in match.groups())
        start = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
        if day:
            return start, start + timedelta(days=1)
        following = start + timedelta(days=31 if month else 366)
        return start, following.replace(month=following.month if month else 1, day=1)
    except (ValueError, OverflowError) as error:
        do = f"Write {field}:>2026-01-01, {field}:2026-03 or {field}:<30d."
        raise Unmeant(f"{text!r} is no date", do) from error
