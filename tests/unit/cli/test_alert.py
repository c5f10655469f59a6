"""Does `backlit alert` say what it did, in words and as JSON?"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backlit.cli.root import run
from backlit.index.storage import ALERT_LOCK, write_lock
from backlit.store.alerts import Event, Found, Rules
from backlit.store.database import opened

Said = Callable[..., str]
TOLD = {
    "reason": "page-gone", "source_url": "http://blog.test/\u202epost", "target_url": "https://shop.test/",
    "anchor": "tea", "evidence": "the page answers 404", "before": None, "after": None,
}  # fmt: skip


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    for name in ("BACKLIT_SMTP_URL", "BACKLIT_DATABASE_URL", "BACKLIT_URL"):
        monkeypatch.delenv(name, raising=False)

    def call(*words: str, code: int = 0) -> str:
        assert run(["alert", *words, "--dir", str(tmp_path)]) == code
        return capsys.readouterr().out

    return call


def find(home: Path) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with opened(home) as engine:
        rules = Rules(engine)
        for rule in rules.all():
            rules.decide(rule, Found([Event("a", "lost", at, TOLD)], {}, rule.base), at)


def test_an_alert_from_its_beginning_to_its_end(said: Said, tmp_path: Path) -> None:
    told = said(
        "add", "shop.test", "--to", "me@shop.test", "--on", "lost", "-q", "rel:follow", "--every", "now"
    )
    feed = r"   feed http://127\.0\.0\.1:8000/feeds/[0-9a-f]{32}\.atom\n"
    line = r"1  shop\.test -q rel:follow: lost; now\n   1  email:me@shop\.test\n"
    assert re.fullmatch(f"{line}{feed}Next: backlit alert test 1; and backlit alert run, from cron\n", told)
    find(tmp_path)
    assert said("run") == "1 alert: 0 found, 1 told; 1 failed.\n"
    [event] = json.loads(said("inbox", "--json"))["data"]
    assert {name: event[name] for name in ("kind", "at", "reason", "anchor", "seen_at")} == {
        "kind": "lost", "at": "2026-03-01T00:00:00Z", "reason": "page-gone", "anchor": "tea", "seen_at": None,
    }  # fmt: skip
    [sent] = json.loads(said("log", "--json"))["data"]
    assert (sent["state"], sent["tries"], sent["events"]) == ("waiting", 1, 1)
    assert said("test", "1", code=5) == (
        "failed  email:me@shop.test  no mail server: set BACKLIT_SMTP_URL and BACKLIT_MAIL_FROM\n"
    )
    assert said("replay", "2") == "It waits to be sent. Next: backlit alert run\n"
    assert said("mute", "1", "--off") == "Alert 1 is not muted.\n"
    assert said("rm", "1") == "Removed alert 1.\n"
    said("rm", "1", code=2)


def test_the_secret_of_a_webhook_is_shown_once(said: Said) -> None:
    first = json.loads(said("add", "shop.test", "--to", "https://hook.test/in", "--json"))["data"]
    assert first["channels"][0]["secret"].startswith("whsec_")
    assert "secret" not in said("ls", "--json")
    again = said("rotate", "1")
    assert re.fullmatch(r"The new secret, shown this once: whsec_[A-Za-z0-9+/=]{44}\n", again)
    said("rotate", "7", code=2)


def test_what_cannot_be_kept_is_named(said: Said) -> None:
    for words in (
        ["co.uk"],
        ["shop.test", "--to", "x"],
        ["shop.test", "--on", "x"],
        ["shop.test", "-q", "x:1"],
    ):
        said("add", *words, code=2)
    assert json.loads(said("ls", "--json"))["data"] == []


def test_two_runs_at_once_are_no_error(said: Said, tmp_path: Path) -> None:
    said("add", "shop.test")
    with write_lock(tmp_path, name=ALERT_LOCK):
        words = said("run")
        assert json.loads(said("run", "--json"))["data"]["busy"] is True
    assert words == "Another process is at it: nothing was done here, and what is left the next run does.\n"
    assert said("run") == "1 alert: 0 found, 0 told; nothing to send.\n"
