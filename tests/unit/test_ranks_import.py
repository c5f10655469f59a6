"""Are ranks of others shown before they are read, and read once?"""

import gzip
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from backlit import app
from backlit.cli.root import run
from backlit.errors import DataError, SourceError, SourceMissing, SourceUnknown, UsageError

NAME = "cc-main-2024-apr-may-jun-domain-ranks.txt.gz"
ROWS = "#harmonicc_pos\t#harmonicc_val\t#pr_pos\t#pr_val\t#host_rev\t#n_hosts\n" + "".join(
    f"{place}\t{3e7 / place}\t{place}\t{0.01 / place}\ttest.top{place}\t3\n" for place in range(1, 6)
)


def test_a_file_of_ranks_is_shown_and_imported_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, home = tmp_path / NAME, tmp_path / "home"
    file.write_bytes(gzip.compress(ROWS.encode()))
    assert run(["ranks", "import", str(file), "--json", "--dir", str(home)]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["data"] == {
        "domains": 5,
        "date": "cc-main-2024-apr-may-jun",
        "already": False,
        "records_bad": 0,
    }
    assert f"{NAME}: 0.0 MB, edition cc-main-2024-apr-may-jun" in said.err
    assert app.import_ranks(home, file).row["already"] is True


def test_a_file_that_holds_no_ranks_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "links.csv"
    file.write_text("Source URL,Target URL\nhttps://a.test/,https://b.test/\n")
    with pytest.raises(SourceUnknown, match="does not look like a table of domain ranks"):
        app.import_ranks(tmp_path / "home", file)


def test_lines_that_are_no_ranks_are_told_and_a_file_of_nothing_else_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, home = tmp_path / NAME, tmp_path / "home"
    file.write_bytes(gzip.compress((ROWS + "6\tnan\t6\t0.1\ttest.top6\t3\n").encode()))
    assert run(["ranks", "import", str(file), "--dir", str(home)]) == 0
    assert "1 line that held no rank left out" in capsys.readouterr().out
    header, *_ = ROWS.splitlines(keepends=True)
    file.write_bytes(gzip.compress((header + "1\tnan\t1\t0.1\ttest.a\t3\n2\t3\tx\t0\ttest.b\t1\n").encode()))
    with pytest.raises(DataError, match="not one of its lines is a rank; 2 are something else"):
        app.import_ranks(tmp_path / "other", file)


class Ranks(BaseHTTPRequestHandler):
    """Serves one file, in whole or from a byte on, and what else a test asks for by the path."""

    body = gzip.compress(ROWS.encode(), mtime=0)
    asked: ClassVar[list[tuple[str, str, str | None]]] = []
    cut: ClassVar[int | None] = None

    def do_HEAD(self) -> None:
        self._answer(len(self.body))

    def do_GET(self) -> None:
        wanted = self.headers["Range"]
        first = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if self._answer(len(self.body) - first, 206 if wanted else 200):
            self.wfile.write(self.body[first : self.cut])

    def _answer(self, size: int, status: int = 200) -> bool:
        self.asked.append((self.command, self.path, self.headers["Range"]))
        if self.path.startswith("/away/"):
            self.send_response(302)
            self.send_header("Location", "file:///etc/hostname")
        elif self.path.startswith("/gone/"):
            self.send_response(404)
        else:
            self.send_response(status)
            self.send_header("Content-Length", str(size))
            self.send_header("ETag", '"one"')
            self.send_header("Last-Modified", "Tue, 09 Jul 2024 10:00:00 GMT")
            self.end_headers()
            return True
        self.end_headers()
        return False

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("BACKLIT_INTRANET", "127.0.0.0/8")
    Ranks.asked.clear()
    Ranks.cut = None
    with ThreadingHTTPServer(("127.0.0.1", 0), Ranks) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_a_file_on_the_network_is_shown_and_fetched(
    tmp_path: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url, home = f"{server}/graphs/{NAME}", tmp_path / "home"
    assert run(["ranks", "fetch", url, "--json", "--dir", str(home)]) == 2  # nobody to ask, and no --yes
    said = capsys.readouterr()
    assert f"{NAME}: 0.0 MB, edition cc-main-2024-apr-may-jun, last changed 9 Jul 2024" in said.err
    assert [how for how, _, _ in Ranks.asked] == ["HEAD"]  # nothing was read
    assert run(["ranks", "fetch", url, "--yes", "--json", "--dir", str(home)]) == 0
    assert json.loads(capsys.readouterr().out)["data"] == {
        "domains": 5,
        "date": "cc-main-2024-apr-may-jun",
        "already": False,
        "records_bad": 0,
    }
    assert list((home / "downloads").iterdir()) == []


def test_a_fetch_that_was_cut_off_goes_on(tmp_path: Path, server: str) -> None:
    home = tmp_path / "home"
    offer, _ = app.offer_ranks(f"{server}/{NAME}")
    Ranks.cut = 40
    with pytest.raises(SourceError, match=r"bytes fewer came than were said\. Run the same command again"):
        app.fetch_ranks(home, offer)
    Ranks.cut = None
    assert app.fetch_ranks(home, offer).row["domains"] == 5
    assert Ranks.asked[-1] == ("GET", f"/{NAME}", "bytes=40-")


@pytest.mark.parametrize(
    ("path", "error", "said"),
    [
        (f"/gone/{NAME}", SourceMissing, "answers 404"),
        (f"/away/{NAME}", SourceError, "file:///etc/hostname"),
        ("/folder/", UsageError, "no http or https address of a file"),
        ("/..%2f..%2fetc", UsageError, "no http or https address of a file"),
    ],
)
def test_what_is_no_file_on_the_network_is_refused(
    server: str, path: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        app.offer_ranks(server + path)


def test_an_address_within_a_network_is_refused_unless_it_is_named(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BACKLIT_INTRANET")
    with pytest.raises(SourceError, match="BACKLIT_INTRANET"):
        app.offer_ranks(f"{server}/{NAME}")
    assert Ranks.asked == []


def test_other_schemes_and_closed_ports_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKLIT_INTRANET", "127.0.0.1/32")
    with pytest.raises(UsageError, match="no http or https"):
        app.offer_ranks(f"ftp://127.0.0.1/{NAME}")
    with pytest.raises(SourceError, match="refused"):
        app.offer_ranks(f"http://127.0.0.1:9/{NAME}")
