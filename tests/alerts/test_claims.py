"""Is nothing told that only a tool said, whatever a look finds afterwards?"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.app import alerting
from backlit.model import Reader
from tests.unit.looks import Look, commit, day

PAGE, OTHER = "https://blog.test/post", "https://other.test/"
TEA = (("https://shop.test/tea", "tea"),)
CUP = (("https://shop.test/tea", "a cup"),)


def found(home: Path, *looks: list[Look]) -> list[tuple[str, str]]:
    """What an alert finds that is there from the first ingest on: kinds and reasons."""
    for number, part in enumerate(looks):
        commit(home, f"source{number}", part)
        if not number:
            alerting.alert_add(home, "shop.test", clock=lambda: day(50))
        alerting.alerts_run(home, clock=lambda: day(60))
    rows = alerting.alert_inbox(home).rows
    return [(row["kind"], row["reason"]) for row in reversed(rows)]


def said(on: int, links: tuple[tuple[str, str], ...] = TEA) -> list[Look]:
    return [Look(PAGE, on, links, Reader.EXPORT, rel=None), Look(OTHER, 1, TEA)]


def seen(on: int, links: tuple[tuple[str, str], ...] = TEA, **more: Any) -> list[Look]:
    return [Look(PAGE, on, links, **more), Look(OTHER, on, TEA)]


TOLD: dict[str, tuple[list[list[Look]], list[tuple[str, str]]]] = {
    "a claim": ([seen(1, ()), said(2)], []),
    "a claim that a look denies": ([said(1), seen(3, ())], []),
    "a claim that a look confirms": ([said(1), seen(3)], []),
    "a claim in other words than a look found": ([said(1), seen(3, CUP)], []),
    "a claim of a link that was seen": ([seen(1), said(2, CUP)], []),
    "a loss of a link that was claimed and seen": ([said(1) + seen(2), seen(3, ())], [("lost", "removed")]),
    "other words of a link that was claimed and seen": (
        [said(1) + seen(2), seen(3, CUP)], [("changed", "anchor")],
    ),
    "a page that is read for the first time": ([[Look(OTHER, 1, TEA)], seen(3)], []),
    "a page that was gone and is there with a link": (
        [[Look(PAGE, 1, status=404), Look(OTHER, 1, TEA)], seen(3)], [("new", "added")],
    ),
    "a link that goes and comes and goes": (
        [seen(1), seen(2, ()), seen(3), seen(4, ())],
        [("lost", "removed"), ("recovered", "returned"), ("lost", "removed")],
    ),
    "the same crawl once more": ([seen(1), seen(1), seen(2, ()), seen(2, ())], [("lost", "removed")]),
    "an older crawl": ([seen(5), seen(3, ()), seen(1, CUP)], []),
    "a broken server": ([seen(1), seen(3, (), status=503, complete=False), seen(4, (), complete=False)], []),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_only_what_a_look_found_is_told(name: str, tmp_path: Path) -> None:
    looks, wanted = TOLD[name]
    assert found(tmp_path / "home", *looks) == wanted


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the versions that an alert knew be gone."""
    monkeypatch.setattr("backlit.app.alert_search._kept", lambda _session: {})


@pytest.mark.slow
@pytest.mark.parametrize("name", TOLD)
def test_the_same_is_told_where_versions_are_forgotten(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for what was known before the alert: then the looks alone say what is new."""
    forget(monkeypatch)
    looks, wanted = TOLD[name]
    assert found(tmp_path / "home", *looks) == wanted


def test_a_loss_that_is_dated_before_the_last_run_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a second look confirms the first, and the version between them is forgotten."""
    home = tmp_path / "home"
    commit(home, "first", seen(1))
    alerting.alert_add(home, "shop.test", clock=lambda: day(2))
    commit(home, "second", [Look(OTHER, 5, TEA)])
    alerting.alerts_run(home, clock=lambda: day(6))
    forget(monkeypatch)
    commit(home, "third", [Look(PAGE, 4)])
    for more in (7, 8):
        alerting.alerts_run(home, clock=lambda more=more: day(more))  # type: ignore[misc]  # a default
    rows = alerting.alert_inbox(home).rows
    assert [(row["kind"], row["at"]) for row in rows] == [("lost", day(4))]


def test_what_was_known_before_an_alert_is_not_told_when_its_version_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    commit(home, "first", seen(1))
    commit(home, "second", seen(3, ()))
    alerting.alert_add(home, "shop.test", clock=lambda: day(4))
    forget(monkeypatch)
    commit(home, "third", [Look(OTHER, 5, TEA)])
    alerting.alerts_run(home, clock=lambda: day(4) + timedelta(days=2))
    assert alerting.alert_inbox(home).rows == []
    rows = app.changes(app.open_session(home), "shop.test", since="2026-01-03").rows
    assert [row["kind"] for row in rows] == ["lost"]  # the index tells it all the same
