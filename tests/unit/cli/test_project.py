"""Does `backlit project` say what it did, in words and as JSON?"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from backlit.cli.root import run

Said = Callable[..., str]


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    monkeypatch.delenv("BACKLIT_DATABASE_URL", raising=False)
    monkeypatch.setenv("BACKLIT_USER", "ann")
    monkeypatch.setattr("backlit.cli.output.on_terminal", lambda: True)

    def call(*words: str, code: int = 0) -> str:
        assert run(["project", *words, "--dir", str(tmp_path)]) == code
        told = capsys.readouterr()
        return told.err if code else told.out

    return call


def test_a_project_from_its_beginning_to_its_end(said: Said) -> None:
    nothing = "There are no projects. Next: backlit project add TARGET --with RIVAL,RIVAL\n"
    assert said("ls") == nothing
    line = "shop  shop.test  The shop  IE\n   rivals: a.test, https://b.test/x\n   brand: Shop & Co, Shoppe\n"
    add = ("add", "shop.test", "--slug", "shop", "--name", "The shop", "--with", "a.test, b.test/x")
    assert said(*add, "--brand", "Shop & Co", "--brand", "Shoppe", "--country", "ie") == (
        f"{line}Next: backlit project ls\n"
    )
    assert said("add", "b.test") == "b.test\nNext: backlit project ls\n"
    unknown = (
        "   There is no index yet: `backlit ingest FILE…` reads what links here.\n"
        "   nothing is known to need you\n   not audited yet: backlit audit "
    )
    assert said("ls") == f"b.test\n{unknown}b.test\n{line}{unknown}shop.test\n"
    assert said("edit", "shop", "--with", "", "--note", "ask\nagain") == (
        "shop  shop.test  The shop  IE\n   brand: Shop & Co, Shoppe\n"
    )
    shown = said("show", "shop").splitlines()
    assert shown[2:4] == ["   ask", "   again"]
    assert shown[4].endswith(
        "  ann changed it: rivals: a.test, https://b.test/x → none; note: none → ask again"
    )
    assert shown[5].endswith("  ann added it")
    assert said("archive", "shop").endswith("Take it up again: backlit project archive shop --undo\n")
    assert said("ls") == f"b.test\n{unknown}b.test\n"
    assert "shop  shop.test  The shop  IE  archived " in said("ls", "--archived")
    assert "archived" not in said("archive", "shop", "--undo")


def test_as_json_it_is_the_envelope(said: Said) -> None:
    added = json.loads(said("add", "shop.test", "--json"))["data"]
    assert (added["slug"], added["added_by"], added["rivals"]) == ("shop.test", "ann", [])
    [row] = json.loads(said("ls", "--json"))["data"]
    assert (row | added, row["won"], row["needs"]["alerts"]) == (row, None, 0)
    log = json.loads(said("show", "shop.test", "--json"))["data"]["log"]
    assert [each["what"] for each in log] == ["added"]


def test_what_cannot_be_done_says_what_to_do(said: Said) -> None:
    assert "backlit project add TARGET" in said("show", "none", code=2)
    said("add", "shop.test")
    assert "backlit project edit shop.test" in said("add", "shop.test", "--slug", "b", code=2)
    assert "Name its site: shop.test" in said("add", "https://shop.test/tea", code=2)
