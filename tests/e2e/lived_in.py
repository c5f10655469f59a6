"""What does a home look like in which people have worked? Something of everything that a page can show."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backlit import app
from backlit.app.lists import LISTS
from backlit.report.sharing import SHARED
from backlit.store.alerts import Event, Found, Rules
from backlit.store.database import opened
from tests.outreach.test_declining import ADDRESS, prove
from tests.outreach.world import FROM, POSTAL

__all__ = ["lived_in"]

_OWNER, _PASSWORD = "ann@shop.example", "correct horse battery staple"
_AT = datetime(2026, 6, 7, 12, tzinfo=UTC)


@contextmanager
def lived_in(home: Path, target: str, words: str = "garden chairs") -> Iterator[Mapping[str, str]]:
    """Work in a home for a while: what the parts of addresses are there, by their names; and leave no trace.

    `words` are what a link, its page and those who wrote it say. `session` is the cookie of an owner, and
    `s`, with each page that can be shared, the secret part of its link.
    """
    before = set(home.rglob("*"))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("BACKLIT_OUTREACH_FROM", FROM)
            patch.setenv("BACKLIT_OUTREACH_ADDRESS", POSTAL)
            patch.setenv("BACKLIT_URL", ADDRESS)
            prove(home)
            secrets = {"unsubscribe": _write_a_letter(home, target, words)}
            patch.delenv("BACKLIT_URL")
            yield (
                _decide(home, target, words)
                | _be_told(home, target, words)
                | _let_in(home)
                | _share(home, target, words)
                | secrets
            )
    finally:
        for path in sorted(set(home.rglob("*")) - before, reverse=True):
            if not path.is_relative_to(home / "judged"):  # made again from the index at any time
                path.rmdir() if path.is_dir() else path.unlink()


def _write_a_letter(home: Path, target: str, words: str) -> str:
    """The secret part of the address at which the recipient declines."""
    app.outreach_add(
        home, target, "https://blog.example/links", kind="resource", why=words,
        contact="ed@blog.example", country="US", name=words, anchor=words,
    )  # fmt: skip
    app.outreach_add(home, target, "https://other.example/links", kind="mention")
    app.outreach_draft(home, 1)
    app.outreach_suppress(home, "no@never.example", why=words)
    letter = str(app.outreach_show(home, 1).row["draft"]["bytes"])
    return letter.partition(f"<{ADDRESS}/unsubscribe/")[2].partition(">")[0]


def _decide(home: Path, target: str, words: str) -> dict[str, str]:
    session = app.open_session(home)
    rows = app.backlinks(session, target).rows
    app.project_add(home, target, name=words, rivals=[rows[-1]["source_domain"]], brands=[words])
    app.intake(home, target, placed=words, manual_action="no", old_file="no")
    app.decide(session, rows[0]["source_domain"], "keep", target=target, why=words)
    app.monitor_add(home, [rows[0]["source_url"], "https://gone.example/page"], target, anchor=words)
    app.view_save(home, words, "changes", query={"kind": "lost"})
    report = app.report_to_home(session, target, brand_name=words).row["file"]
    job = app.ask_job(home, "audit", {"target": target}).row["id"]
    drop = app.upload_begin(home)
    with drop.open(f"{words}.csv") as file:
        file.write(f"Linking page,Last crawled\nhttps://blog.example/{words},2026-01-01\n".encode())
    upload = drop.end("ann", _AT)
    known = {"target": target, "slug": target, "card": "1", "view": "1"}
    return known | {"job": job, "upload": upload, "name": Path(report).name}


def _be_told(home: Path, target: str, words: str) -> dict[str, str]:
    """The secret part of the address of a feed; a link was lost, and a letter did not arrive."""
    row = app.alert_add(home, target, to=["me@shop.example"], q="rel:follow", cadence="now").row
    told = {
        "reason": "page-gone", "source_url": "https://blog.example/post", "target_url": f"https://{target}/",
        "link": None, "seen_by": "look", "anchor": words, "evidence": words, "before": None, "after": None,
    }  # fmt: skip
    with opened(home) as engine:
        rules = Rules(engine)
        [rule] = rules.all()
        rules.decide(rule, Found([Event("key", "lost", _AT, told)], {}, rule.base), _AT)
    app.alert_test(home, row["id"])
    return {"feed": row["feed"].rsplit("/", 1)[1].removesuffix(".atom")}


def _share(home: Path, target: str, words: str) -> dict[str, str]:
    links = {
        page: app.share_add(home, page, target=target, name=words, csv=page in LISTS, freeze=True).row["link"]
        for page in SHARED
    }
    tokens = {f"s {page}": link.rsplit("/", 1)[1] for page, link in links.items()}
    return tokens | {"s": tokens["s backlinks"]}


def _let_in(home: Path) -> dict[str, str]:
    link = app.user_add(home, _OWNER, role="owner").row["link"]
    app.key_add(home, "a program", account=_OWNER)
    cookie = app.welcome(home, link.rsplit("/", 1)[1], _PASSWORD).token
    invited = app.user_add(home, "ben@shop.example", role="viewer", projects=()).row["link"]
    return {"session": cookie, "welcome": invited.rsplit("/", 1)[1]}
