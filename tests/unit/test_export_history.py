"""Two years of a vendor's exports, in any order, tell the history that one would have seen all along."""

import csv
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backlit import app
from backlit.index.profile import Profile
from backlit.index.tables import Index
from backlit.index.target import Target
from backlit.model import State
from backlit.vweb import VirtualWeb
from backlit.vweb.truth import links_of

EXPORTS = 24
HEADER = ("Referring page URL", "Domain rating", "UR", "Target URL", "Anchor", "Type", "Nofollow")
TIMES = ("Lost status", "First seen", "Last seen", "Lost")
Link = tuple[str, str]  # source, target


@dataclass(frozen=True)
class Known:
    """What the vendor knows of a link after its visits so far, in months."""

    anchor: str
    first: int
    last: int
    lost: int | None = None


def month(number: int) -> datetime:
    return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=30 * number)


def visits(web: VirtualWeb) -> dict[int, list[tuple[str, dict[Link, str]]]]:
    """What the vendor found each month: the pages it visited, each with its links to the target.

    It visits a page three times, eight months apart, and sees the three states of the made-up web.
    """
    found: dict[int, list[tuple[str, dict[Link, str]]]] = {n: [] for n in range(EXPORTS)}
    for page in range(web.size):
        for crawl in web.looks(page):
            scene = web.scene(page, crawl)
            links = {
                (link.source_url, link.target_url): link.anchor
                for link in reversed(list(links_of(scene)))
                if link.kind == "a" and not link.image and link.target_url.startswith(web.target.root)
            }
            if not scene.url.startswith(web.target.root):
                found[page % 8 + 8 * crawl].append((scene.url, links))
    return found


def histories(web: VirtualWeb) -> list[dict[Link, Known]]:
    """What the vendor knows at the end of each month."""
    known: dict[Link, Known] = {}
    history = []
    for number, pages in visits(web).items():
        for url, links in pages:
            for link, anchor in links.items():
                first = known[link].first if link in known else number
                known[link] = Known(anchor, first, number)
            for link in [link for link in known if link[0] == url and link not in links]:
                if known[link].lost is None:
                    known[link] = replace(known[link], lost=number)
        history.append(dict(known))
    return history


def write(path: Path, known: dict[Link, Known], number: int) -> None:
    def day(at: int | None) -> str:
        return "" if at is None else f"{month(at):%Y-%m-%d %H:%M:%S}"

    with path.open("w", encoding="utf-16", newline="") as file:
        writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_ALL)
        writer.writerow((*HEADER, *TIMES))
        for (source, target), link in known.items():
            status = "removedfromhtml" if link.lost is not None else ""
            times = (status, day(link.first), day(link.last), day(link.lost))
            writer.writerow((source, number, 1, target, link.anchor, "text", "false", *times))


def told(home: Path, web: VirtualWeb, as_of: datetime | None = None) -> dict[Link, tuple[object, ...]]:
    index = Index.open(home)
    profile = Profile(index, index.version(), Target.parse(web.target.domain), as_of)
    rows = profile.backlinks(group="none", states=list(State), limit=10_000).rows
    return {
        (row["source_url"], row["target_url"]): (
            row["state"], row["first_seen"], row["last_seen"], row["vendors"],
            row["reported_lost"]["at"] if row["reported_lost"] else None, row["vendor_metrics"]["ahrefs_dr"],
        )
        for row in rows
    }  # fmt: skip


def expected(known: dict[Link, Known], number: int) -> dict[Link, tuple[object, ...]]:
    return {
        link: (
            "unverified", month(it.first), month(it.last), ["ahrefs"],
            None if it.lost is None else month(it.lost), float(number),
        )
        for link, it in known.items()
    }  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_exports_of_two_years_in_any_order_rebuild_the_history(tmp_path: Path, seed: int) -> None:
    web = VirtualWeb(seed=11, pages=300)
    history = histories(web)
    paths = []
    for number, known in enumerate(history):
        paths.append(tmp_path / f"ahrefs-backlinks_{month(number):%Y-%m-%d}.csv")
        write(paths[-1], known, number)
    random.Random(seed).shuffle(paths)
    home = tmp_path / "home"
    for n in range(0, EXPORTS, 8):
        app.ingest(home, [str(path) for path in paths[n : n + 8]], workers=1)

    final = expected(history[-1], EXPORTS - 1)
    assert len(final) > 60
    assert {fate[4] is None for fate in final.values()} == {True, False}
    assert told(home, web) == final


def test_as_of_a_month_the_links_and_losses_of_that_month_are_told(tmp_path: Path) -> None:
    web = VirtualWeb(seed=11, pages=300)
    history = histories(web)
    home = tmp_path / "home"
    paths = [tmp_path / f"{month(number):%Y-%m-%d}.csv" for number in range(EXPORTS)]
    for number, path in enumerate(paths):
        write(path, history[number], number)
    app.ingest(home, [str(path) for path in reversed(paths)], workers=1)

    for number in (3, 11, 19):
        found, known = told(home, web, month(number)), expected(history[number], number)
        assert set(found) == set(known)
        assert {k: (v[1], v[4], v[5]) for k, v in found.items()} == {
            k: (v[1], v[4], v[5]) for k, v in known.items() if k in found
        }
