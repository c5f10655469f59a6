"""Is a disavow file imported, reviewed, approved and exported on a made-up web, with nothing good in it?"""

import hashlib
import json
from pathlib import Path

import pytest

from backlit import Disavow, app
from backlit.cli.root import run
from backlit.errors import UsageError
from backlit.report.disavow import Entry
from backlit.report.disavow.entries import entry_of
from backlit.vweb import VirtualWeb
from tests.unit.deciding import GOOD, TARGET, at
from tests.unit.google_rules import refused

pytestmark = pytest.mark.usefixtures("forgotten")


def disavow_all(session: app.Session) -> None:
    """As somebody would who bought every link that the audit finds."""
    app.intake(session.home, TARGET, manual_action="2026-11-01", placed="agency X", clock=at(0))
    for verdict, days in (("ask-removal", 0), ("disavow", 15)):
        for each in app.audit(session, TARGET, clock=at(days)).row["clusters"]:
            app.decide(session, each["id"], verdict, why="bought", who="ann", clock=at(days))


def test_nothing_was_decided_so_there_is_nothing_to_do(session: app.Session) -> None:
    told = app.disavow_diff(session, TARGET).row
    assert (told["added"], told["removed"], told["same"], told["basis"]) == ([], [], 0, None)
    assert told["faults"] == []  # an upload of nothing takes nothing back
    assert told["conclusion"] == "There is nothing to disavow. Most sites never need a disavow file."
    assert app.disavow_simulate(session, TARGET).row["conclusion"] == "There is nothing to disavow."
    assert app.disavow_versions(session.home, TARGET).rows == []
    with pytest.raises(UsageError, match="There is nothing to disavow"):
        app.disavow_export(session, TARGET, why="because", clock=at(0))
    with pytest.raises(UsageError, match="there is nothing to do"):
        app.disavow_review(session, TARGET)


def test_the_whole_way_from_a_manual_action_to_the_uploaded_file(session: app.Session) -> None:
    disavow_all(session)
    told = app.disavow_diff(session, TARGET).row
    assert told["added"]
    assert {"decision", "Removal was asked for on 2026-12-01"} <= {
        part for each in told["added"] for part in ("decision", each["reason"].split(". ")[1])
    }
    with pytest.raises(UsageError, match="no reason is given"):
        app.disavow_export(session, TARGET, why=" ", clock=at(15))
    with pytest.raises(UsageError, match="nobody approved these bytes"):
        app.disavow_export(session, TARGET, why="action", clock=at(15))
    with pytest.raises(UsageError, match="has the digest"):
        app.disavow_export(session, TARGET, why="action", approve="0" * 64, clock=at(15))
    answer, content = app.disavow_export(session, TARGET, why="ok", approve=told["digest"], clock=at(15))
    assert (answer.row["step"], content) == ("approved", None)
    answer, content = app.disavow_export(session, TARGET, why="action", clock=at(16))
    assert content is not None
    assert hashlib.sha256(content).hexdigest() == told["digest"]
    assert refused(content) == []
    assert [fault for fault in Disavow.parse(content).lint(own=[TARGET]) if fault.level == "error"] == []
    app.disavow_uploaded(session.home, TARGET, on="2026-12-20", clock=at(19))
    rows = app.disavow_versions(session.home, TARGET).rows
    assert [(row["step"], row["uploaded_on"], row["why"]) for row in rows] == [
        ("uploaded", "2026-12-20", "action"),
        ("exported", None, "action"),
        ("approved", None, "ok"),
    ]
    assert {row["digest"] for row in rows} == {told["digest"]}
    again = app.disavow_diff(session, TARGET).row
    assert (again["added"], again["removed"]) == ([], [])
    # a decision after the approval makes other bytes, which nobody approved
    domain = next(each["entry"][7:] for each in told["added"] if each["entry"].startswith("domain:"))
    app.decide(session, domain, "keep", why="a friend", target=TARGET, clock=at(20))
    after = app.disavow_diff(session, TARGET).row
    assert [each["entry"] for each in after["removed"]] == [f"domain:{domain}"]
    with pytest.raises(UsageError, match="nobody approved these bytes"):
        app.disavow_export(session, TARGET, why="action", clock=at(20))


def test_no_link_that_somebody_meant_is_disavowed(session: app.Session) -> None:
    """Even of who accuses every group that the audit finds."""
    disavow_all(session)
    told = app.disavow_diff(session, TARGET).row
    file = Disavow.parse("\n".join(each["entry"] for each in told["added"]))
    truth = [link for crawl in range(3) for link in VirtualWeb(seed=7, pages=300).truth(crawl)]
    mine = [link for link in truth if f"/{TARGET}/" in link.target_url or f".{TARGET}/" in link.target_url]
    labels = [link.label for link in mine if file.covers(entry_of(link.source_url) or Entry("domain", "x"))]
    assert len(labels) > 10
    assert not set(labels) & set(GOOD)


def test_nofollow_and_lost_links_are_in_no_file(session: app.Session) -> None:
    disavow_all(session)
    told = app.disavow_diff(session, TARGET).row
    pages = {each["entry"] for each in told["added"] if not each["entry"].startswith("domain:")}
    rows = app.backlinks(
        session, TARGET, group="none", state=["live", "unverified", "lost"], limit=5_000
    ).rows
    passing = {row["source_url"] for row in rows if row["state"] != "lost" and not row["rel"]}
    assert pages <= passing
    domains = {each["entry"][7:] for each in told["added"]} & {row["source_domain"] for row in rows}
    assert domains <= {row["source_domain"] for row in rows if row["source_url"] in passing}


def test_without_a_basis_nothing_new_can_be_exported(session: app.Session) -> None:
    disavow_all(session)
    app.intake(session.home, TARGET, manual_action="no", placed="no", clock=at(16))
    told = app.disavow_diff(session, TARGET).row
    assert (told["added"], told["basis"]) == ([], None)
    assert any("no basis is recorded" in each["why"] for each in told["left_out"])
    assert app.disavow_simulate(session, TARGET).row["entries"] == 0
    with pytest.raises(UsageError, match="no basis is recorded"):
        app.disavow_export(session, TARGET, why="x", approve=told["digest"], clock=at(16))


def test_an_old_file_is_imported_reviewed_and_cleared(session: app.Session) -> None:
    rows = app.backlinks(session, TARGET, group="domain", sort="-authority", limit=500).rows
    good = next(row for row in rows if row["unnatural"] < 20 and row["spam"] < 20 and not row["rel"])
    old = f"# SEO tool\r\ndomain:{good['source_domain']}\r\n\r\ndomain:nobody.example\r\n".encode()
    told = app.disavow_import(session.home, old, TARGET, name="disavow.txt", clock=at(0)).row
    assert (told["version"], told["domains"], told["urls"], told["lines"]) == (1, 2, 0, 4)
    assert [fault["id"] for fault in told["faults"]] == ["no-reasons"]
    found = app.disavow_review(session, TARGET, clock=at(0)).rows
    assert [(row["line"], row["finding"]) for row in found] == [(2, "good"), (4, "unknown"), (4, "no-reason")]
    app.decide(session, good["source_domain"], "keep", why="a friend", target=TARGET, clock=at(0))
    told = app.disavow_diff(session, TARGET).row
    assert [each["entry"] for each in told["removed"]] == [f"domain:{good['source_domain']}"]
    assert [fault["id"] for fault in app.disavow_lint(session.home, target=TARGET).rows if fault["line"]] == [
        "kept"
    ]
    # taking out needs no basis: only what is added does
    app.disavow_export(session, TARGET, why="cleared", approve=told["digest"], clock=at(0))
    _, content = app.disavow_export(session, TARGET, why="cleared", clock=at(0))
    assert content is not None
    assert b"nobody.example" in content


def test_a_long_file_is_reviewed_compared_and_shown(session: app.Session) -> None:
    """As real files are: more names than a filter has room for."""
    links = app.backlinks(session, TARGET, group="domain", limit=500).rows
    mine = sorted({row["source_domain"] for row in links})
    names = [*mine, *(f"a-rather-long-name-of-a-site-{number}.example" for number in range(900))]
    content = "# why\n" + "".join(f"domain:{name}\n" for name in names)
    app.disavow_import(session.home, content.encode(), TARGET, clock=at(0))
    rows = app.disavow_review(session, TARGET, clock=at(0)).rows
    assert sum(row["finding"] == "unknown" for row in rows) == 900
    assert {row["entry"][7:] for row in rows if row["finding"] == "unknown"} == set(names) - set(mine)
    app.intake(session.home, TARGET, placed="agency X", clock=at(0))
    assert app.disavow_diff(session, TARGET).row["same"] == len(names)
    assert len(app.dossier(session, TARGET).row["sites"]) == len(mine)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Source,Target\r\na.example/x,1\r\n", "no line of it can be read"),
        (b"<!DOCTYPE html><p>\ndomain:a.example\n", "web page"),
        (b"PK\x03\x04\x00\xff\n", "packed"),
        (b"\x00\x01\ndomain:a.example\n\x02", "NUL"),
    ],
)
def test_what_is_no_disavow_file_is_not_imported(session: app.Session, content: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        app.disavow_import(session.home, content, TARGET, name="links.csv", clock=at(0))
    assert app.disavow_versions(session.home, TARGET).rows == []


def test_lines_that_say_nothing_are_named_before_they_leave(session: app.Session) -> None:
    app.disavow_import(session.home, b"# why\ndomain:a.example\nb.example\n", TARGET, clock=at(0))
    told = app.disavow_diff(session, TARGET).row
    assert told["unread"] == [{"line": 3, "text": "b.example"}]


def test_errors_hold_up_an_approval_and_an_undone_line_is_named(session: app.Session) -> None:
    app.intake(session.home, TARGET, placed="agency X", clock=at(0))
    rows = app.backlinks(session, TARGET, group="none", sort="-authority", limit=500).rows
    link = next(row for row in rows if row["state"] == "live" and not row["rel"])
    domain = link["source_domain"]
    app.decide(session, domain, "disavow", why="x", target=TARGET, who="ann", clock=at(0))
    app.decide(session, link["id"], "keep", why="editorial", target=TARGET, clock=at(0))
    told = app.disavow_diff(session, TARGET).row
    assert f"domain:{domain}" not in [each["entry"] for each in told["added"]]
    assert any(link["source_url"] in each["why"] for each in told["left_out"])
    old = f"# 2026-12-01 x. Decision 1 of ann.\ndomain:{domain}\n\ndomain:other.example\n"
    app.disavow_import(session.home, old.encode(), TARGET, clock=at(0))
    note = app.undo(session.home, 1, clock=at(0)).row["note"]
    assert note.startswith("1 line of the file that Google has came of it")
    assert f"domain:{domain}" in note
    app.decide(session, "other.example", "keep", why="x", target=TARGET, clock=at(0))
    told = app.disavow_diff(session, TARGET).row
    assert [each["entry"] for each in told["removed"]] == ["domain:other.example"]
    assert told["conclusion"].startswith("Nothing can be approved")
    assert link["source_url"] in told["conclusion"]
    with pytest.raises(UsageError, match="It was decided to keep"):
        app.disavow_export(session, TARGET, why="x", approve=told["digest"], clock=at(0))


def test_an_upload_is_not_of_a_day_to_come(session: app.Session) -> None:
    with pytest.raises(UsageError, match="still to come"):
        app.disavow_uploaded(session.home, TARGET, on="2026-12-04", clock=at(0))


def test_a_simulation_is_no_forecast(session: app.Session) -> None:
    disavow_all(session)
    told = app.disavow_simulate(session, TARGET).row
    assert told["note"] == "Backlit's own score, not a ranking forecast."
    assert told["links"] >= told["domains"] > 0
    assert told["before"]["authority"] >= told["after"]["authority"]
    assert 0 <= told["best_links"] <= 100


def test_on_the_command_line(
    session: app.Session, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKLIT_DIR", str(session.home))
    old = tmp_path / "old.txt"
    old.write_bytes(b"domain:nobody.example\nnobody.example\n")

    def said(*words: str, code: int = 0) -> str:
        assert run(["disavow", *words]) == code
        return capsys.readouterr().out

    assert said("import", str(old), "--for", TARGET).startswith(
        "Version 1: 1 domain and 0 pages on 2 lines.\n"
    )
    faults = json.loads(said("lint", str(old), "--fail-on", "error", "--json", code=1))["data"]
    assert [(each["line"], each["id"], each["mended"]) for each in faults] == [
        (None, "no-reasons", None),
        (2, "bare-name", "domain:nobody.example"),
    ]
    assert "unknown" in said("review", TARGET)
    assert json.loads(said("diff", TARGET, "--json"))["data"]["same"] == 1
    assert "There is nothing to disavow." in said("simulate", TARGET)
    said("export", TARGET, "--why", "x", code=2)
    said("export", TARGET, "--why", "x", "-o", str(tmp_path / "x.csv"), code=2)
    digest = json.loads(said("diff", TARGET, "--json"))["data"]["digest"]
    assert said("export", TARGET, "--why", "x", "--approve", digest[:16]).startswith(
        f"Approved {digest[:16]}."
    )
    out = tmp_path / "new.txt"
    said("export", TARGET, "--why", "x", "-o", str(out))
    assert hashlib.sha256(out.read_bytes()).hexdigest() == digest
    assert "uploaded on 2026-01-02" in said("uploaded", TARGET, "--on", "2026-01-02")
    assert len(said("uploaded", TARGET, "--versions").splitlines()) == 5
