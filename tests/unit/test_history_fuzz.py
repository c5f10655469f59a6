"""All kinds of observations in any order of arrival: the fold equals a model that walks through time.

Looks by both readers, complete and cut, with links and without; pages that are gone; rows of exports with
spans; several observations at one instant. The model reads ADR 1 literally and knows nothing of tombstones.
"""

import random
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest

from backlit.index.profile import Profile
from backlit.index.tables import Index
from backlit.index.target import Target
from backlit.model import Reader, State
from tests.unit.looks import Look, commit, day

PAGES = [f"https://p{n}.test/" for n in range(2)]
LINKS = [(f"https://shop.test/{n}", f"text {n}") for n in range(3)]
Link = tuple[str, str]
Deciding = dict[int, tuple[Reader, set[str]]]  # by day: the richest reader of a whole page, and its links
Fate = tuple[str, datetime, datetime, datetime | None]


def observations(chance: random.Random, number: int = 16) -> list[Look]:
    """Random observations on few days, so that some fall on the same one."""
    made = []
    for _ in range(number):
        page, on = chance.choice(PAGES), chance.randrange(1, 12)
        found = tuple(link for link in LINKS if chance.random() < 0.5)
        kind = chance.random()
        if kind < 0.25:
            until = min(12, on + chance.randrange(4))
            made.append(Look(page, on, found[:1] or (LINKS[0],), Reader.EXPORT, complete=False, until=until))
        else:
            reader = chance.choice([Reader.WAT, Reader.WARC])
            if kind < 0.35:
                made.append(Look(page, on, reader=reader, status=404))
            else:
                made.append(Look(page, on, found, reader, complete=kind > 0.5))
    return made


def model_of(looks: list[Look], as_of: int = 99) -> dict[Link, Fate]:
    """The fate of each link by ADR 1, from the set of observations alone."""
    fates = {}
    for page in PAGES:
        here = [look for look in looks if look.url == page]
        deciding: Deciding = {}
        for look in here:
            if look.complete and look.on <= as_of:
                known = deciding.get(look.on)
                hrefs = {href for href, _ in look.links}
                if known is None or look.reader > known[0]:
                    deciding[look.on] = (look.reader, hrefs)
                elif look.reader == known[0]:
                    known[1].update(hrefs)
        for href, _ in LINKS:
            fate = _fate(href, here, deciding, as_of)
            if fate:
                fates[page, href] = fate
    return fates


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
    rows = profile.backlinks(group="none", sort="source", states=list(State)).rows
    return {
        (row["source_url"], row["target_url"]): (
            row["state"],
            row["first_seen"],
            row["last_seen"],
            row["lost_at"],
        )
        for row in rows
    }


def compare(folder: Path, seed: int) -> None:
    """One random history, in three orders and groupings of arrival, as of now and of a day."""
    chance = random.Random(seed)
    looks = observations(chance)
    for arrangement in range(3):
        arriving = chance.sample(looks, len(looks))
        home, size = folder / str(arrangement), chance.choice([3, 5, 16])
        for n in range(0, len(arriving), size):
            commit(home, f"part{n}", arriving[n : n + size])
        assert fates(home) == model_of(looks), (seed, arrangement, size)
        assert fates(home, day(6)) == model_of(looks, 6), (seed, arrangement, size, "as of")


@pytest.mark.parametrize("seed", range(8))
def test_any_observations_in_any_order_give_the_answers_of_the_model(tmp_path: Path, seed: int) -> None:
    compare(tmp_path, seed)


@pytest.mark.slow
def test_a_thousand_histories(tmp_path: Path) -> None:
    for seed in range(1_000, 2_000):
        compare(tmp_path / str(seed), seed)
