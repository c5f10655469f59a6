"""Other names of a page: learned in any order, applied when links are read and ranked."""

import random
from datetime import datetime
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.index.profile import Profile
from backlit.index.questions import Question
from backlit.index.tables import SCHEMAS, Index
from backlit.index.target import Target
from backlit.model import AliasKind, Reader, State
from backlit.rank.release import Votes, domain_graph
from backlit.urls import parse_url, url_of_key
from backlit.vweb import VirtualWeb
from tests.unit.looks import Look, commit, day

NEW = "https://new.test/tea"
OLD = "http://old.test/tea"
POST = Look("https://blog.test/post", 1, ((OLD, "fine tea"),))
STATES = (State.LIVE, State.UNVERIFIED, State.SYNDICATED)


def profile(home: Path, target: str, as_of: datetime | None = None, scope: str | None = None) -> Profile:
    index = Index.open(home)
    return Profile(index, index.version(), Target.parse(target, scope), as_of)


def arrivals(home: Path, target: str, as_of: datetime | None = None) -> list[tuple[str, str, Any]]:
    """Each link shown: where it leads, its state, and its chain as (kind, to)."""
    rows = profile(home, target, as_of).backlinks(group="none", sort="source", states=STATES).rows
    return [
        (row["target_url"], row["state"], row["via"] and [(step["kind"], step["to"]) for step in row["via"]])
        for row in rows
    ]


@pytest.mark.parametrize("target", [NEW, "https://new.test/", "new.test"])
def test_a_link_to_a_page_that_redirects_is_a_backlink_of_where_it_leads(tmp_path: Path, target: str) -> None:
    commit(tmp_path, "a", [POST])
    commit(tmp_path, "b", [Look(OLD, 2, status=301, redirect=NEW)])
    scope = "prefix" if target.endswith("/") else None
    [row] = profile(tmp_path, target, scope=scope).backlinks(group="none").rows
    assert (row["target_url"], row["anchor"], row["state"]) == (OLD, "fine tea", "live")
    assert row["via"] == [
        {
            "from": OLD,
            "to": NEW,
            "kind": "redirect",
            "status": 301,
            "first_seen": day(2),
            "last_seen": day(2),
            "ended_at": None,
            "hint": False,
            "source": "b.warc.gz",
        }
    ]
    pages = profile(tmp_path, target, scope=scope).page(Question.ask("pages", "-domains"), 9).rows
    assert [(row["url"], row["leads_on"]) for row in pages] == [(OLD, True)]
    overview = profile(tmp_path, target, scope=scope).overview()
    assert (overview["links"], overview["links_by_alias"], overview["syndicated"]) == (
        1,
        1,
        {"links": 0, "domains": 0},
    )
    assert [r["via"] for r in profile(tmp_path, "old.test").backlinks(group="none").rows] == [None]


def test_a_chain_is_kept_whole_and_a_loop_is_cut(tmp_path: Path) -> None:
    hops = [f"https://hop{n}.test/" for n in range(4)]
    looks = [Look(a, 2, status=302, redirect=b) for a, b in pairwise(hops)]
    commit(tmp_path, "a", [Look("https://blog.test/", 1, ((hops[0], "x"),)), *looks])
    chain = [("redirect", hop) for hop in hops[1:]]
    assert arrivals(tmp_path, "hop3.test")[-1] == (hops[0], "live", chain)
    commit(tmp_path, "b", [Look(hops[3], 3, status=302, redirect=hops[1])])
    for hop in hops[1:]:
        assert (hops[0], "live", chain) in arrivals(tmp_path, hop)


@pytest.mark.parametrize("hops", [10, 11])
def test_ten_steps_are_followed_and_no_more(tmp_path: Path, hops: int) -> None:
    names = [f"https://hop{n}.test/" for n in range(hops + 1)]
    looks = [Look(a, 2, status=301, redirect=b) for a, b in pairwise(names)]
    commit(tmp_path, "a", [Look("https://blog.test/", 1, ((names[0], "x"),)), *looks])
    found = [row for row in arrivals(tmp_path, names[-1]) if row[0] == names[0]]
    assert [len(row[2]) for row in found] == ([10] if hops == 10 else [])
    index = Index.open(tmp_path)
    graph = domain_graph(index, index.version(), Votes())
    voted = graph.names[int(graph.graph.out_csr()[1][0])]
    assert voted == (f"hop{hops}.test" if hops == 10 else "hop0.test")


def test_a_canonical_to_another_site_is_a_hint_that_is_shown_and_not_counted(tmp_path: Path) -> None:
    copy = "https://copy.test/tea"
    commit(tmp_path, "a", [Look("https://blog.test/", 1, ((copy, "tea"),)), Look(copy, 2, canonical=NEW)])
    assert arrivals(tmp_path, NEW) == [(copy, "syndicated", [("canonical", NEW)])]
    found = profile(tmp_path, "new.test")
    overview = found.overview()
    assert (overview["links"], overview["syndicated"]) == (0, {"links": 1, "domains": 1})
    assert found.domains().rows == []
    assert found.backlinks(group="none").rows == []


def test_a_canonical_within_the_site_and_a_mirror_join_spellings_of_a_page(tmp_path: Path) -> None:
    slash, www = "https://new.test/tea/", "http://www.new.test/tea"
    links = tuple((url, "tea") for url in (slash, www, "https://www.new.test/tea"))
    looks = [Look(NEW, 2, digest="d1"), Look(slash, 3, canonical=NEW), Look(www, 4, digest="d1")]
    commit(tmp_path, "a", [Look("https://blog.test/", 1, links)])
    assert arrivals(tmp_path, NEW) == []
    commit(tmp_path, "b", looks)
    assert sorted(arrivals(tmp_path, NEW)) == [
        (www, "live", [("mirror", NEW)]),
        (slash, "live", [("canonical", NEW)]),  # and not the spelling that nobody looked at
    ]


def test_only_spellings_of_one_address_are_mirrors(tmp_path: Path) -> None:
    others = (
        *("https://new.test/b", "https://other.test/tea", "https://new.test:8443/tea"),
        *("https://new.test/tea//", "https://new.test/tea?q=/", "https://new.test/tea?q="),
        *("https://new.test/a.www/tea", "https://new.test/a/tea"),
    )
    links = tuple((url, "x") for url in others)
    looks = [Look(url, 2, digest="same") for url, _ in links]
    commit(tmp_path, "a", [Look("https://blog.test/", 1, links), Look(NEW, 2, digest="same"), *looks])
    assert {row[2] for row in arrivals(tmp_path, "new.test") + arrivals(tmp_path, "other.test")} == {None}


def test_links_between_a_site_and_its_own_old_names_are_no_backlinks(tmp_path: Path) -> None:
    commit(tmp_path, "a", [Look("https://new.test/about", 1, ((OLD, "us"),))])
    assert len(arrivals(tmp_path, "old.test")) == 1
    commit(tmp_path, "b", [Look(OLD, 2, status=301, redirect=NEW)])
    assert [row[0] for row in arrivals(tmp_path, "new.test")] == []


def test_votes_follow_redirects_across_domains_and_no_hints(tmp_path: Path) -> None:
    looks = [
        POST,
        Look(OLD, 2, status=301, redirect=NEW),
        Look("https://b.test/", 1, (("https://copy.test/", "x"),)),
        Look("https://copy.test/", 2, canonical="https://shop.test/"),
    ]
    commit(tmp_path, "a", looks)
    index = Index.open(tmp_path)
    found = domain_graph(index, index.version(), Votes())
    offsets, targets, _ = found.graph.out_csr()
    votes = {
        (found.names[source], found.names[int(target)])
        for source in range(len(found.names))
        for target in targets[offsets[source] : offsets[source + 1]]
    }
    assert votes == {("blog.test", "new.test"), ("b.test", "copy.test")}
    assert "old.test" in found.names


def test_a_home_from_before_aliases_learns_them_from_the_pages_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backlit.index import tables, write

    with monkeypatch.context() as before:
        before.setattr(tables, "SCHEMAS", {n: s for n, s in SCHEMAS.items() if n != "aliases"})
        before.setattr(write, "find_aliases", lambda *_: SCHEMAS["aliases"].empty_table())
        commit(tmp_path, "a", [POST, Look(OLD, 2, status=301, redirect=NEW)])
        assert "aliases" not in Index.open(tmp_path).version().tables
    assert arrivals(tmp_path, "new.test") == []
    commit(tmp_path, "b", [Look("https://else.test/", 3)])
    assert arrivals(tmp_path, "new.test") == [(OLD, "live", [("redirect", NEW)])]
    commit(tmp_path, "c", [Look(OLD, 4, status=404)])
    assert arrivals(tmp_path, "new.test") == []


# against a model ---------------------------------------------------------------

SITES = [f"https://s{n}.test/" for n in range(3)]
SPELLINGS = ["https://s0.test/a", "http://s0.test/a", "https://www.s0.test/a", "https://s0.test/a/"]
NAMES = SITES + SPELLINGS
LINKS = Look("https://blog.test/", 0, tuple((url, "x") for url in NAMES))


def random_look(chance: random.Random) -> Look:
    url, on = chance.choice(NAMES), chance.randrange(1, 8)
    other = chance.choice([name for name in NAMES if name != url])
    reader = chance.choice([Reader.WAT, Reader.WARC])
    says = chance.choice(["redirect", "refresh", "canonical", "nothing", "digest", "gone", "cut"])
    match says:
        case "redirect":
            return Look(url, on, reader=reader, status=301, redirect=other)
        case "refresh":
            return Look(url, on, reader=reader, complete=chance.random() < 0.8, refresh=other)
        case "canonical":
            return Look(url, on, reader=reader, complete=chance.random() < 0.8, canonical=other)
        case "gone":
            return Look(url, on, reader=reader, status=404)
        case "cut":
            return Look(url, on, reader=reader, complete=False)
    return Look(url, on, reader=reader, digest=chance.choice("de") if says == "digest" else None)


def said(look: Look) -> tuple[str, str] | None:
    for kind in ("redirect", "refresh", "canonical"):
        if other := getattr(look, kind):
            return ("meta-refresh" if kind == "refresh" else kind), other
    return None


def spelling(url: str) -> str:
    return url.replace("http://", "https://").replace("://www.", "://").rstrip("/")


def first_name(url: str) -> tuple[bool, int, str]:
    key = parse_url(url).key
    return " " in key, len(key), key


Name = tuple[str, str]


def model_names(looks: list[Look], upto: int) -> tuple[dict[str, Name], set[tuple[str, Name, int]]]:
    """The name of each page as of a day, worked out look by look: by alias its (kind, page); and the names
    that pages had before, each with the day on which that ended."""
    known = [look for look in looks if look.on <= upto]
    names, ended = dict[str, Name](), set[tuple[str, Name, int]]()
    for url in NAMES:
        held: dict[tuple[str, str], tuple[int, int]] = {}  # (kind, page): (day, reader) last said
        mirrors: list[tuple[int, int, str]] = []
        for look in (look for look in known if look.url == url):
            if (name := said(look)) is not None:
                held[name] = max(held.get(name, (0, 0)), (look.on, int(look.reader)))
            elif look.digest and look.complete and look.status == 200:
                twins = [
                    twin.url
                    for twin in known
                    if twin.digest == look.digest and twin.url != url and spelling(twin.url) == spelling(url)
                ]
                mirrors += [(look.on, int(look.reader), t) for t in twins if first_name(t) < first_name(url)]
        for on, reader, twin in mirrors:
            held["mirror", twin] = max(held.get(("mirror", twin), (0, 0)), (on, reader))
        ends = {name: denied(url, name, at, known) for name, at in held.items()}
        ended |= {(url, name, end) for name, end in ends.items() if end is not None}
        standing = {name: at for name, at in held.items() if ends[name] is None}
        if standing:
            names[url] = max(
                standing, key=lambda n: (standing[n][0], -KINDS.index(n[0]), parse_url(n[1]).key)
            )
    return names, ended


KINDS = ["redirect", "meta-refresh", "canonical", "mirror"]


def denied(url: str, name: Name, at: tuple[int, int], known: list[Look]) -> int | None:
    """The day of the first look that decides, later or richer at the same time, and says otherwise."""
    for on in sorted({look.on for look in known if look.url == url}):
        deciding = [k for k in known if k.url == url and k.on == on and (k.complete or said(k))]
        richest = max((int(k.reader) for k in deciding), default=0)
        deciding = [k for k in deciding if int(k.reader) == richest]
        if not deciding or not (on > at[0] or (on == at[0] and richest > at[1])):
            continue
        spoken = {said(k) for k in deciding}
        plain = spoken == {None} and all(k.status == 200 for k in deciding)
        if (name[0] == "mirror" and not plain) or (name[0] != "mirror" and name not in spoken):
            return on
    return None


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 40))])
def test_any_order_of_arrival_gives_the_names_of_the_model_at_every_date(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    looks = [random_look(chance) for _ in range(22)]
    batches: list[list[Look]] = [[LINKS]]
    for look in looks:
        batches[-1].append(look)
        if chance.random() < 0.3:
            batches.append([])
    batches = [batch for batch in batches if batch]
    for turn in range(2):
        chance.shuffle(batches)
        home = tmp_path / str(turn)
        for number, batch in enumerate(batches):
            commit(home, f"part{number}", batch)
        for upto in (3, 5, 7):
            found = names_in(home, day(upto)), ended_in(home, day(upto))
            assert found == model_names(looks, upto), (turn, upto)


def rows_in(home: Path, as_of: datetime, *, ever: bool) -> list[dict[str, Any]]:
    """The aliases of the tables."""
    from backlit.index.aliases import alias_fold
    from backlit.index.engine import connect, parquet, rows_of

    index = Index.open(home)
    files = index.files(index.version(), "aliases")
    if not files:
        return []
    moment = f"TIMESTAMPTZ '{as_of.isoformat()}'"
    return rows_of(connect(), alias_fold(parquet(files), "true", moment, ever=ever))


def name_in(row: dict[str, Any]) -> Name:
    return AliasKind(row["kind"]).name.lower().replace("_", "-"), url_of_key(row["canonical_key"])


def ended_in(home: Path, as_of: datetime) -> set[tuple[str, Name, int]]:
    """The names that pages had once, and the days on which they ended."""
    rows = [row for row in rows_in(home, as_of, ever=True) if row["ended_at"] is not None]
    return {(url_of_key(row["alias_key"]), name_in(row), (row["ended_at"] - day(0)).days) for row in rows}


def names_in(home: Path, as_of: datetime) -> dict[str, Name]:
    """The newest name of each page."""
    rows = rows_in(home, as_of, ever=False)
    ever = [row for row in rows_in(home, as_of, ever=True) if row.pop("ended_at") is None]
    by_name = itemgetter("alias_key", "canonical_key", "kind")
    assert sorted(rows, key=by_name) == sorted(ever, key=by_name)
    names: dict[str, tuple[Any, ...]] = {}
    for row in rows:
        turn = (row["last_seen"], -row["kind"], row["canonical_key"])
        names[row["alias_key"]] = max(names.get(row["alias_key"], turn), turn)
    return {
        url_of_key(alias): (AliasKind(-turn[1]).name.lower().replace("_", "-"), url_of_key(turn[2]))
        for alias, turn in names.items()
    }


def test_the_names_of_the_made_up_web_are_found_exactly(tmp_path: Path) -> None:
    web = VirtualWeb(seed=11, pages=300)
    web.write_warc(tmp_path / "crawl.warc.gz", crawl=1, spellings=True)
    app.ingest(tmp_path / "home", [str(tmp_path / "crawl.warc.gz")], workers=1)
    truth = {(name.alias_url, name.url, name.kind.replace("_", "-")) for name in web.names(1)}
    assert {kind for _, _, kind in truth} == set(KINDS)
    found = names_in(tmp_path / "home", day(999))
    assert {(alias, url, kind) for alias, (kind, url) in found.items()} == truth
