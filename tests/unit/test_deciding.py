"""Does what was decided leave the audit and come back when due, and is nothing disavowed without a basis?"""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backlit import app
from backlit.app import decided
from backlit.errors import UsageError
from backlit.index import profile, profile_rows
from backlit.model import link_id
from backlit.report.text import plural
from backlit.store.place import FILE
from backlit.urls import url_of_key
from backlit.vweb import VirtualWeb
from tests.unit.deciding import GOOD, NOON, TARGET, at

pytestmark = pytest.mark.usefixtures("forgotten")


def clusters(session: app.Session, days: int = 0) -> list[app.Row]:
    found: list[app.Row] = app.audit(session, TARGET, clock=at(days)).row["clusters"]
    return found


def test_looking_makes_no_state(session: app.Session) -> None:
    found = app.audit(session, TARGET, clock=at(0)).row
    assert found["decided"] == 0
    assert {each["suggested_verdict"] for each in found["clusters"]} == {None}
    assert not (session.home / FILE).exists()
    assert app.decisions(session.home, TARGET).rows == []
    assert not (session.home / FILE).exists()


def test_a_decided_group_leaves_until_it_is_due_and_undoing_brings_it_back(session: app.Session) -> None:
    first, *others = clusters(session)
    done = app.decide(session, first["id"], "watch", why="new agency", who="ann", clock=at(0)).row["event"]
    assert (done["id"], done["who"], done["verdict"], done["target"]) == (1, "ann", "watch", TARGET)
    assert done["until"] == NOON + timedelta(days=90)
    assert done["known"]["cluster"] == first["cluster"]
    assert len(done["links"] or done["domains"]) in (first["links"], first["domains"])
    assert {each["id"] for each in clusters(session)} == {each["id"] for each in others}
    again = next(each for each in clusters(session, 90) if each["id"] == first["id"])
    assert again["decision"] == {"id": 1, "verdict": "watch", "at": NOON, "why": "new agency"}
    with pytest.raises(UsageError, match="no such cluster"):
        app.decide(session, f"c0000000000@{TARGET}", "keep", why="x", clock=at(0))
    app.undo(session.home, 1, clock=at(0))
    assert [each["id"] for each in clusters(session)] == [first["id"], *(each["id"] for each in others)]
    rows = app.decisions(session.home, TARGET, clock=at(0)).rows
    assert [(row["id"], row["verdict"], row["undoes"], row["holds"]) for row in rows] == [
        (2, "undo", 1, False),
        (1, "watch", None, False),
    ]


def test_groups_stay_as_they_are_whichever_is_decided_by_links(session: app.Session) -> None:
    before = {each["id"]: (each["links"], each["digest"]) for each in clusters(session)}
    assert len(before) > 3
    for name, (links, digest) in before.items():
        done = app.decide(session, name, "ignore", why="x", seen=digest, clock=at(0)).row["event"]
        assert done["known"]["links"] == links
        assert len(set(done["links"])) == len(done["links"])
        left = {each["id"]: (each["links"], each["digest"]) for each in clusters(session)}
        assert left == {other: told for other, told in before.items() if other != name}
        app.undo(session.home, done["id"], clock=at(0))


def test_a_group_that_is_not_the_one_that_was_shown_is_not_decided_on(session: app.Session) -> None:
    group = clusters(session)[0]
    now_has = plural(group["links"], "link")
    with pytest.raises(UsageError, match=f"not the one that was shown: it has {now_has} now") as refused:
        app.decide(session, group["id"], "keep", why="x", seen="0" * 16, clock=at(0))
    assert "Load the audit again" in str(refused.value)
    noise = app.audit(session, TARGET, clock=at(0)).row["noise"]
    with pytest.raises(UsageError, match="not the one that was shown"):
        app.decide(session, noise["id"], "ignore", why="x", seen="0" * 16, clock=at(0))
    assert app.decisions(session.home, TARGET).rows == []
    app.decide(session, noise["id"], "ignore", why="x", seen=noise["digest"], clock=at(0))


@pytest.mark.parametrize("verdict", ["keep", "watch"])
def test_the_same_verdict_twice_is_one_event(session: app.Session, verdict: str) -> None:
    group = clusters(session)[0]

    def decide(why: str, who: str = "ann", days: int = 0, chosen: str = verdict) -> int:
        one = app.decide(session, group["id"], chosen, why=why, seen=group["digest"], who=who, clock=at(days))
        return int(one.row["event"]["id"])

    assert [decide("x"), decide("x")] == [1, 1]
    assert [decide("y"), decide("y", "bob"), decide("y", "bob", chosen="ignore")] == [2, 3, 4]
    assert decide("y", "bob") == 5
    app.undo(session.home, 5, clock=at(0))
    assert decide("y", "bob") == 7
    assert decide("y", "bob", 100) == (8 if verdict == "watch" else 7)


def test_noise_is_ignored_in_one_row(session: app.Session) -> None:
    noise = app.audit(session, TARGET, clock=at(0)).row["noise"]
    done = app.decide(session, noise["id"], "ignore", why="noise", clock=at(0)).row["event"]
    assert done["known"]["links"] == noise["links"]
    assert 0 < len(set(done["links"])) == len(done["links"]) <= noise["links"]
    assert app.audit(session, TARGET, clock=at(0)).row["noise"] is None
    app.undo(session.home, 1, clock=at(0))
    with pytest.raises(UsageError, match="search engines already"):
        app.decide(session, noise["id"], "disavow", why="x", clock=at(0))


def test_a_queue_that_is_worked_off_has_nothing_to_do(session: app.Session) -> None:
    for each in clusters(session):
        app.decide(session, each["id"], "ignore", why="strangers", clock=at(0))
    found = app.audit(session, TARGET, clock=at(0)).row
    assert (found["clusters"], found["clusters_total"]) == ([], 0)
    assert found["decided"] > 0


def test_a_manual_action_is_not_of_a_day_to_come(session: app.Session) -> None:
    with pytest.raises(UsageError, match="still to come"):
        app.intake(session.home, TARGET, manual_action="2026-12-03", clock=at(0))


def test_a_link_and_a_domain_can_be_decided_on(session: app.Session) -> None:
    link = app.backlinks(session, TARGET, group="none", limit=1).rows[0]
    done = app.decide(session, link["id"], "keep", why="a friend", target=TARGET, clock=at(0)).row["event"]
    assert (done["kind"], done["subject"], done["links"]) == ("link", link["id"], [link["id"]])
    assert done["known"]["source_url"] == link["source_url"]
    done = app.decide(session, "www.blog.example", "keep", why="ours", target=TARGET, clock=at(0)).row[
        "event"
    ]
    assert (done["kind"], done["subject"], done["domains"]) == ("domain", "blog.example", ["blog.example"])


@pytest.mark.parametrize("host", ["forum.blog.example", "https://forum.blog.example/thread/9"])
def test_a_host_is_not_taken_for_its_whole_domain(session: app.Session, host: str) -> None:
    app.intake(session.home, TARGET, placed="yes", clock=at(0))
    with pytest.raises(UsageError, match=r"a host of blog\.example, and a decision is on a whole domain"):
        app.decide(session, host, "disavow", why="spam", target=TARGET, clock=at(0))
    assert app.decisions(session.home, TARGET).rows == []


def test_what_was_decided_is_decided_otherwise_by_the_same_id(session: app.Session) -> None:
    first = clusters(session)[0]
    app.intake(session.home, TARGET, placed="agency X", clock=at(0))
    asked = app.decide(session, first["id"], "ask-removal", why="bought", clock=at(0)).row["event"]
    again = app.decide(session, first["id"], "disavow", why="no answer", clock=at(1)).row["event"]
    covered = ("subject", "kind", "domains", "links", "known")
    assert {name: again[name] for name in covered} == {name: asked[name] for name in covered}
    app.undo(session.home, again["id"], why="an answer came", clock=at(2))
    app.undo(session.home, asked["id"], why="not ours", clock=at(2))
    assert first["id"] in {each["id"] for each in clusters(session, 2)}


@pytest.mark.parametrize(
    ("what", "verdict", "more", "said"),
    [
        ("blog.example", "burn", {}, "no such verdict"),
        ("blog.example", "undo", {}, "no such verdict"),
        ("blog.example", "keep", {"why": " \n"}, "no reason"),
        ("blog.example", "keep", {"target": None}, "target is not named"),
        ("blog.example", "keep", {"until": "soon"}, "no date"),
        ("c000000000@other.example", "keep", {}, "the id is of other.example"),
        ("blog.example", "keep", {"until": "2027-01-01T00:00:00+23:59"}, "no date"),
        ("blog.example", "keep", {"until": "2020-01-01"}, "that day is over"),
        (TARGET, "ignore", {}, "the target itself"),
        ("c000000000@" + TARGET, "ignore", {}, "no such cluster"),
        ("00000000-0000-0000-0000-000000000000", "keep", {}, "no link with this id"),
        ("not a name", "keep", {}, "neither a URL"),
        ("blog.example", "disavow", {}, "no basis is recorded"),
    ],
)
def test_what_cannot_be_decided_is_told(
    session: app.Session, what: str, verdict: str, more: dict[str, Any], said: str
) -> None:
    asked = {"why": "x", "target": TARGET, "clock": at(0)} | more
    with pytest.raises(UsageError, match=said):
        app.decide(session, what, verdict, **asked)
    assert app.decisions(session.home, TARGET).rows == []


def test_links_that_pass_nothing_or_are_gone_are_never_disavowed(session: app.Session) -> None:
    app.intake(session.home, TARGET, manual_action="yes", clock=at(0))
    rows = app.backlinks(session, TARGET, group="none", limit=5_000).rows
    follow = {row["id"] for row in rows if not row["rel"]}  # a page may link twice, and decline once
    for rel in ("nofollow", "ugc", "sponsored"):
        declined = [row["id"] for row in rows if rel in (row["rel"] or ()) and row["id"] not in follow]
        for link in declined[:3]:
            with pytest.raises(UsageError, match=f"{rel}.*passes nothing"):
                app.decide(session, link, "disavow", why="x", target=TARGET, clock=at(0))
    (lost, *_) = app.backlinks(session, TARGET, group="none", state=["lost"], limit=1).rows
    with pytest.raises(UsageError, match="the link is gone"):
        app.decide(session, lost["id"], "disavow", why="x", target=TARGET, clock=at(0))


def test_answers_are_kept_one_by_one(session: app.Session) -> None:
    app.intake(session.home, TARGET, manual_action="2026-10-01", who="ann", clock=at(0))
    told = app.intake(
        session.home, TARGET, placed="agency X", placed_when="2024", old_file="no", clock=at(1)
    ).row
    assert told["basis"] == "a manual action of 2026-10-01 and links bought or placed by agency X, 2024"
    assert (told["old_file"], told["at"]) == (False, NOON + timedelta(days=1))
    told = app.intake(session.home, TARGET, manual_action="no", placed="no", clock=at(2)).row
    assert (told["basis"], told["manual_action"], told["placed"], told["placed_by"]) == (
        None,
        False,
        False,
        None,
    )
    for asked in ({"manual_action": "lately"}, {"placed": " "}):
        with pytest.raises(UsageError):
            app.intake(session.home, TARGET, **asked, clock=at(3))


def test_disavowing_is_suggested_last_and_never_of_links_that_somebody_meant(session: app.Session) -> None:
    """Without a basis never; with one, only of what is there still after its removal was asked for."""
    assert {each["suggested_verdict"] for each in clusters(session)} == {None}
    app.intake(session.home, TARGET, manual_action="no", placed="no", clock=at(0))
    assert {each["suggested_verdict"] for each in clusters(session)} == {"ignore"}
    app.intake(session.home, TARGET, manual_action="2026-11-01", placed="agency", clock=at(0))
    first = clusters(session)
    assert {each["suggested_verdict"] for each in first} == {"ask-removal"}
    for each in first:
        app.decide(session, each["id"], "ask-removal", why="paid", clock=at(0))
    later = clusters(session, 15)
    assert {each["suggested_verdict"] for each in later} == {"disavow"}
    labels = {
        (link.source_url, link.target_url): link.label
        for crawl in range(3)
        for link in VirtualWeb(seed=7, pages=300).truth(crawl)
    }
    shown = [
        labels.get((link["source_url"], link["target_url"]), "")
        for each in later
        for link in app.backlinks(session, TARGET, group="none", q=each["filter"], limit=1_000).rows
    ]
    assert shown
    assert not set(shown) & set(GOOD)


def test_the_receipt_of_a_link_tells_what_was_decided(session: app.Session) -> None:
    link = app.backlinks(session, TARGET, group="none", limit=1).rows[0]
    assert app.explain(session, link["id"], target=TARGET).row["decision"] is None
    app.decide(session, link["source_domain"], "keep", why="a friend", target=TARGET, who="ann", clock=at(0))
    assert app.explain(session, link["id"], target=TARGET).row["decision"] == {
        "id": 1,
        "verdict": "keep",
        "at": NOON,
        "who": "ann",
        "why": "a friend",
        "until": None,
        "policy": None,
    }


def test_lists_tell_what_was_decided(session: app.Session) -> None:
    rows = app.backlinks(session, TARGET, group="none", limit=3).rows
    assert {row["decision"] for row in rows} == {None}
    domain = rows[0]["source_domain"]
    app.decide(session, domain, "keep", why="a friend", target=TARGET, clock=at(0))
    told = {
        row["id"]: row["decision"] for row in app.backlinks(session, TARGET, group="none", limit=500).rows
    }
    same = [
        row["id"]
        for row in app.backlinks(session, TARGET, group="none", q=f"domain:{domain}", limit=500).rows
    ]
    assert {link for link, verdict in told.items() if verdict == "keep"} == set(same)
    (row,) = app.domains(session, TARGET, q=f"domain:{domain}").rows
    assert row["decision"] == "keep"
    batches = app.whole(session, "domains", TARGET, q=f"domain:{domain}").batches
    assert [row["decision"] for batch in batches for row in batch] == ["keep"]
    app.decide(session, same[0], "watch", why="odd", target=TARGET, clock=at(0))
    told = {
        row["id"]: row["decision"] for row in app.backlinks(session, TARGET, group="none", limit=500).rows
    }
    assert told[same[0]] == "watch"


def test_a_filter_makes_the_ids_of_new_decisions_alone(
    session: app.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counted(source: str, target: str, kind: int) -> UUID:
        made.append(source)
        return link_id(source, target, kind)

    monkeypatch.setattr(decided, "link_id", counted)

    def chosen(verdict: str) -> list[str]:
        made.clear()
        rows = app.backlinks(session, TARGET, group="none", q=f"decision:{verdict}", limit=500).rows
        return [row["id"] for row in rows]

    rows = app.backlinks(session, TARGET, group="none", limit=500).rows
    first, second = rows[0], next(row for row in rows if row["source_domain"] != rows[0]["source_domain"])
    app.decide(session, first["id"], "keep", why="x", target=TARGET, clock=at(0))
    assert set(chosen("keep")) == {first["id"]}
    assert len(set(made)) <= sum(row["source_domain"] == first["source_domain"] for row in rows)
    app.decide(session, second["id"], "watch", why="x", target=TARGET, clock=at(0))
    assert set(chosen("watch")) == {second["id"]}
    assert first["source_url"] not in {url_of_key(key) for key in made}
    noise = app.audit(session, TARGET, clock=at(0)).row["noise"]
    app.decide(session, noise["id"], "ignore", why="x", clock=at(0))
    assert len(chosen("ignore")) >= noise["links"]
    assert len(made) > 100
    assert (set(chosen("keep")), made) == ({first["id"]}, [])
    app.undo(session.home, 1, clock=at(0))
    assert (chosen("keep"), made) == ([], [])
    app.decide(session, first["id"], "keep", why="y", target=TARGET, clock=at(0))
    assert (set(chosen("keep")), made) == ({first["id"]}, [])


def test_a_link_is_found_by_its_id_without_making_a_row_of_each(
    session: app.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = app.backlinks(session, TARGET, group="none", limit=500).rows
    page = every[-1]["source_url"]
    built: list[app.Row] = []
    make = profile_rows.link_row

    def counted(row: app.Row, names: Any) -> app.Row:
        built.append(row)
        return make(row, names)

    monkeypatch.setattr(profile, "link_row", counted)
    told = app.explain(session, every[-1]["id"], target=TARGET).row
    assert (told["link"]["id"], told["link"]["source_url"]) == (every[-1]["id"], page)
    assert 0 < len(built) <= sum(row["source_url"] == page for row in every)
    with pytest.raises(UsageError, match="has no link with this id"):
        app.explain(session, "0" * 32, target=TARGET)


def test_lists_are_chosen_by_what_was_decided(session: app.Session) -> None:
    every = {row["id"]: row for row in app.backlinks(session, TARGET, group="none", limit=5_000).rows}

    def chosen(q: str, view: Any = app.backlinks) -> set[str]:
        asked = {"group": "none"} if view is app.backlinks else {}
        rows = view(session, TARGET, q=q, limit=5_000, **asked).rows
        return {row["id" if view is app.backlinks else "domain"] for row in rows}

    assert chosen("decision:none") == set(every)
    assert chosen("has:decision") == chosen("decision!=keep") == set()
    counts = Counter(row["source_domain"] for row in every.values())
    domain = min(name for name, links in counts.items() if links > 1)
    same = {link for link, row in every.items() if row["source_domain"] == domain}
    odd = min(same)
    kept = app.decide(session, domain, "ignore", why="noise", target=TARGET, clock=at(0)).row["event"]
    app.decide(session, odd, "ask-removal", why="bought", target=TARGET, clock=at(0))
    assert chosen("decision:ignore") == same - {odd}
    assert chosen("decision:(ask-removal,snooze)") == chosen("decision:ask_removal") == {odd}
    assert chosen("has:decision") == same
    assert chosen("-decision:ignore") == set(every) - same | {odd}
    assert chosen("decision!=ignore") == {odd}
    assert chosen(f"decision:none OR domain:{domain}") == set(every)
    assert chosen("decision:ignore", app.domains) == chosen("has:decision", app.domains) == {domain}
    assert domain not in chosen("decision:none", app.domains)
    app.decide(session, domain, "watch", why="again", target=TARGET, clock=at(1))
    assert chosen("decision:watch") == same
    app.decide(session, odd, "keep", why="a friend", target=TARGET, clock=at(1))
    app.decide(session, domain, "snooze", why="later", target=TARGET, clock=at(2))
    assert (chosen("decision:keep"), chosen("decision:snooze")) == ({odd}, same - {odd})
    told = app.backlinks(session, TARGET, group="none", q="has:decision", limit=500).rows
    assert {row["id"]: row["decision"] for row in told} == dict.fromkeys(same, "snooze") | {odd: "keep"}
    app.undo(session.home, kept["id"] + 4)
    assert chosen("decision:watch") == same - {odd}
