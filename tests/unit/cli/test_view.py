"""Does `backlit view` keep what an address asks, and ask it again as the command itself would?"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from backlit.app.demo import DEMO_TARGET
from backlit.cli.root import run

Said = Callable[..., tuple[str, str]]
pytestmark = pytest.mark.usefixtures("forgotten")


@pytest.fixture
def said(demo_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    monkeypatch.delenv("BACKLIT_DATABASE_URL", raising=False)
    monkeypatch.setenv("BACKLIT_USER", "ann")

    def call(*words: str, code: int = 0) -> tuple[str, str]:
        assert run([*words, "--dir", str(demo_home)]) == code
        told = capsys.readouterr()
        return told.out, told.err

    return call


def test_a_view_from_its_beginning_to_its_end(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backlit.cli.output.on_terminal", lambda: True)
    assert said("view", "ls")[0] == "There is no view. Next: backlit view save NAME ADDRESS\n"
    line = "1  Good losses  changes of any target  q=authority:>40 -domain:*.x kind=lost\n"
    out, _ = said(
        "view", "save", "Good losses", "changes?kind=lost&q=gone", "-q", "authority:>40 -domain:*.x"
    )
    assert out == f"{line}Next: backlit view open 1 TARGET\n"
    url = "http://127.0.0.1:8000/t/shop.test/backlinks?q=rel%3Afollow&group=none&cursor=x&at=100"
    mine = (
        "2  Mine  backlinks of shop.test  q=rel:follow group=none\n"
        "   backlit backlinks shop.test -q rel:follow --group none\n"
    )
    assert said("view", "save", "Mine", url)[0] == f"{mine}Next: backlit view open 2\n"
    assert said("view", "ls")[0] == line + mine
    assert "of any target" in said("view", "save", "Mine too", url, "--any")[0]
    assert "of other.test" in said("view", "save", "Mine too", url, "--for", "other.test")[0]
    assert said("view", "rm", "2")[0] == f"removed: {mine}"
    assert "none of that number" in said("view", "rm", "2", code=2)[1]
    assert "'x'" in said("view", "save", "x", "backlinks?x=1", code=2)[1]


@pytest.mark.parametrize("form", [(), ("--json",), ("--no-header",), ("--raw",)])
def test_opening_a_view_is_asking_its_question(said: Said, form: tuple[str, ...]) -> None:
    asked = ("-q", "rel:follow\nlinks:>1", "--sort", "-links")
    said("view", "save", "Many", "domains?sort=-links", "-q", asked[1])
    meant = f"backlit domains {DEMO_TARGET} -q \"$(printf 'rel:follow\\012links:>1')\" --sort -links"
    wanted, _ = said("domains", DEMO_TARGET, *asked, *form)
    told, remark = said("view", "open", "1", DEMO_TARGET, *form)
    if form == ("--json",):
        assert json.loads(told)["data"] == json.loads(wanted)["data"] != []
    else:
        assert told == wanted != ""
    assert meant in remark
    assert "of any target" in said("view", "open", "1", code=2)[1]


def test_opening_a_view_writes_files(said: Said, tmp_path: Path) -> None:
    said("view", "save", "All", f"/t/{DEMO_TARGET}/anchors")
    said("view", "open", "1", "-o", str(tmp_path / "a.csv"), "--quiet")
    said("anchors", DEMO_TARGET, "-o", str(tmp_path / "b.csv"), "--quiet")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes() != b""
