"""Does every text of "Copy as" ask what its page asked, whatever somebody wrote into the filter?

Each is run: the command by a real shell, Python by Python, the address and curl's by the app; and each has to
give the rows of the page's JSON.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.app.demo import DEMO_TARGET
from backlit.cli.root import run
from backlit.errors import UsageError
from backlit.report.copying import Page, copies_of
from backlit.report.shell import command_line
from backlit.web.server import create_app
from tests.unit.fakes import HOSTILE
from tests.unit.outline import Outline

ORIGIN = "http://127.0.0.1:8000"
RIVALS = "mossygarden.example, hedgerow.example"
#: What each page is asked; the texts have to say all of it.
PAGES: list[tuple[str, dict[str, str]]] = [
    ("overview", {}),
    ("overview", {"scope": "host", "as_of": "2026-05-01"}),
    ("overview", {"from": "2026-03-01", "to": "2026-03-31", "by": "day"}),
    ("authority", {"parts": "3", "scope": "host"}),
    ("authority", {"add": "mossygarden.example new.example", "remove": "rel:nofollow"}),
    ("backlinks", {}),
    (
        "backlinks",
        {"group": "none", "state": "all", "sort": "-last_seen", "limit": "7", "q": "-rel:nofollow"},
    ),
    ("backlinks", {"state": "lost,live", "facets": "rel,placement", "scope": "host", "as_of": "2026-05-01"}),
    ("domains", {"q": "links:>1", "sort": "-links", "limit": "30"}),
    ("anchors", {"q": "-has:x OR domains:>0", "sort": "anchor"}),
    ("anchors", {"q": "domains:>0", "sort": "anchor"}),
    ("pages", {"sort": "-links", "limit": "3"}),
    ("changes", {"vs": "2026-04-01", "kind": "claims"}),
    ("changes", {"vs": "2026-04-01", "kind": "new,lost", "as_of": "2026-06-01", "limit": "5"}),
    ("changes", {"since": "90d"}),
    ("diversity", {"peers": RIVALS}),
    ("broken", {}),
    (
        "gap",
        {"with": RIVALS, "by": "page", "at_least": "1", "sort": "authority", "limit": "4", "q": "rel:follow"},
    ),
    ("prospects", {"kind": "gap,broken", "with": RIVALS, "brand": "Garden haus, It's", "limit": "6"}),
    ("leads", {"limit": "2"}),
    ("sources", {"as_of": "2026-05-01"}),
    ("audit", {}),
    ("policy", {}),
    ("disavow", {}),
    ("report", {"since": "90d", "for": "client", "brand_name": "A & B's"}),
]
#: Filters that a shell, Python or a terminal would make something else of.
FILTERS = [
    *HOSTILE,
    "it's $HOME `id` $(id) \\ ! !! ~ * ? [a] {a,b} # ; & | < > \"\"",
    'anchor:"it\'s $(id) `id`"',
    "rel:follow\n\tOR\r\n links:>0",
    "\x1b]0;x\x07\x1b[2Jrm -rf .\n",
    "-anchor:日本 \u202eevil\u2066",
    "%s%d%n \\n \\0 \\c",
    "'",
    "-q --json --",
    "a\0b",
]  # fmt: skip


@pytest.fixture(scope="module")
def client(demo_home: Path) -> TestClient:
    return TestClient(create_app(demo_home), base_url=ORIGIN, raise_server_exceptions=False)


def texts(demo_home: Path, segment: str, asked: dict[str, str], target: str = DEMO_TARGET) -> dict[str, str]:
    page = Page(segment, target, tuple(asked.items()), ORIGIN, str(demo_home))
    return {each.name: each.text for each in copies_of(page)}


def words_of(line: str, shell: str = "sh") -> list[str]:
    """The words that a shell makes of a line, without the first."""
    program = line.split(" ", 1)[0]
    script = f'{program}() {{ for word; do printf "%s\\0" "$word"; done; }}\n{line}\n'
    done = subprocess.run([shell, "-c", script], capture_output=True, check=True, cwd="/")
    assert done.stderr == b""
    return done.stdout.decode().split("\0")[:-1]


def plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def by_curl(client: TestClient, text: str) -> tuple[int, Any]:
    *options, url = words_of(text)
    assert (options, url.startswith(f"{ORIGIN}/api/v1/targets/")) == (["-fsS"], True)
    answer = client.get(url.removeprefix(ORIGIN))
    return answer.status_code, answer.json().get("data")


def by_python(text: str) -> Any:
    space: dict[str, Any] = {}
    exec(text, space)  # noqa: S102 - what we told somebody to run
    return plain(space.get("rows", space.get("row")))


def by_command(text: str, capsys: pytest.CaptureFixture[str]) -> Any:
    words = words_of(text)
    at = words.index("--") if "--" in words else len(words)
    assert run([*words[:at], "--json", *words[at:]]) == 0
    return json.loads(capsys.readouterr().out)["data"]


@pytest.mark.parametrize(("segment", "asked"), PAGES)
def test_every_text_gives_the_rows_of_the_page(
    client: TestClient,
    demo_home: Path,
    capsys: pytest.CaptureFixture[str],
    segment: str,
    asked: dict[str, str],
) -> None:
    found = texts(demo_home, segment, asked)
    status, wanted = by_curl(client, found["curl"])
    shown = client.get(found["URL"].removeprefix(ORIGIN))
    if "has:x" in asked.get("q", ""):  # what cannot be answered is told the same everywhere
        assert (status, shown.status_code, run(words_of(found["Command line"]))) == (400, 400, 2)
        return
    assert (status, shown.status_code) == (200, 200)
    told = by_command(found["Command line"], capsys)
    seen = by_python(found["Python"])
    if segment == "report":  # its narrative is as old as the moment
        assert told.keys() == wanted.keys() == seen.keys()
        assert told["since"] == wanted["since"] == seen["since"]
        return
    assert told == wanted
    assert seen == wanted
    assert wanted != [] or segment in ("changes", "broken", "policy", "leads")


@pytest.mark.parametrize("segment", ["backlinks", "domains"])
def test_the_next_rows_are_asked_for_everywhere(
    client: TestClient, demo_home: Path, capsys: pytest.CaptureFixture[str], segment: str
) -> None:
    first = client.get(f"/t/{DEMO_TARGET}/{segment}.json?limit=3").json()
    asked = {"limit": "3", "cursor": first["page"]["next"], "at": "3"}
    found = texts(demo_home, segment, asked)
    _, wanted = by_curl(client, found["curl"])
    assert "SQL" not in found
    assert by_command(found["Command line"], capsys) == by_python(found["Python"]) == wanted != first["data"]
    assert "Rows 4 to 6" in client.get(found["URL"].removeprefix(ORIGIN)).text


@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.parametrize("text", FILTERS)
def test_a_shell_reads_just_the_words(demo_home: Path, text: str, shell: str) -> None:
    found = texts(demo_home, "backlinks", {"q": text, "scope": "host"})
    assert all(each.replace("\n", "").isprintable() for each in found.values())
    if "\0" in text:
        assert "Command line" not in found
        return
    line = found["Command line"]
    assert line.isprintable()
    assert words_of(line, shell) == [
        "backlinks", DEMO_TARGET, "--scope", "host", "-q", text.strip(), "--limit", "100",
        "--dir", str(demo_home),
    ]  # fmt: skip
    assert words_of(command_line(["x", text, "-x", ""]), shell)[1:] == ["-x", ""]


@pytest.mark.parametrize("text", FILTERS)
def test_whatever_is_written_into_a_filter_asks_the_same_everywhere(
    client: TestClient, demo_home: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    asked = {"q": text, "group": "none"}
    found = texts(demo_home, "backlinks", asked)
    twin = client.get(f"/t/{DEMO_TARGET}/backlinks.json?{urlencode(asked)}")
    status, rows = by_curl(client, found["curl"])
    assert (status, rows) == (twin.status_code, twin.json().get("data"))
    if status == 200:
        assert by_python(found["Python"]) == rows
        assert "\0" in text or by_command(found["Command line"], capsys) == rows
    else:
        assert "\0" in text or run(words_of(found["Command line"])) == 2
        with pytest.raises(UsageError):
            by_python(found["Python"])


def test_a_command_is_run_as_it_is_pasted(client: TestClient, demo_home: Path) -> None:
    """One whole process of a real shell and the real program."""
    q = '-anchor:"it\'s $(id) `id`"\n-anchor:"!! \\\\ ;&|<>"'
    line = texts(demo_home, "backlinks", {"q": q, "group": "none", "limit": "9"})["Command line"]
    asked = urlencode({"q": q, "group": "none", "limit": "9"})
    wanted = client.get(f"/t/{DEMO_TARGET}/backlinks.json?{asked}").json()["data"]
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    done = subprocess.run(["sh", "-c", f"{line} --json"], capture_output=True, env={"PATH": path}, check=True)
    assert json.loads(done.stdout)["data"] == wanted != []


@pytest.mark.parametrize(
    ("segment", "asked", "target"),
    [
        ("backlinks", {"group": "none"}, DEMO_TARGET),
        ("backlinks", {"group": "none", "state": "all", "as_of": "2026-05-01"}, DEMO_TARGET),
        ("backlinks", {"group": "none", "scope": "host"}, f"https://{DEMO_TARGET}/"),
        ("backlinks", {"group": "none", "scope": "prefix"}, f"https://{DEMO_TARGET}/blog/"),
        ("backlinks", {"group": "none"}, f"https://{DEMO_TARGET}/"),
        ("domains", {}, DEMO_TARGET),
    ],
)
def test_sql_says_what_the_tables_hold_of_it(
    client: TestClient,
    demo_home: Path,
    capsys: pytest.CaptureFixture[str],
    segment: str,
    asked: dict[str, str],
    target: str,
) -> None:
    """All links that name the target itself; those that come by another address are in no row of its own."""
    rows = by_command(texts(demo_home, segment, asked, target)["SQL"], capsys)
    listed = app.backlinks(
        app.open_session(demo_home), target, limit=10_000, group="none", scope=asked.get("scope"),
        as_of=asked.get("as_of"), state=("live", "unverified", "lost") if "state" in asked else None,
    ).rows  # fmt: skip
    own = [row for row in listed if row["via"] is None]
    assert own
    if segment == "domains":
        assert {row["domain"] for row in rows} >= {row["source_domain"] for row in own}
        return
    assert len(own) <= len(rows) <= len(listed)
    assert {row["source_domain"] for row in own} <= {row["source_domain"] for row in rows}


@pytest.mark.parametrize(
    ("segment", "asked"),
    [
        ("backlinks", {}),
        ("backlinks", {"group": "none", "q": "rel:follow"}),
        ("audit", {}),
        ("domains", {"q": "x"}),
    ],
)
def test_there_is_no_sql_where_the_tables_do_not_say_it(
    demo_home: Path, segment: str, asked: dict[str, str]
) -> None:
    assert "SQL" not in texts(demo_home, segment, asked)


def test_a_page_shows_its_texts_to_be_taken(client: TestClient, demo_home: Path) -> None:
    asked = {"q": '"<b>" OR \'$(x)', "sort": "-links"}
    text = client.get(f"/t/{DEMO_TARGET}/domains?{urlencode(asked)}&kind=").text
    page = Outline(text)
    assert page.all("details", id="copy")
    assert len(page.all("button", type="button", hidden="")) >= 4 or page.all("button")
    for each in texts(demo_home, "domains", asked).values():
        assert each in page.text
    assert "<b>" not in text.partition('id="copy"')[2].partition("</details>")[0]


@pytest.mark.parametrize("segment", sorted({segment for segment, _ in PAGES}))
def test_every_report_has_them(client: TestClient, segment: str) -> None:
    path = "" if segment == "overview" else f"/{segment}"
    page = Outline(client.get(f"/t/{DEMO_TARGET}{path}").text)
    assert [row["id"] for row in page.all("details") if row.get("id") == "copy"] == ["copy"]
    assert f"backlit.open('{client.app.state.desk.home}')" in page.text  # type: ignore[attr-defined]
