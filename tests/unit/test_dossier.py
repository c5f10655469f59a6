"""Does a dossier tell what was asked for, what came of it, and what is disavowed, and nothing else?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from backlit import app
from backlit.cli.root import run
from backlit.report.disavow.plan import Fact, facts_by_domain
from backlit.report.dossier import dossier_of, dossier_text
from backlit.store.disavows import Step, Version
from backlit.store.intakes import Intake
from backlit.store.standing import Decision, Verdict

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SITE = "shop.com"


def fact(name: str, domain: str, **more: object) -> Fact:
    found = Fact(name, domain, f"https://{domain}/{name}", True, True, 90.0)
    return replace(found, **more)  # type: ignore[arg-type]  # fields of it by name


def asked(
    number: int, days: int, why: str, domains: tuple[str, ...] = (), links: tuple[str, ...] = ()
) -> Decision:
    at = NOON + timedelta(days=days)
    return Decision(at, "ann", SITE, "cluster", "c1", Verdict.ASK_REMOVAL, why, domains, links, id=number)


LATER = NOON + timedelta(days=20)
FACTS = facts_by_domain(
    [
        fact("a", "gone.com", live=False, lost_at=LATER),
        fact("h", "gone.com", live=False, lost_at=NOON - timedelta(days=40)),
        fact("i", "before.com", live=False, lost_at=NOON - timedelta(days=40)),
        fact("j", "before.com", vouches=False),
        fact("k", "later.com", live=False, first_seen=LATER, lost_at=LATER + timedelta(days=9)),
        fact("l", "stays.com", live=False, lost_at=LATER),
        fact("b", "marked.com", vouches=False),
        fact("c", "half.com", live=False, lost_at=LATER),
        fact("d", "half.com"),
        fact("e", "bad.com"),
        fact("f", "stays.com"),
        fact("g", "never.com"),
    ]
)
#: what was known when they were asked
BEFORE = {name: fact(name, "x.com", vouches=name != "j") for name in ("a", "b", "c", "d", "e", "f", "j", "l")}
EVENTS = [
    asked(
        1,
        0,
        "first mail",
        ("gone.com", "marked.com", "half.com", "bad.com", "away.com", "before.com", "later.com"),
        ("f",),
    ),
    asked(2, 9, "wants <money> | more", ("bad.com",)),
    Decision(NOON, "ann", SITE, "domain", "x.com", Verdict.KEEP, "a friend", ("x.com",), id=3),
]
FILE = Version(
    NOON, "ann", SITE, Step.UPLOADED, b"# paid\ndomain:bad.com\ndomain:never.com\n", "paid", "2026-03-20"
)


def test_what_came_of_each_site() -> None:
    told = dossier_of(
        SITE, Intake(True, "2026-02-01", True, "agency X", "2024"), EVENTS, FACTS, [FILE], BEFORE
    )
    assert [(row["site"], row["asked"], row["outcome"]) for row in told["sites"]] == [
        ("away.com", 1, "not known"),
        ("bad.com", 2, "disavowed"),
        ("before.com", 1, "nothing left"),
        ("gone.com", 1, "removed"),
        ("half.com", 1, "partly removed"),
        ("later.com", 1, "nothing left"),
        ("marked.com", 1, "declined"),
        ("never.com", 0, "disavowed"),
        ("stays.com", 1, "still there"),
    ]
    counts = {row["site"]: (row["links"], row["gone"], row["declined"], row["left"]) for row in told["sites"]}
    assert (counts["gone.com"], counts["marked.com"]) == ((1, 1, 0, 0), (1, 0, 1, 0))
    assert (counts["before.com"], counts["stays.com"]) == ((0, 0, 0, 0), (1, 0, 0, 1))
    # a link that nobody knew to count when it was asked for is not told to have been marked since
    unknown = dossier_of(SITE, None, EVENTS, FACTS, [])["sites"]
    assert [row["outcome"] for row in unknown if row["site"] == "marked.com"] == ["nothing left"]
    assert told["sites"][1] == {
        "site": "bad.com",
        "asked": 2,
        "first_asked": NOON,
        "last_asked": NOON + timedelta(days=9),
        "notes": "2026-03-01 first mail | 2026-03-10 wants <money> | more",
        "links": 1,
        "gone": 0,
        "declined": 0,
        "left": 1,
        "disavowed": 1,
        "outcome": "disavowed",
    }
    assert told["disavow_file"] == {
        "step": "uploaded",
        "at": NOON,
        "uploaded_on": "2026-03-20",
        "digest": FILE.digest,
        "entries": 2,
        "why": "paid",
    }


def test_the_draft_says_what_is_on_record_and_what_is_not() -> None:
    told = dossier_of(
        SITE, Intake(True, "2026-02-01", True, "agency X", "2024"), EVENTS, FACTS, [FILE], BEFORE
    )
    lines = dossier_text(told).splitlines()
    assert lines[:6] == [
        "# Links to shop.com: what was done",
        "",
        "This is about the manual action of 2026-02-01.",
        "Links to the site were bought or placed by agency X (2024).",
        "",
        "## What was done",
    ]
    assert "- 8 sites were asked to take links out." in lines
    assert f"- The disavow file has 2 entries (uploaded on 2026-03-20, SHA-256 {FILE.digest})." in lines
    bad = next(line for line in lines if line.startswith("| bad.com"))
    assert bad.startswith("| bad.com | 2026-03-10 (2×) | 1 | 0 | 0 | 1 | 1 | disavowed |")
    assert "| site | asked | links | gone | marked | left | disavowed | outcome | notes |" in lines
    assert bad.endswith("| disavowed | 2026-03-01 first mail \\| 2026-03-10 wants &lt;money> \\| more |")
    assert "## In your own words" in lines


def test_without_anything_there_is_nothing_to_show() -> None:
    told = dossier_of(SITE, None, [], {}, [])
    assert (told["sites"], told["basis"], told["disavow_file"]) == ([], None, None)
    assert "No site was asked, and none is disavowed." in dossier_text(told)


def test_on_a_made_up_web(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, target = tmp_path / "home", "gardenhaus.example"
    app.build_demo(home, pages=120)
    monkeypatch.setenv("BACKLIT_DIR", str(home))
    session = app.open_session(home)
    lost = app.backlinks(session, target, group="none", state=["lost"], limit=1).rows[0]
    app.intake(home, target, placed="agency X")
    app.decide(session, lost["id"], "ask-removal", why="a mail", target=target)
    undone = app.decide(session, "other.example", "ask-removal", why="a mail", target=target).row["event"][
        "id"
    ]
    app.undo(home, undone)
    (row,) = app.dossier(session, target).row["sites"]
    assert (row["site"], row["asked"]) == (lost["source_domain"], 1)
    assert row["gone"] == 0  # it was lost before anybody asked
    for name in ("dossier.md", "dossier.parquet", "dossier.xlsx"):
        assert run(["dossier", target, "-o", str(tmp_path / name)]) == 0
    assert (
        (tmp_path / "dossier.md")
        .read_text(encoding="utf-8")
        .startswith(f"# Links to {target}: what was done\n")
    )
    assert pq.read_table(tmp_path / "dossier.parquet")["site"].to_pylist() == [row["site"]]
    assert run(["dossier", target]) == 0
