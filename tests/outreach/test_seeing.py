"""Does the board move by itself when the index learns of a link, and only then?"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.errors import UsageError
from tests.monitor.served import page, said
from tests.monitor.test_verify import DAY_ONE, LINK, TARGET, Web

NOTHING = "<p>Nothing here.</p>"
#: By site: the marks of its link, what was given, and what is said of that.
MARKS = {
    "m0": ("nofollow", "none", "the link is marked nofollow", None),
    "m1": ("sponsored", "money", None, None),
    "m2": ("nofollow", "money", None, "money is given for it, and the link does not say sponsored"),
    "m3": ("ugc", "product", None, "a product is given for it, and the link does not say sponsored"),
    "m4": ("nofollow", "swap", "the link is marked nofollow", None),
}


def crawled(folder: Path, **pages: str) -> Web:
    web = Web(folder / "home")
    web.pages = {}
    crawl(web, 0, **pages)
    return web


def crawl(web: Web, days: float, **pages: str) -> None:
    """Let a crawl see pages that changed."""
    web.now = DAY_ONE + timedelta(days=days)
    web.pages |= {f"{name}.example": [said(page(link))] for name, link in pages.items()}
    web.ingest()


def add(web: Web, name: str, kind: str = "gap", **more: Any) -> int:
    row = app.outreach_add(web.home, TARGET, f"http://{name}.example/post", kind=kind, who="ann", **more).row
    return int(row["id"])


def board(web: Web) -> dict[str, tuple[str, str | None, str | None]]:
    """By site: the column, the note, and what is wrong."""
    rows = app.outreach_ls(web.home).rows
    return {row["domain"].split(".")[0]: (row["stage"], row["note"], row["wrong"]) for row in rows}


def rel(marks: str) -> str:
    return LINK.replace("<a ", f'<a rel="{marks}" ')


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKLIT_DATABASE_URL", raising=False)


def test_a_link_that_was_there_moves_no_card_and_a_new_one_does(tmp_path: Path) -> None:
    web = crawled(tmp_path, one=LINK, two=NOTHING, words=NOTHING, **dict.fromkeys(MARKS, NOTHING))
    add(web, "one")
    new = add(web, "two")
    add(web, "words", anchor="Ten teapots", promised_url="https://target.example/pots")
    for name, (_, given, _, _) in MARKS.items():
        add(web, name, compensation=given)
    assert {stage for stage, _, _ in board(web).values()} == {"new"}
    crawl(web, 1, two=LINK, words=LINK, **{name: rel(marks) for name, (marks, *_) in MARKS.items()})
    others = "it leads to another page than was agreed; its words are not those that were agreed"
    assert board(web) == {
        "one": ("new", None, None), "two": ("live", None, None), "words": ("live", others, None),
        **{name: ("live", note, wrong) for name, (_, _, note, wrong) in MARKS.items()},
    }  # fmt: skip
    assert app.outreach_show(web.home, new).row["seen"] == {
        "there": True, "source_url": "http://two.example/post", "target_url": "https://target.example/tea",
        "rel": [], "note": None, "wrong": None,
    }  # fmt: skip
    log = app.outreach_log(web.home, card=new).rows
    assert [(each["what"], each["was"], each["stage"], each["who"]) for each in log] == [
        ("seen", "new", "live", "backlit"), ("added", None, "new", "ann"),
    ]  # fmt: skip
    assert app.outreach_seen(web.home).rows == []
    watched = {row["url"].split("/")[2].split(".")[0]: row["kind"] for row in app.monitor_ls(web.home).rows}
    assert watched == {
        "two": "earned", "words": "earned", "m0": "earned", "m1": "compensated", "m2": "compensated",
        "m3": "compensated", "m4": "earned",
    }  # fmt: skip


def test_cards_follow_their_links_and_what_was_asked_is_in_the_dossier(tmp_path: Path) -> None:
    web = crawled(tmp_path, life=NOTHING, gone=LINK, marked=LINK, won=NOTHING, ended=NOTHING)
    add(web, "life")
    asked = add(web, "gone", "removal")
    add(web, "marked", "removal")
    app.outreach_move(web.home, asked, "contacted", why="by the form", who="ann")
    (row,) = app.dossier(app.open_session(web.home), TARGET).row["sites"]
    assert (row["site"], row["asked"], row["outcome"]) == ("gone.example", 1, "still there")
    assert row["notes"].endswith(f"they were written to by hand (card {asked})")
    add(web, "won", "lost")
    app.outreach_move(web.home, add(web, "ended"), "no")
    crawl(web, 1, life=LINK, gone=NOTHING, marked=rel("nofollow"), won=LINK, ended=LINK)
    assert board(web) == {
        "life": ("live", None, None), "gone": ("live", "the link is gone", None), "won": ("live", None, None),
        "marked": ("live", "the link is marked and passes nothing", None), "ended": ("no", None, None),
    }  # fmt: skip
    crawl(web, 2, life=rel("nofollow"), gone=LINK)
    assert board(web)["life"] == ("live", "the link is marked nofollow", None)
    assert board(web)["gone"] == ("agreed", None, None)
    crawl(web, 3, life=NOTHING)
    assert board(web)["life"] == ("agreed", "the link is gone", None)


def test_nobody_moves_a_card_to_live(tmp_path: Path) -> None:
    web = Web(tmp_path / "home")
    number = add(web, "two")
    with pytest.raises(UsageError, match="once a look has found its link"):
        app.outreach_move(web.home, number, "live")
