"""Is it told how each project is and what it needs, and is unknown what nobody counted?"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from backlit import app
from backlit.app import portfolio
from backlit.app.clock import now
from backlit.jobs.database import connected
from backlit.report.portfolio import period_of
from backlit.store.alert_tables import EVENTS
from backlit.store.alerts import Rules
from backlit.store.database import opened
from tests.unit.looks import Look, commit, day

OURS = "https://ours.test/"
NUMBERS = ("referring_domains", "won", "lost", "since", "as_of", "leads", "why")


def page(domain: str, on: int, *links: str) -> Look:
    return Look(f"https://{domain}/", on, tuple((link, "words") for link in links))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One who came, one who went, one who stayed, and one whose page was read late for the first time."""
    monkeypatch.delenv("BACKLIT_DATABASE_URL", raising=False)
    first = [page("came.test", 1), page("went.test", 1, OURS), page("stayed.test", 1, OURS)]
    commit(tmp_path, "first", first)
    second = [page("came.test", 9, OURS), page("went.test", 9), page("stayed.test", 9, OURS)]
    commit(tmp_path, "second", [*second, page("late.test", 9, OURS)])
    app.project_add(tmp_path, "ours.test")
    return tmp_path


def listed(home: Path, **more: Any) -> list[dict[str, Any]]:
    return app.project_ls(home, **more).rows


def told(row: dict[str, Any]) -> list[Any]:
    return [row[name] for name in NUMBERS]


def test_domains_that_came_and_went_are_counted_and_first_looks_are_not(home: Path) -> None:
    [row] = listed(home)
    assert told(row) == [3, 1, 1, day(1), day(9), 0, None]


def test_after_one_look_nobody_knows_who_came(tmp_path: Path) -> None:
    commit(tmp_path, "first", [page("a.test", 1, OURS)])
    app.project_add(tmp_path, "ours.test")
    assert told(listed(tmp_path)[0]) == [1, None, None, None, day(1), 0, None]


def test_without_time_or_an_index_the_numbers_are_unknown_and_it_is_said_how_to_get_them(
    home: Path, tmp_path: Path
) -> None:
    unknown = [None, None, None, None, None, None]
    assert told(listed(home, seconds=0)[0]) == [*unknown, "It was not counted yet: look again in a moment."]
    assert listed(home)[0]["referring_domains"] == 3
    assert listed(home, seconds=0)[0]["referring_domains"] == 3  # noted
    commit(home, "third", [page("more.test", 10, OURS)])
    [row] = listed(home, seconds=0)
    assert (row["referring_domains"], row["as_of"], row["why"]) == (
        *(3, day(9)), "It was not counted yet: look again in a moment.",
    )  # fmt: skip
    assert told(listed(home)[0])[:1] == [4]
    bare = tmp_path / "bare"
    app.project_add(bare, "ours.test")
    [row] = listed(bare)
    assert told(row)[:6] == unknown
    assert "backlit ingest" in row["why"]


def test_a_list_judges_nothing_and_begins_nothing_large(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portfolio, "_MOST_ROWS", 1)
    [row] = listed(home)
    assert (row["referring_domains"], row["why"]) == (
        *(None, "It is large: `backlit overview ours.test` counts it."),
    )
    monkeypatch.undo()
    assert listed(home)[0]["referring_domains"] == 3
    assert not (home / "judged").exists()


def test_looking_at_the_overview_counts_a_project(home: Path) -> None:
    app.overview(app.open_session(home), "ours.test")
    assert listed(home, seconds=0)[0]["referring_domains"] == 3


def test_a_note_that_cannot_be_read_is_none(home: Path) -> None:
    assert listed(home)[0]["referring_domains"] == 3
    for path in (home / "noted").iterdir():
        path.write_bytes(b'["\xff')
    assert listed(home, seconds=0)[0]["referring_domains"] is None
    assert listed(home)[0]["referring_domains"] == 3


def test_groups_of_the_audit_wait_until_somebody_decides(demo_home: Path, forgotten: None) -> None:
    target = "gardenhaus.example"
    app.project_add(demo_home, target)
    [row] = listed(demo_home)
    assert (row["needs"]["audit"], row["needs_you"], row["audit_is_old"]) == (None, None, None)
    session = app.open_session(demo_home)
    found = app.audit(session, target).row
    [row] = listed(demo_home)
    assert found["clusters_total"] > 0
    assert (row["needs"]["audit"], row["needs_you"]) == (found["clusters_total"],) * 2
    assert row["needs_you_is"] == "exact"
    assert row["audit_is_old"] is False
    app.decide(session, found["clusters"][0]["id"], "ignore", why="noise", target=target)
    [row] = listed(demo_home)
    assert (row["audit_is_old"], row["needs_you_is"]) == (True, "at least")
    app.audit(session, target)
    [row] = listed(demo_home)
    assert (row["needs"]["audit"], row["audit_is_old"]) == (found["clusters_total"] - 1, False)
    app.project_edit(demo_home, target, brands=["Garden Haus"])
    assert listed(demo_home)[0]["audit_is_old"] is True
    session.refresh()
    app.audit(session, target)
    app.policy_edit(demo_home, '[[rules]]\nid = "a"\nverdict = "ignore"\nwhy = "x"\ndomains = ["*.example"]')
    assert listed(demo_home)[0]["audit_is_old"] is True
    left = app.audit(session, target).row["clusters_total"]
    assert left < found["clusters_total"] - 1
    assert (listed(demo_home)[0]["needs"]["audit"], listed(demo_home)[0]["audit_is_old"]) == (left, False)
    again = now() + timedelta(days=400)  # a verdict is to be looked at again
    app.decide(session, "late-blog.example", "watch", why="new", target=target, until="2027-01-01")
    session.refresh()
    app.audit(session, target)
    assert listed(demo_home)[0]["audit_is_old"] is False
    assert listed(demo_home, clock=lambda: again)[0]["audit_is_old"] is True


def test_alerts_cards_and_failed_jobs_wait_and_come_first(home: Path) -> None:
    app.project_add(home, "blog.ours.test", name="A blog")
    app.alert_add(home, "https://ours.test/tea")
    app.outreach_add(home, "ours.test", "https://a.test/x", kind="resource", due="2026-01-01")
    app.outreach_add(home, "ours.test", "https://b.test/x", kind="resource", due="2999-01-01")
    over = app.outreach_add(home, "ours.test", "https://c.test/x", kind="resource", due="2026-01-01").row[
        "id"
    ]
    app.outreach_move(home, over, "lost")
    for target in ("ours.test", "ours.test", "blog.ours.test"):
        failed(home, app.ask_job(home, "audit", {"target": target}).row["id"])
    app.ask_job(home, "audit", {"target": "blog.ours.test"})  # it is tried again
    event(home)
    rows = {row["slug"]: (row["needs_you"], row["needs_you_is"], row["needs"]) for row in listed(home)}
    assert list(rows) == ["ours.test", "blog.ours.test"]
    assert rows["ours.test"] == (3, "at least", {"audit": None, "alerts": 1, "outreach": 1, "jobs": 1})
    assert rows["blog.ours.test"] == (None, None, {"audit": None, "alerts": 0, "outreach": 0, "jobs": 0})
    app.project_archive(home, "ours.test")
    away = listed(home, archived=True)[-1]
    assert (away["slug"], away["needs_you"], away["needs"]["jobs"]) == ("ours.test", None, None)


def failed(home: Path, job: str) -> None:
    """A job whose worker did not bear it."""
    with connected(home) as engine, engine.begin() as connection:
        change = "UPDATE workflow_status SET status = 'ERROR' WHERE workflow_uuid = :job"
        assert connection.execute(sa.text(change), {"job": job}).rowcount == 1


def event(home: Path) -> None:
    """Something that the alert found and nobody saw."""
    with opened(home) as engine:
        [rule] = Rules(engine).all()
        values: dict[str, Any] = {"rule": rule.id, "key": "k", "kind": "lost", "is_alert": True}
        values |= {"happened": 1, "found_at": 1, "told": "{}", "digest": "d"}
        with engine.begin() as connection:
            connection.execute(sa.insert(EVENTS).values(values))


def test_projects_that_need_nobody_stand_by_their_names(tmp_path: Path) -> None:
    for number in (10, 0, 2, 1):
        app.project_add(tmp_path, f"{number}.test")
        app.project_add(tmp_path, f"old{number}.test")
        app.project_archive(tmp_path, f"old{number}.test")
    names = [row["name"] for row in listed(tmp_path, archived=True)]
    assert names == [f"{old}{number}.test" for old in ("", "old") for number in (0, 1, 2, 10)]


def test_notes_are_of_projects_alone(home: Path) -> None:
    session = app.open_session(home)
    app.overview(session, "stayed.test")
    app.audit(session, "stayed.test")
    app.audit(session, "ours.test", as_of="2026-03-05")
    assert not (home / "noted").exists()


def test_pages_that_are_said_to_link_are_counted_beside_those_that_do(tmp_path: Path) -> None:
    table = tmp_path / "Latest_links.csv"
    table.write_text("Linking page,Last crawled\nhttps://a.test/x,2026-05-11\nhttps://b.test/,2026-05-29\n")
    app.ingest(tmp_path / "home", [str(table)], target="ours.test")
    app.project_add(tmp_path / "home", "ours.test")
    [row] = listed(tmp_path / "home")
    assert (row["referring_domains"], row["leads"]) == (0, 2)
    assert period_of(row) == "known once those pages are read"


def test_domains_won_and_lost_are_called_domains(home: Path) -> None:
    assert period_of(listed(home)[0]) == "1 domain won, 1 lost since 2 Jan 2026"


def test_a_note_that_lacks_a_number_of_today_is_counted_again(home: Path) -> None:
    assert listed(home)[0]["leads"] == 0
    for path in (home / "noted").iterdir():
        path.write_text(path.read_text().replace('"leads"', '"other"'))
    assert listed(home)[0]["leads"] == 0


def test_a_few_fresh_looks_after_an_old_crawl_are_no_month_without_news(tmp_path: Path) -> None:
    old = [page(f"s{at}.test", 1, OURS) for at in range(20)]
    commit(tmp_path, "first", old)
    commit(tmp_path, "second", [page(f"s{at}.test", 2, *([OURS] if at else [])) for at in range(20)])
    app.project_add(tmp_path, OURS)
    before = app.overview(app.open_session(tmp_path), "ours.test").row
    assert (before["new_30d"], before["lost_30d"], before["seldom_looked"]) == (0, 1, False)
    commit(tmp_path, "fresh", [page("s5.test", 60, OURS)])
    session = app.open_session(tmp_path)
    row = app.overview(session, "ours.test").row
    names = ("new_30d", "lost_30d", "looked_30d", "looked_ever", "looked_before", "seldom_looked")
    assert [row[name] for name in names] == [None, None, 1, 20, day(2), True]
    [listed_row] = listed(tmp_path)
    assert (listed_row["won"], listed_row["lost"]) == (None, None)
    assert period_of(listed_row) == "not known: few pages were read in 30 days"
    said = "Only 1 of 20 links was looked at in the 30 days before the data end, the others on "
    assert [each for each in app.audit(session, "ours.test").row["headline"] if each.startswith(said)]
    commit(tmp_path, "lost", [page(f"s{at}.test", 61) for at in (1, 2)])
    row = app.overview(app.open_session(tmp_path), "ours.test").row
    assert [row[name] for name in names] == [0, 2, 3, 20, day(2), False]
