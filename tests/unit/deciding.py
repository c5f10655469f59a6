"""What do tests of decisions share? A target, and one calendar."""

from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = ["GOOD", "NOON", "TARGET", "at"]

TARGET = "gardenhaus.example"
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
#: Links of the made-up web that nobody may accuse.
GOOD = ("editorial", "resource", "blogroll", "mention")


def at(days: int) -> Any:
    """The clock so many days after the first."""
    return lambda: NOON + timedelta(days=days)
