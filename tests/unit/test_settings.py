"""Is all that is set shown, with what is wrong with it and without a secret? And is a home looked over?"""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser

from backlit import app
from backlit.app import configuration
from backlit.app.configuration import SETTINGS, set_for_server
from backlit.store.place import FILE
from backlit.web.desk import Desk
from backlit.web.server import create_app
from tests.unit.cli.conftest import Backlit, backlit, terminal
from tests.unit.looks import Look, commit

BASE = "http://127.0.0.1:8000"
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOSTILE = '<img src=x onerror="alert(1)">\x1b[31m\u202e'

__all__ = ["backlit", "terminal"]  # fixtures of the command line


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("settings")
    commit(home, "crawl", [Look("https://one.test/", 1, (("https://shop.test/a", "a"),))])
    return home


@pytest.fixture
def home(written: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home that was read once, in an environment that sets nothing."""
    for name in [each for each in os.environ if each.startswith("BACKLIT_")]:
        monkeypatch.delenv(name)
    yield written
    for path in (*written.glob(f"{FILE}*"), *written.glob(".backed-up.json")):
        path.unlink()


def setting(home: Path, name: str) -> dict[str, Any]:
    """The row of one setting."""
    [row] = [row for row in app.config_show(home).rows if row["name"] == name]
    return row


def finding(home: Path, check: str, at: datetime = AT) -> dict[str, Any]:
    """The row of one check, the first that is not ok where several are."""
    rows = [row for row in app.doctor(home, clock=lambda: at).rows if row["check"] == check]
    return next((row for row in rows if row["state"] != "ok"), rows[0])


# what is set ----------------------------------------------------------------------


def test_without_anything_set_each_setting_says_what_holds(home: Path) -> None:
    rows = app.config_show(home).rows
    assert [row["name"] for row in rows] == [each.name for each in SETTINGS]
    assert rows[0] == {
        "name": "BACKLIT_DIR", "value": str(home), "origin": "option", "problem": None,
        "about": "the home: index, state, jobs and crawls", "usual": "the data folder of the user",
    }  # fmt: skip
    assert {(row["value"], row["origin"], row["problem"]) for row in rows[1:]} == {(None, "default", None)}
    assert all(row["usual"] for row in rows)


def test_what_an_option_said_is_no_setting_of_the_environment(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`up` hands its options to the server in the environment of their process."""

    def origins() -> list[str]:
        return [setting(home, name)["origin"] for name in ("BACKLIT_DIR", "BACKLIT_HOST")]

    monkeypatch.setattr(configuration, "_handed_on", {})
    monkeypatch.setenv("BACKLIT_HOST", "10.0.0.1")  # not read by `up`
    monkeypatch.setenv("BACKLIT_DIR", str(tmp_path))
    set_for_server(home, "0.0.0.0", "127.0.0.1")
    assert origins() == ["option", "option"]
    set_for_server(home, "127.0.0.1", "127.0.0.1")  # of a process that goes on
    assert origins() == ["option", "default"]
    monkeypatch.setenv("BACKLIT_HOST", "10.0.0.1")
    assert origins() == ["option", "environment"]
    monkeypatch.setattr(configuration, "_handed_on", {})
    set_for_server(home, "0.0.0.0", "127.0.0.1")
    assert origins() == ["environment", "option"]


def test_every_setting_that_the_program_reads_is_shown() -> None:
    source = Path(app.__file__).parents[1]
    read = {
        name
        for path in source.rglob("*.py")
        for name in _names(path.read_text(encoding="utf-8"))
        if path.name != "configuration.py"
    }
    assert read == {each.name for each in SETTINGS}


def _names(text: str) -> set[str]:
    import re

    return set(re.findall(r"\bBACKLIT_[A-Z_]+\b", text))


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("BACKLIT_REQUESTS", "many", "'many' is no number"),
        ("BACKLIT_REQUESTS", "-1", "'-1' is no number"),
        ("BACKLIT_URL", "links.example.com", "'links.example.com' is no http or https address"),
        ("BACKLIT_URL", "https://[", "'https://[' is no http or https address"),
        ("BACKLIT_INTRANET", "10.1.0.0/99", "'10.1.0.0/99' does not appear to be an IPv4 or IPv6 network"),
        ("BACKLIT_DATABASE_URL", "mysql://a:b@c/d", "it is no address of a PostgreSQL database (mysql)"),
        ("BACKLIT_SMTP_URL", "mail.example.com", "it is no address of a mail server (no scheme)"),
        ("BACKLIT_SMTP_URL", "smtps://mail.example.com", "nobody knows from which address"),
        ("BACKLIT_OUTREACH_SEND", "yes", "BACKLIT_OUTREACH_SEND is 'yes'"),
        ("BACKLIT_OUTREACH_DAILY", "9999", "BACKLIT_OUTREACH_DAILY is '9999'"),
        ("BACKLIT_OUTREACH_FROM", "nobody", "'nobody' is no address"),
        ("BACKLIT_OUTREACH_COUNTRIES", "FR,DE", "BACKLIT_OUTREACH_COUNTRIES names DE"),
    ],
)
def test_a_value_that_cannot_be_meant_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, found: str
) -> None:
    monkeypatch.setenv(name, value)
    problem = setting(home, name)["problem"]
    assert problem["found"] == found
    assert problem["do"].endswith(".")
    others = [row for row in app.config_show(home).rows if row["name"] != name]
    assert [row["problem"] for row in others] == [None] * len(others)
    told = finding(home, "settings")
    assert (told["state"], told["found"], told["do"]) == ("failed", f"{name}: {found}", problem["do"])


def test_a_name_that_nobody_reads_is_named_with_the_one_that_was_meant(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKLIT_SMPT_URL", "smtps://me:secret@mail.example.com")
    monkeypatch.setenv("BACKLIT_XYZZY", "1")
    rows = app.config_show(home).rows[len(SETTINGS) :]
    assert [(row["name"], row["value"], row["problem"]["do"]) for row in rows] == [
        ("BACKLIT_SMPT_URL", "set, and not shown", "Did you mean BACKLIT_SMTP_URL?"),
        ("BACKLIT_XYZZY", "set, and not shown", "Take it out of the environment."),
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("smtps://me@example.com:S3CRET@mail.example.com:465", "set, and not shown"),
        ("smtps://me:S3CRET@mail.example.com:465", "smtps://…@mail.example.com:465"),
        ("smtp://S3CRET@mail.example.com", "smtp://…@mail.example.com"),
        ("smtp://me:pa/S3CRET@mail.example.com", "set, and not shown"),
        ("smtp://me:pa@S3CRET@mail.example.com", "set, and not shown"),
        ("smtp://me:pa?S3CRET@mail.example.com", "set, and not shown"),
        ("smtp://mail.example.com/?password=S3CRET", "smtp://mail.example.com/"),
        ("me:S3CRET@mail.example.com", "set, and not shown"),
        ("S3CRET", "set, and not shown"),
    ],
)
@pytest.mark.parametrize("name", ["BACKLIT_SMTP_URL", "BACKLIT_DATABASE_URL"])
def test_no_part_of_a_password_is_ever_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, shown: str
) -> None:
    monkeypatch.setenv(name, value)
    row = setting(home, name)
    assert row["value"] == shown
    assert "S3CRET" not in str(row)


# is all well? ---------------------------------------------------------------------


def test_a_home_that_is_well_is_told_so_check_by_check(home: Path) -> None:
    app.backup(home, home.parent / f"{home.name}-backup", clock=lambda: AT)
    shutil.rmtree(home.parent / f"{home.name}-backup")
    rows = app.doctor(home, clock=lambda: AT).rows
    assert [(row["check"], row["state"]) for row in rows if row["check"] not in ("extras", "disk")] == [
        ("program", "ok"), ("settings", "ok"), ("home", "ok"), ("index", "ok"), ("ranks", "warning"),
        ("clock", "ok"), ("state", "ok"), ("worker", "ok"), ("backup", "ok"), ("access", "ok"),
    ]  # fmt: skip
    assert finding(home, "ranks")["do"] == "Run `backlit rank`."
    assert not (home / FILE).exists()  # looking makes no database


def test_a_home_that_is_not_there_is_unknown_and_no_fault(tmp_path: Path) -> None:
    rows = app.doctor(tmp_path / "none" / "here", clock=lambda: AT).rows
    assert {row["state"] for row in rows if row["check"] in ("home", "index")} == {"unknown"}
    assert not any(row["state"] == "failed" for row in rows)
    assert not (tmp_path / "none").exists()


def test_a_damaged_file_is_named_with_what_to_do(home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(home, broken)
    (broken / "layout.json").write_text("{")
    assert finding(broken, "index")["state"] == "failed"
    assert finding(broken, "index")["do"]
    assert finding(broken, "state")["state"] == "ok"  # the rest is looked at


def test_a_database_that_is_none_is_told(home: Path) -> None:
    (home / FILE).write_bytes(b"no database at all" * 100)
    row = finding(home, "state")
    assert (row["state"], row["do"]) == ("failed", "Restore it from a backup, or move it away to begin anew.")


def test_backups_grow_old(home: Path) -> None:
    assert finding(home, "backup")["found"] == "nobody knows of any"
    app.backup(home, home.parent / "b", clock=lambda: AT - timedelta(days=31))
    shutil.rmtree(home.parent / "b")
    assert finding(home, "backup")["found"] == "the last is 31 days old"
    assert finding(home, "backup", AT - timedelta(days=2))["state"] == "ok"


def test_a_clock_behind_the_newest_look_is_told(home: Path) -> None:
    row = finding(home, "clock", datetime(2025, 1, 1, tzinfo=UTC))
    assert row["state"] == "warning"
    assert row["found"] == "the newest look is of 2026-01-02 00:00 UTC, and here it is 2025-01-01 00:00"


def test_who_comes_in_without_a_name_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert finding(home, "access")["state"] == "ok"
    monkeypatch.setenv("BACKLIT_HOST", "0.0.0.0")  # nothing listens
    assert finding(home, "access")["state"] == "warning"
    app.user_add(home, "ann@shop.test", role="owner")
    assert finding(home, "access") == {
        "check": "access", "state": "ok", "found": "people sign in", "do": None,
    }  # fmt: skip
    monkeypatch.setenv("BACKLIT_URL", "http://links.example.com")
    assert finding(home, "access")["found"] == "passwords come to BACKLIT_URL in the clear"


# the faces ------------------------------------------------------------------------


def test_the_command_line_tells_both_and_ends_by_what_it_found(
    backlit: Backlit, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BACKLIT_DIR")
    here = ("--dir", str(home))
    assert backlit("config", "show", *here).code == 0
    rows = {row["name"]: row for row in backlit("config", "show", "--json", *here).envelope["data"]}
    assert rows["BACKLIT_DIR"]["origin"] == "option"
    assert backlit("doctor", *here).code == 0
    monkeypatch.setenv("BACKLIT_REQUESTS", HOSTILE)
    told = backlit("config", "show", *here)
    assert (told.code, "\x1b" in told.out, "\u202e" in told.out) == (3, False, False)
    assert backlit("doctor", *here).code == 3
    (home / FILE).write_bytes(b"no database at all" * 100)
    assert backlit("doctor", *here).code == 6


@pytest.mark.usefixtures("terminal")
def test_on_a_terminal_each_finding_is_a_line_with_what_to_do_below(
    backlit: Backlit, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BACKLIT_DIR")
    lines = backlit("doctor", "--dir", str(home)).screen
    at = lines.index("warning ranks     nothing is ranked: authority is not known")
    assert lines[at + 1] == f"{'':18}Run `backlit rank`."
    lines = backlit("config", "show", "--dir", str(home)).screen
    assert lines[:2] == [f"BACKLIT_DIR: {home} (by --dir)", "  the home: index, state, jobs and crawls"]
    assert "BACKLIT_HOST: 127.0.0.1: this machine alone (default)" in lines


def test_the_page_shows_what_is_set_as_text_and_looks_when_it_is_asked(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = TestClient(create_app(home), base_url=BASE, raise_server_exceptions=False)
    monkeypatch.setenv("BACKLIT_USER", HOSTILE)
    monkeypatch.setenv("BACKLIT_SMTP_URL", "smtps://me:S3CRET@mail.example.com")
    answer = client.get("/settings")
    page = LexborHTMLParser(answer.text)
    assert answer.status_code == 200
    assert (page.css("main img"), "S3CRET" in answer.text, "\x1b" in answer.text) == ([], False, False)
    assert len(page.css("table tbody tr")) == len(SETTINGS)
    assert page.css(".findings") == []
    looked = LexborHTMLParser(client.get("/settings?check=1").text)
    checks = [each.text().split()[0] for each in looked.css(".findings dt")]
    assert checks == [row["check"] for row in app.doctor(home).rows]
    assert client.get("/settings?cheque=1").status_code == 400


def test_a_server_without_a_process_beside_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "trouble", "it ends at once")
    client = TestClient(create_app(home), base_url=BASE, raise_server_exceptions=False)
    told = client.get("/api/v1/doctor").json()["data"][-1]
    assert (told["check"], told["state"], told["found"]) == ("process beside", "warning", "it ends at once")
    assert "it ends at once" in client.get("/settings?check=yes").text


def test_programs_get_the_same_rows(home: Path) -> None:
    client = TestClient(create_app(home), base_url=BASE, raise_server_exceptions=False)
    assert client.get("/api/v1/config").json()["data"] == app.config_show(home).rows
    checks = [(row["check"], row["state"]) for row in client.get("/api/v1/doctor").json()["data"]]
    assert checks == [(row["check"], row["state"]) for row in app.doctor(home).rows]
