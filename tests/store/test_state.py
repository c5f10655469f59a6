"""Is what was kept of looks and monitors given back whole, on either database?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from backlit.store.database import microseconds, moment, opened
from backlit.store.looks import LookRow, Looks
from backlit.store.monitors import Monitor, MonitorKind, Monitors

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: Longer than PostgreSQL's ordered indexes take, and not to be made shorter.
LONG = "https://long.test/" + "".join(chr(97 + (n * n * 7 + n // 3) % 26) for n in range(8_000))


def look(url: str, hours: int, verdict: str = "live", held: str | None = None) -> LookRow:
    told = {"verdict": verdict, "evidence": 'a "quoted" word\0 and 日本語', "after": None}
    return LookRow(url, "https://shop.test/", "a", NOON + timedelta(hours=hours), verdict, told, held)


def test_looks_come_back_whole_and_in_order(home: Path) -> None:
    rows = [look(LONG, 2), look("https://b.test/", 1, held="first"), look(LONG, 0, "missing", held="second")]
    with opened(home) as engine:
        Looks(engine).add(rows)
        Looks(engine).add([])
    with opened(home) as engine:
        looks = Looks(engine)
        assert looks.of_pages([LONG, "https://b.test/", "https://c.test/"]) == {
            LONG: [rows[2], rows[0]],
            "https://b.test/": [rows[1]],
        }
        looks.release(["second"])
        assert list(looks.history(LONG)) == [rows[0], look(LONG, 0, "missing")]
        assert list(looks.history(LONG, 1)) == [rows[0]]


def test_many_pages_are_asked_for_at_once(home: Path) -> None:
    rows = [look(f"https://p{n}.test/", n) for n in range(1_201)]
    with opened(home) as engine:
        Looks(engine).add(rows)
        found = Looks(engine).of_pages([row.source_url for row in rows])
    assert found == {row.source_url: [row] for row in rows}


def test_monitors_are_kept_renewed_and_ended(home: Path) -> None:
    first = Monitor("https://a.test/", "shop.test", MonitorKind.EARNED)
    paid = Monitor(LONG, "shop.test", MonitorKind.COMPENSATED, "Größe", "https://shop.test/x")
    later = NOON + timedelta(days=1)
    with opened(home) as engine:
        monitors = Monitors(engine)
        assert monitors.add([first, paid], NOON) == 2
        assert monitors.add([Monitor(first.url, first.target, MonitorKind.OWN)], later) == 0
        assert monitors.all() == [
            Monitor(LONG, "shop.test", MonitorKind.COMPENSATED, "Größe", "https://shop.test/x", NOON),
            Monitor(first.url, "shop.test", MonitorKind.OWN, added_at=later),
        ]
        assert monitors.remove(LONG, "other.test", later) == 0
        assert monitors.remove(LONG, None, later) == 1
        assert [each.url for each in monitors.all()] == [first.url]


def test_times_keep_their_microseconds() -> None:
    at = datetime(2026, 2, 3, 4, 5, 6, 789_012, tzinfo=UTC)
    assert moment(microseconds(at)) == at
