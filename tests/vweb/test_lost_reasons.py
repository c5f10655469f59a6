"""Do crawl files alone give the true reason of every loss, and lose nothing that nobody saw go?"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from backlit import app
from backlit.index.engine import connect, parquet, rows_of
from backlit.index.fold import fold_query
from backlit.index.tables import Index
from backlit.model import Kind, LostReason, State, name_of
from backlit.monitor.archive import member, record_of, record_of_nobody
from backlit.net.fetch import Fetched, Hop
from backlit.urls import parse_url, url_of_key
from backlit.vweb import VirtualWeb, VPage

Link = tuple[str, str, str]  # source, target, kind
LATER = timedelta(days=200)
TEXT = "<p>" + "Here somebody writes on about something else entirely. " * 40
MENU = "".join(f"<a href='/menu/{n}'>Menu {n}</a> " for n in range(6))


@dataclass(frozen=True)
class Fate:
    """What a page answers later: a body, or the page's own with a header; and what is true of its links."""

    body: str | None = None
    status: int = 200
    header: tuple[str, str] | None = None
    lost: str | None = None
    changed: str | None = None
    has_host: bool = True


FATES = (
    Fate(),
    Fate(f"<title>Other words</title>{MENU}{TEXT}", lost="removed"),
    Fate("", status=404, lost="page-gone"),
    Fate("", status=301, header=("Location", "https://elsewhere.example/"), lost="page-redirected"),
    Fate(f"<title>Page not found</title>{MENU}{TEXT}", lost="soft-404"),
    Fate("<title>Oops</title><h1>Diese Seite wurde nicht gefunden</h1><a href=/>Home</a>", lost="soft-404"),
    Fate("<title>example</title><p>This domain is for sale. Buy this domain.", lost="parked"),
    Fate(has_host=False, lost="domain-dead"),
    Fate("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>"),
    Fate("<title>Log in</title><form><input type=password></form>"),
    Fate("<title>Site maintenance</title><p>Back in an hour."),
    Fate("<title>App</title><div id=root></div><script src=a.js></script>"),
    Fate("<html></html>"),
    Fate("<title>Error</title>", status=503),
    Fate(header=("X-Robots-Tag", "noindex"), changed="noindex"),
    Fate(header=("Link", "<https://elsewhere.example/copy>; rel=canonical"), changed="canonical-moved"),
)


def _later(page: VPage, fate: Fate) -> bytes:
    """The record of a second crawl, in which the page met its fate."""
    at = page.fetched_at + LATER
    if not fate.has_host:
        return member(record_of_nobody(page.url, at))
    kept = tuple((name, value) for name, value in page.headers if fate.body is None or name == "Content-Type")
    headers = (*kept, fate.header) if fate.header else kept
    body = page.body if fate.body is None else fate.body.encode()
    hop = Hop(page.url, "192.0.2.1", fate.status, headers)
    return member(record_of(hop, at, Fetched(page.url, (hop,), 0.0, None, body, body)))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[Link, Fate], Path, VirtualWeb]:
    """A crawl of a made-up web, a second one half a year later, and the true fate of each link between."""
    folder, web = tmp_path_factory.mktemp("reasons"), VirtualWeb(seed=5, pages=400)
    web.write_warc(folder / "first.warc.gz", 0)
    readable = [page for page in web.pages(0) if page.status == 200 and _is_plain(page)]
    fates = {page.url: FATES[number % len(FATES)] for number, page in enumerate(readable)}
    (folder / "second.warc.gz").write_bytes(b"".join(_later(page, fates[page.url]) for page in readable))
    for name in ("second", "first"):
        app.ingest(folder / "home", [str(folder / f"{name}.warc.gz")], workers=1)
    links = {
        (link.source_url, link.target_url, link.kind): fates[link.source_url]
        for link in web.truth(0)
        if link.source_url in fates and parse_url(link.source_url).domain != parse_url(link.target_url).domain
    }
    return links, folder / "home", web


def _is_plain(page: VPage) -> bool:
    """Whether a page says nothing of its own place in search engines, which a fate would only repeat."""
    low = page.body.lower()
    headers = " ".join(f"{name}: {value}" for name, value in page.headers).lower()
    return not any(mark in low for mark in (b"noindex", b"canonical", b"refresh")) and not any(
        mark in headers for mark in ("noindex", "canonical", "refresh", "utf-16")
    )


def test_each_loss_has_its_true_reason_and_a_wall_loses_nothing(
    told: tuple[dict[Link, Fate], Path, VirtualWeb],
) -> None:
    links, home, _ = told
    index = Index.open(home)
    fold = fold_query(parquet(index.files(index.version(), "links")), "source_domain <> target_domain")
    names = "source_key, target_key, kind, state, gone_reason"
    found = {
        (url_of_key(row["source_key"]), url_of_key(row["target_key"]), Kind(row["kind"]).name.lower()): (
            name_of(State, row["state"]),
            name_of(LostReason, row["gone_reason"]),
        )
        for row in rows_of(connect(), f"SELECT DISTINCT {names} FROM ({fold})")
    }
    true = {link: ("lost" if fate.lost else "live", fate.lost) for link, fate in links.items()}
    assert {link: found[link] for link in true} == true
    assert set(Counter(fate for fate in links.values())) == set(FATES)  # each has links to tell of


def test_the_lists_filters_and_changes_of_a_target_tell_them_too(
    told: tuple[dict[Link, Fate], Path, VirtualWeb],
) -> None:
    links, home, web = told
    session, target = app.open_session(home), web.target.root
    domain = parse_url(target).domain
    own = {link: fate for link, fate in links.items() if parse_url(link[1]).domain == domain}
    rows = app.changes(session, domain, vs="2026-05-01", kind=["new", "lost", "changed"], limit=1_000).rows
    changes = {
        (row["link"]["source_url"], row["link"]["target_url"], row["link"]["kind"]): (
            row["kind"],
            row["reason"],
        )
        for row in rows
        if parse_url(row["link"]["target_url"]).domain == domain
    }
    assert changes == {
        link: ("lost", fate.lost) if fate.lost else ("changed", fate.changed)
        for link, fate in own.items()
        if fate.lost or fate.changed
    }
    for reason in {fate.lost for fate in own.values() if fate.lost}:
        answer = app.backlinks(session, domain, group="none", state=["lost"], q=f"reason:{reason}", limit=500)
        listed = {(row["source_url"], row["target_url"], row["kind"]) for row in answer.rows}
        assert listed >= {link for link, fate in own.items() if fate.lost == reason}
        assert {row["lost_reason"] for row in answer.rows} == {reason}
