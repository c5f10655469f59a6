"""Do the tutorials do what they say? Their commands run in order, and show the lines below them."""

import io
import os
import re
import shlex
import sys
from pathlib import Path

import pytest

from backlit.cli.root import run
from tests.alerts.sinks import Mailbox, mail_server

DOCS = Path(__file__).parents[2] / "docs" / "tutorials"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_DIGEST = re.compile(r"\b[0-9a-f]{12,64}\b")
_SETTINGS = (
    *("DIR", "USER", "SMTP_URL", "INTRANET"),
    *("OUTREACH_FROM", "OUTREACH_ADDRESS", "OUTREACH_SEND"),
)


class Screen(io.TextIOWrapper):
    """A terminal to the commands, a text to the test."""

    def __init__(self) -> None:
        self.raw_bytes = io.BytesIO()
        super().__init__(self.raw_bytes, encoding="utf-8", write_through=True)

    def isatty(self) -> bool:
        return True

    def text(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", self.raw_bytes.getvalue().decode())


class Reader:
    """Somebody who types what a page says, and compares what they see."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, port: int) -> None:
        self._patch, self._port = monkeypatch, port
        self._seen, self._digest = "", ""

    def follow(self, page: str) -> None:
        for block in _BLOCK.findall(page):
            for command, *shown in self._steps(block):
                self._type(command)
                self._compare(command, shown)

    def _steps(self, block: str) -> list[list[str]]:
        steps: list[list[str]] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append([line[2:]])
            else:
                steps[-1].append(line)
        return steps

    def _type(self, line: str) -> None:
        words = shlex.split(line)
        if words[0] == "export":
            for name, value in (word.split("=", 1) for word in words[1:]):
                self._patch.setenv(name, value.replace(":2525", f":{self._port}"))
        elif words[0] == "printf":
            Path(words[-1]).write_text(words[1], encoding="utf-8")
        else:
            assert words[0] == "backlit", line
            self._seen = self._run([self._as_told(word) for word in words[1:]])
            self._digest = [self._digest, *_DIGEST.findall(self._seen)][-1]

    def _as_told(self, word: str) -> str:
        """A digest hangs on the hour of a message: the one that was shown last stands for it."""
        return self._digest if _DIGEST.fullmatch(word) else word

    def _run(self, words: list[str]) -> str:
        screen = Screen()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdout", screen)
            patch.setattr(sys, "stderr", screen)
            run(words)
        return screen.text()

    def _compare(self, command: str, shown: list[str]) -> None:
        """Each line stands in what was shown, in this order; … is anything, and digests are any digest."""
        seen, at = " ".join(self._seen.split()), 0
        for line in shown:
            parts = (_DIGEST.sub("…", part) for part in line.split("…"))
            pattern = "…".join(parts).strip("…")
            regex = r".{0,2000}?".join(re.escape(" ".join(part.split())) for part in pattern.split("…"))
            found = re.compile(regex).search(seen, at)
            assert found, f"$ {command}\nshould show: {line}\nshows:\n{self._seen}"
            at = found.end()


@pytest.mark.parametrize("name", ["clean", "grow"])
def test_a_tutorial_can_be_followed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in _SETTINGS:
        monkeypatch.delenv(f"BACKLIT_{setting}", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.chdir(tmp_path)
    mailbox = Mailbox()
    with mail_server(mailbox, starttls=False) as port:
        Reader(monkeypatch, port).follow((DOCS / f"{name}.md").read_text(encoding="utf-8"))
    left = sorted(path.name for path in tmp_path.iterdir())
    assert (
        left
        == {
            "clean": ["disavow.txt", "dossier.md", "removal.eml", "tour"],
            "grow": ["gap.csv", "page.html", "report.html", "tour"],
        }[name]
    )
    sent = [letter["To"] for letter in mailbox.letters]
    assert sent == ([] if name == "clean" else ["editor@silverplot.example"])
    assert os.environ["BACKLIT_DIR"] == "tour/demo"
