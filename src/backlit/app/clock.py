"""What time is it, where nobody passes in another?"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backlit.app.demo_mark import MARK, seed_and_size

__all__ = ["Clock", "clock_of_looks", "now"]

Clock = Callable[[], datetime]

#: How long after its last crawl the made-up web of a demo is met.
_AFTER = timedelta(days=1)


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def clock_of_looks(home: Path, clock: Clock) -> Clock:
    """The clock of whoever looks at pages: where nobody passes in another, that of the web that a home is
    about. The made-up web of a demo goes on a day after its last crawl, from when the demo was built on; a
    look of today would leave its crawls months behind, and with them all that is told of thirty days."""
    if clock is not now or seed_and_size(home) is None:
        return clock
    from backlit.vweb import LAST_CRAWL

    built = datetime.fromtimestamp((home / MARK).stat().st_mtime, UTC)
    return lambda: LAST_CRAWL + _AFTER + max(now() - built, timedelta(0))
