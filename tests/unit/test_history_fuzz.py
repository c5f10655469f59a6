"""All kinds of observations in any order of arrival: the fold equals a model that walks through time.

Looks by both readers, complete and cut, with links and without; pages that are gone; rows of exports with
spans; several observations at one instant. The model reads ADR 1 literally and knows nothing of tombstones.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from backlit.index.profile import Profile
from backlit.index.tables import Index
from backlit.index.target import Target
from backlit.model import Reader, State
from tests.unit.looks import Look, commit, day

PAGES = 2
LINKS = 3
#: Histories that are kept in one home, each with pages of its own.
TOGETHER = 50
Link = tuple[str, str]
Deciding = dict[int, tuple[Reader, set[str]]]  # by day: the richest reader of a whole page, and its links
Fate = tuple[str, datetime, datetime, datetime | None]


@dataclass(frozen=True)
class History:
    """What was ever observed of a few pages and the links that may stand on them."""

    pages: list[str]
    links: list[tuple[str, str]]
    looks: list[Look]


def blank(name: int = 0) -> History:
    """Pages and links that nobody has looked at."""
    pages = [f"https://p{n}-{name}.test/" for n in range(PAGES)]
    return History(pages, [(f"https://shop.test/{name}/{n}", f"text {n}") for n in range(LINKS)], [])


def history(seed: int, number: int = 16) -> History:
    """Random observations on few days, so that some fall on the same one."""
    chance, nothing = random.Random(seed), blank(seed)
    pages, links = nothing.pages, nothing.links
    made = []
    for _ in range(number):
        page, on = chance.choice(pages), chance.randrange(1, 12)
        found = tuple(link for link in links if chance.random() < 0.5)
        kind = chance.random()
        if kind < 0.25:
            until = min(12, on + chance.randrange(4))
            made.append(Look(page, on, found[:1] or (links[0],), Reader.EXPORT, complete=False, until=until))
        else:
            reader = chance.choice([Reader.WAT, Reader.WARC])
            if kind < 0.35:
                made.append(Look(page, on, reader=reader, status=404))
            else:
                made.append(Look(page, on, found, reader, complete=kind > 0.5))
    return replace(nothing, looks=made)


def model_of(known: History, as_of: int = 99) -> dict[Link, Fate]:
    """The fate of each link by ADR 1, from the set of observations alone."""
    fates = {}
    for page in known.pages:
        here = [look for look in known.looks if look.url == page]
        deciding = _deciding(here, as_of)
        for href, _ in known.links:
            fate = _fate(href, here, deciding, as_of)
            if fate:
                fates[page, href] = fate
    return fates


def models_of(histories: Iterable[History], as_of: int = 99) -> dict[Link, Fate]:
    """The fates of the links of several histories, no page of which is another's."""
    return {link: fate for each in histories for link, fate in model_of(each, as_of).items()}


def _deciding(here: list[Look], as_of: int) -> Deciding:
    deciding: Deciding = {}
    for look in here:
        if look.complete and look.on <= as_of:
            known = deciding.get(look.on)
            hrefs = {href for href, _ in look.links}
            if known is None or look.reader > known[0]:
                deciding[look.on] = (look.reader, hrefs)
            elif look.reader == known[0]:
                known[1].update(hrefs)
    return deciding


def _fate(
    href: str, here: list[Look], deciding: dict[int, tuple[Reader, set[str]]], as_of: int
) -> Fate | None:
    seen: dict[int, Reader] = defaultdict(lambda: Reader.EXPORT)
    for look in here:
        if href not in {link for link, _ in look.links}:
            continue
        for on in {look.on, look.until if look.until is not None else look.on}:
            reader, hrefs = deciding.get(on, (look.reader, {href}))
            if on <= as_of and not (reader > look.reader and href not in hrefs):
                seen[on] = max(seen[on], look.reader)
    if not seen:
        return None
    richest = max(seen.values())
    absent = [
        on
        for on, (reader, hrefs) in deciding.items()
        if reader >= richest and href not in hrefs and on not in seen
    ]
    last = max(seen)
    gone = min((on for on in absent if on > last), default=None)
    broken = max((on for on in absent if on < last), default=-1)
    first = min(on for on in seen if on > broken)
    looked = [on for on, reader in seen.items() if reader > Reader.EXPORT]
    standing = "live" if looked and max(looked) > broken else "unverified"
    state = standing if gone is None else "lost"
    return state, day(first), day(last), None if gone is None else day(gone)


def fates(home: Path, as_of: datetime | None = None) -> dict[Link, Fate]:
    index = Index.open(home)
    profile = Profile(index, index.version(), Target.parse("shop.test"), as_of)
    most = TOGETHER * PAGES * LINKS
    rows = profile.backlinks(group="none", sort="source", states=list(State), limit=most).rows
    return {
        (row["source_url"], row["target_url"]): (
            row["state"],
            row["first_seen"],
            row["last_seen"],
            row["lost_at"],
        )
        for row in rows
    }


def compare(folder: Path, seeds: range) -> None:
    """Random histories, in three orders and groupings of arrival, as of now and of a day."""
    histories = [history(seed) for seed in seeds]
    chance = random.Random(seeds.start)
    for arrangement, size in enumerate(chance.sample([3, 5, 16], 3)):
        arriving = [chance.sample(each.looks, len(each.looks)) for each in histories]
        home = folder / str(arrangement)
        for n in range(0, 16, size):
            commit(home, f"part{n}", [look for looks in arriving for look in looks[n : n + size]])
        assert fates(home) == models_of(histories), (seeds, arrangement, size)
        assert fates(home, day(6)) == models_of(histories, 6), (seeds, arrangement, size, "as of")


@pytest.mark.parametrize("first", [0, pytest.param(TOGETHER, marks=pytest.mark.slow)])
def test_any_observations_in_any_order_give_the_answers_of_the_model(tmp_path: Path, first: int) -> None:
    compare(tmp_path, range(first, first + TOGETHER))


@pytest.mark.slow
def test_a_thousand_histories(tmp_path: Path) -> None:
    for first in range(1_000, 2_000, TOGETHER):
        compare(tmp_path / str(first), range(first, first + TOGETHER))
