"""Does `backlit outreach` say what it did, in words and as JSON?"""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from backlit.cli.root import run

Said = Callable[..., str]


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    for name in ("BACKLIT_SMTP_URL", "BACKLIT_DATABASE_URL", "BACKLIT_OUTREACH_SEND"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BACKLIT_OUTREACH_FROM", "Ann Lee <ann@shop.test>")
    monkeypatch.setenv("BACKLIT_OUTREACH_ADDRESS", "Shop Ltd, London")
    monkeypatch.setenv("BACKLIT_USER", "ann")
    monkeypatch.setattr("backlit.cli.output.on_terminal", lambda: True)

    def call(*words: str, code: int = 0) -> str:
        assert run(["outreach", *words, "--dir", str(tmp_path)]) == code
        return capsys.readouterr().out

    return call


def test_a_card_from_its_beginning_to_its_end(said: Said, tmp_path: Path) -> None:
    assert said("ls") == "The board is empty. Next: backlit outreach add TARGET PAGE --kind KIND\n"
    add = ("add", "shop.test", "https://blog.test/links", "--kind", "resource")
    told = said(*add, "--contact", "ed@blog.test", "--country", "us", "--compensation", "swap")
    assert told == (
        "1  new        https://blog.test/links\n   resource for shop.test; ed@blog.test\n"
        "   ! links in exchange for links are link spam where they are many (LS-02):"
        " say no, or use nofollow\n"
        "Next: backlit outreach draft 1\n"
    )
    assert said(*add).startswith("It is on the board already:\n1  new")
    drafted = said("draft", "1", "--set", "title=Ten teapots")
    assert drafted.startswith("To: ed@blog.test\nSubject: A suggestion for blog.test\n\nHello,\n")
    digest = re.search("SHA-256 ([0-9a-f]{64})\n", drafted)[1]  # type: ignore[index]
    assert f"Next: backlit outreach approve 1 {digest[:12]}\n" in drafted
    assert said("approve", "1", digest[:12]).startswith(f"Approved: {digest}\n")
    assert said("send", "--all", "--dry-run") == "would go  card 1  ed@blog.test\n"
    assert said("send", "1", code=3) == ""
    moved = said("move", "1", "replied", "--why", "a kind word")
    event = re.search(r"undo (\d+)", moved)[1]  # type: ignore[index]
    assert said("ls").startswith("REPLIED (1)\n1  replied")
    assert said("undo", event).startswith("1  new")
    assert "replied → new" in said("log", "--card", "1")
    assert said("log", "--check") == "Each event seals the one before.\n"
    shown = said("show", "1")
    assert "Draft (mail, approved)" in shown
    said("suppress", "blog.test", "--why", "asked")
    assert "It may not be sent, nor is it given out.\n" in said("show", "1")
    assert json.loads(said("show", "1", "--json"))["data"]["draft"]["approved_by"] == "ann"


def test_a_draft_becomes_a_file_for_a_mail_program(said: Said, tmp_path: Path) -> None:
    said(
        "add",
        "shop.test",
        "https://blog.test/links",
        "--kind",
        "gap",
        "--contact",
        "e@blog.test",
        "--country",
        "GB",
    )
    mine = tmp_path / "mine.txt"
    mine.write_text("Subject: {{ title }}\n\n{{ greeting }}\n", encoding="utf-8")
    file = tmp_path / "1.eml"
    assert said("draft", "1", "--file", str(mine), "--set", "title=Tea", "-o", str(file)) == ""
    assert b"\r\nTo: e@blog.test\r\nSubject: Tea\r\n" in file.read_bytes()
    assert said("draft", "1", "-o", str(tmp_path / "1.csv"), code=2) == ""
    mine.write_bytes(b"\x89PNG\xff\x00")
    assert said("draft", "1", "--file", str(mine), code=2) == ""
    assert said("log", "--card", "9" * 30) == "Nothing happened yet.\n"
    table = tmp_path / "drafts.csv"
    said("ls", "--drafts", "-o", str(table))
    assert "mailto:e@blog.test?subject=" in table.read_text(encoding="utf-8")


def test_people_are_listed_allowed_and_forgotten(said: Said) -> None:
    assert said("suppress") == "Nobody is on the list.\n"
    assert said("suppress", "Evil.test", "--why", "asked") == "On the list: Evil.test\n"
    said("add", "shop.test", "https://evil.test/", "--kind", "gap", code=2)
    assert (
        said("allow", "ed@blog.test", "consent", "--why", "wrote to us")
        == "Recorded: consent of ed@blog.test\n"
    )
    listed = said("suppress")
    assert "evil.test  not written to, " in listed
    assert "ed@blog.test  may be written to (consent), " in listed
    assert said("forget", "ed@blog.test").startswith("Forgotten in 0 cards, 0 drafts, 2 events. ")
    said("suppress", "evil.test", "--lift", code=2)
    assert said("suppress", "evil.test", "--lift", "--why", "another one") == "Off the list: evil.test\n"


@pytest.mark.parametrize(
    "words",
    [
        ("add", "shop.test", "https://shop.test/a", "--kind", "gap"),
        ("add", "shop.test", "nonsense", "--kind", "gap"),
        ("add", "shop.test", "blog.test", "--kind", "bribe"),
        ("add", "shop.test", "blog.test", "--kind", "gap", "--contact", "ed@blog.test, all@blog.test"),
        ("add", "shop.test", "blog.test", "--kind", "gap", "--contact", "ed@localhost"),
        ("add", "shop.test", "blog.test", "--kind", "gap", "--country", "Germany"),
        ("add", "shop.test", "blog.test", "--kind", "gap", "--due", "soon"),
        ("add", "shop.test", "blog.test", "--kind", "gap", "--compensation", "love"),
        ("show", "9"),
        ("move", "1", "live"),
        ("undo", "1"),
        ("draft", "9"),
        ("approve", "9", "00"),
        ("suppress", "not a name"),
        ("allow", "blog.test", "hope", "--why", "x"),
        ("forget", "nobody"),
    ],
)
def test_what_cannot_be_meant_is_told_and_nothing_is_kept(said: Said, words: tuple[str, ...]) -> None:
    assert said(*words, code=2) == ""
    assert said("log") == "Nothing happened yet.\n"
