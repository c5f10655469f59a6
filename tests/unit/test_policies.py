"""Do rules decide what people left open and nothing else, and is all of it told and taken back?"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

import backlit
from backlit import app
from backlit.app import policies
from backlit.app.acting import user
from backlit.app.policy_files import FILE, FOLDER
from backlit.cli.root import run
from backlit.errors import ConfigError, UsageError
from backlit.index.storage import POLICY_LOCK
from tests.unit.deciding import NOON, TARGET, at

pytestmark = pytest.mark.usefixtures("forgotten", "unruled")
RULE = '[[rules]]\nid = "paid"\nverdict = "watch"\nfinding = "said-to-be-paid"\nwhy = "paid, we think"\n'
HAPPY = '[[rules]]\nid = "happy"\nverdict = "ignore"\ndomains = ["*happy*"]\nwhy = "one owner"\n'


@pytest.fixture
def unruled(demo_home: Path) -> Iterator[None]:
    """After a test, there was never a policy."""
    yield
    rmtree(demo_home / FOLDER, ignore_errors=True)
    for name in (FILE, POLICY_LOCK):
        (demo_home / name).unlink(missing_ok=True)


def told(session: app.Session, days: int = 0) -> app.Row:
    found: app.Row = app.audit(session, TARGET, clock=at(days)).row
    return found


def edit(home: Path, text: str, why: str = "", days: int = 0) -> app.Row:
    found: app.Row = app.policy_edit(home, text, why=why, who="ann", clock=at(days)).row
    return found


def test_without_a_policy_looking_makes_none(session: app.Session) -> None:
    before = sorted(session.home.iterdir())
    assert told(session)["by_policy"] is None
    assert app.policy_show(session.home).row["text"] is None
    assert app.policy_log(session.home).rows == app.policy_suggest(session, TARGET, clock=at(0)).rows == []
    with pytest.raises(UsageError, match="there is no policy"):
        app.policy_apply(session, TARGET, clock=at(0))
    assert sorted(session.home.iterdir()) == before


def test_rules_fold_what_they_decide_into_one_row(session: app.Session) -> None:
    whole = told(session)
    edit(session.home, RULE + HAPPY)
    found = told(session)
    groups = found["by_policy"]["groups"]
    names = ("cluster", "verdict", "rule", "version", "decision")
    assert [tuple(each[name] for name in names) for each in groups] == [
        ("all-happy-news-0.example", "watch", "paid", 1, None),
        ("happy-forum-0.example", "ignore", "happy", 1, None),
    ]  # fmt: skip
    assert (
        found["by_policy"]["sentence"] == "Your policy decides 2 groups with 3 links: 1 ignored, 1 watched."
    )
    ruled = {each["id"] for each in groups}
    assert [each["id"] for each in found["clusters"]] == [
        each["id"] for each in whole["clusters"] if each["id"] not in ruled
    ]
    assert found["clusters_total"] == whole["clusters_total"] - 2
    assert found["decided"] == 0
    assert app.decisions(session.home, TARGET).rows == []


def test_what_rules_decide_is_entered_with_rule_and_version_and_taken_back_for_good(
    session: app.Session,
) -> None:
    edit(session.home, RULE)
    edit(session.home, RULE + HAPPY)
    first, second = app.policy_apply(session, TARGET, who="ann", clock=at(0)).rows
    assert (first["who"], first["verdict"], first["why"]) == (
        "policy version 2", "watch", "rule paid: paid, we think",
    )  # fmt: skip
    assert first["known"]["policy"] == {"rule": "paid", "version": 2, "why": "paid, we think", "by": "ann"}
    assert (first["domains"], len(first["links"]), (first["until"] - NOON).days) == ([], 1, 90)
    assert app.policy_apply(session, TARGET, clock=at(0)).rows == []
    groups = told(session)["by_policy"]["groups"]
    assert [each["decision"] for each in groups] == [second["id"], first["id"]]
    receipt = app.explain(session, first["links"][0], target=TARGET).row
    assert receipt["decision"]["policy"] == {"rule": "paid", "version": 2}
    listed = app.backlinks(session, TARGET, q="decision:(watch,ignore)", group="none").rows
    assert {row["id"] for row in listed} == {*first["links"], *second["links"]}
    app.undo(session.home, first["id"], clock=at(1))
    back = told(session)
    assert first["known"]["cluster"] in [each["cluster"] for each in back["clusters"]]
    assert app.policy_apply(session, TARGET, clock=at(1)).rows == []


def test_taking_back_what_was_not_entered_is_kept_and_no_rule_decides_it_again(session: app.Session) -> None:
    edit(session.home, HAPPY)
    (forum, news) = sorted(
        told(session)["by_policy"]["groups"], key=lambda each: str(each["cluster"]), reverse=True
    )
    app.policy_undo(session, TARGET, forum["id"], who="ben", clock=at(0))
    found = told(session)
    assert [each["id"] for each in found["by_policy"]["groups"]] == [news["id"]]
    assert forum["id"] in [each["id"] for each in found["clusters"]]
    rows = app.decisions(session.home, TARGET, clock=at(0)).rows
    assert [(row["who"], row["verdict"]) for row in rows] == [("ben", "undo"), ("policy version 1", "ignore")]
    with pytest.raises(UsageError, match="no rule decides such a group now"):
        app.policy_undo(session, TARGET, forum["id"], clock=at(0))


def test_no_rule_decides_what_somebody_decides_on_meanwhile(
    session: app.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(session.home, RULE + HAPPY)
    ask, asked = policies._clusters, list[int]()

    def meanwhile(*of: Any) -> Any:
        found = ask(*of)
        asked.append(len(asked))
        if len(asked) == 1:
            app.decide(session, "happy-forum-0.example", "keep", why="ours", target=TARGET, clock=at(0))
        elif len(asked) == 2:
            app.policy_apply(session, TARGET, who="ben", clock=at(0))
        return found

    monkeypatch.setattr(policies, "_clusters", meanwhile)
    assert app.policy_apply(session, TARGET, who="ann", clock=at(0)).rows == []
    rows = app.decisions(session.home, TARGET, clock=at(0)).rows
    assert [(row["who"], row["verdict"], row["known"].get("cluster")) for row in rows] == [
        ("policy version 1", "watch", "all-happy-news-0.example"), (user(), "keep", None),
    ]  # fmt: skip


def test_rules_give_way_where_others_decide_without_an_end(
    session: app.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(session.home, HAPPY)
    ask, number = policies._clusters, count()

    def meanwhile(*of: Any) -> Any:
        found = ask(*of)
        app.decide(session, "far.example", "keep", why=f"ours {next(number)}", target=TARGET, clock=at(0))
        return found

    monkeypatch.setattr(policies, "_clusters", meanwhile)
    with pytest.raises(UsageError, match=r"others go on deciding.*Try again"):
        app.policy_apply(session, TARGET, clock=at(0))


def test_no_rule_decides_what_a_person_ever_decided_on(session: app.Session) -> None:
    (news, forum) = (f"{name}.example" for name in ("all-happy-news-0", "happy-forum-0"))
    edit(session.home, HAPPY)
    link = app.backlinks(session, TARGET, q=f"domain:{forum} unnatural:>=60", group="none").rows[0]["id"]
    app.decide(session, news, "watch", why="odd", target=TARGET, clock=at(0))
    mine = app.decide(session, link, "keep", why="ours", target=TARGET, clock=at(0)).row["event"]
    app.undo(session.home, mine["id"], clock=at(0))
    for days in (0, 91):  # by then the watched group is due, and comes back to whoever watched it
        found = told(session, days)
        assert found["by_policy"]["groups"] == []
        assert app.policy_apply(session, TARGET, clock=at(days)).rows == []
        assert forum in [each["cluster"] for each in found["clusters"]]
    assert news in [each["cluster"] for each in told(session, 91)["clusters"]]


def test_a_person_decides_otherwise_than_a_rule(session: app.Session) -> None:
    edit(session.home, HAPPY)
    first = told(session)["by_policy"]["groups"][0]
    app.decide(session, first["id"], "keep", why="a customer", clock=at(0))
    assert first["id"] not in [each["id"] for each in told(session)["by_policy"]["groups"]]
    rows = app.backlinks(session, TARGET, q="decision:keep", group="none").rows
    assert {row["source_domain"] for row in rows} == {first["cluster"]}


def test_rules_are_learned_from_decisions_and_accepted_with_a_version(session: app.Session) -> None:
    for name in ("happy-fresh-page-0", "honest-fresh-page-6", "north-fresh-page-4"):
        app.decide(session, f"{name}.example", "ignore", why="blast", target=TARGET, clock=at(0))
    rows = app.policy_suggest(session, TARGET, clock=at(0)).rows
    by_name = next(row for row in rows if "*fresh*" in row["rule"])
    assert (by_name["agree"], by_name["against"], by_name["decisions"], by_name["groups"]) == (
        3,
        0,
        [1, 2, 3],
        1,
    )
    assert all(each["cluster"].endswith("“cheap garden furniture”") for each in by_name["decides"])
    with pytest.raises(UsageError, match="nothing proposes such a rule"):
        app.policy_accept(session, f"r0@{TARGET}", clock=at(0))
    made = app.policy_accept(session, by_name["id"], who="ann", clock=at(0)).row
    assert (made["version"], made["who"], made["at"]) == (1, "ann", NOON)
    assert [each["id"] for each in made["rules"]] == [by_name["id"].partition("@")[0]]
    assert by_name["id"] not in [row["id"] for row in app.policy_suggest(session, TARGET, clock=at(0)).rows]
    events = app.policy_apply(session, TARGET, clock=at(0)).rows
    assert [event["known"]["links"] for event in events] == [by_name["links"]]
    again = app.policy_suggest(session, TARGET, clock=at(0)).rows
    assert all(set(row["decisions"]) <= {1, 2, 3} for row in again)  # nothing is learned from rules


def test_every_version_is_kept_with_who_when_why_and_what_changed(session: app.Session) -> None:
    home = session.home
    edit(home, "# mine\n" + RULE, "a start")
    (home / FILE).write_text((home / FILE).read_text() + HAPPY)
    assert app.policy_show(home).row["edited"]
    assert [each["id"] for each in app.policy_show(home).row["rules"]] == ["paid"]
    assert [line for line in app.policy_check(home).row["diff"] if line.startswith("+id")] == [
        '+id = "happy"'
    ]
    with pytest.raises(UsageError, match="was edited since the last"):
        edit(home, RULE)
    app.policy_edit(home, why="one owner", who="ben", clock=at(2))
    rows = app.policy_log(home).rows
    assert [(row["version"], row["who"], row["why"]) for row in rows] == [
        (2, "ben", "one owner"), (1, "ann", "a start"),
    ]  # fmt: skip
    assert '+id = "happy"' in rows[0]["diff"]
    assert not [line for line in rows[0]["diff"] if line.startswith("-")]
    text = (home / FILE).read_text()
    assert "# mine" in text
    assert text == (home / FOLDER / "0002.toml").read_text()
    for nothing_new in (None, text):
        with pytest.raises(UsageError):
            app.policy_edit(home, nothing_new)


def test_a_broken_text_changes_nothing_and_a_damaged_version_stops_no_audit(session: app.Session) -> None:
    home = session.home
    edit(home, RULE)
    broken = RULE.replace("watch", "disavow")
    (home / FILE).write_text(broken)
    with pytest.raises(UsageError, match="line 3: a rule never decides to disavow"):
        app.policy_edit(home)
    assert (home / FILE).read_text() == broken
    assert len(told(session)["by_policy"]["groups"]) == 1
    (home / FILE).write_bytes(b"# \xff\n")
    with pytest.raises(UsageError, match="line 1: byte 3 is no UTF-8"):
        app.policy_check(home)
    (home / FOLDER / "0001.toml").write_text("version = 1\n[[rules]]\nid = ")
    found = told(session)["by_policy"]
    assert (found["groups"], found["sentence"]) == ([], None)
    assert "line 3" in found["problem"]
    with pytest.raises(ConfigError, match=r"policies/0001\.toml"):
        app.policy_apply(session, TARGET)


@pytest.mark.parametrize("at", ["2026-01-01T00:00:00", "0001-01-01T00:00:00+23:59", "2026-01-01", "1"])
def test_when_a_version_was_made_is_unknown_where_its_file_does_not_tell(
    session: app.Session, capsys: pytest.CaptureFixture[str], at: str
) -> None:
    edit(session.home, HAPPY)
    (session.home / FOLDER / "0001.toml").write_text(f"at = {at}\n{HAPPY}")
    assert [row["at"] for row in app.policy_log(session.home).rows] == [None]
    assert run(["policy", "log", "--dir", str(session.home)]) == 0
    assert capsys.readouterr().out


def test_from_the_command_line(
    session: app.Session, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    home = ("--dir", str(session.home))

    def said(*words: str, code: int = 0) -> str:
        assert run(["policy", *words, *home]) == code
        return capsys.readouterr().out

    file = tmp_path / "rules.toml"
    file.write_text(HAPPY)
    assert said("check", str(file)).splitlines()[0] == "1 rule that can be read."
    assert said("edit", str(file), "--why", "one owner").startswith("Version 1 of ")
    assert 'id = "happy"' in said("show")
    assert said("log", "--json").count('"version": 1') or said("log")
    assert "policy version 1" in said("apply", TARGET)
    assert run(["audit", TARGET, *home, "--json"]) == 0
    assert '"by_policy"' in capsys.readouterr().out
    file.write_text("[[rules]]\n")
    assert run(["policy", "check", str(file), *home]) == 2
    assert "line 1: the rule has no id" in capsys.readouterr().err
    assert run(["policy", "edit", str(tmp_path / "none.toml"), *home]) == 5


def test_from_python(session: app.Session) -> None:
    index = backlit.open(session.home)
    target = index.target(TARGET)
    assert index.policy()["version"] is None
    assert index.policy_edit(HAPPY, why="one owner")["version"] == 1
    assert [event["verdict"] for event in target.policy_apply()] == ["ignore", "ignore"]
    assert list(target.policy_suggest()) == []
    with pytest.raises(UsageError):
        target.policy_accept(f"r0@{TARGET}")
    assert [row["why"] for row in index.policy_log()] == ["one owner"]
