"""Has every domain one vote in each dimension, and is narrow said only of what is narrow beside its peers?"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backlit
from backlit import app
from backlit.cli.root import run
from backlit.errors import UsageError
from backlit.index.kinds import DIMENSIONS, GIVEN, Kinds, given_kinds, kinds_of_peers
from backlit.index.peers import alike
from backlit.model import Placement, Reader, Rel
from backlit.report.spread import interval, number, peers_sentence
from backlit.score.spread import PEERS, spread
from tests.unit.looks import Look, commit

TARGET = "shop.test"
CONTENT, FOOTER = int(Placement.CONTENT), int(Placement.FOOTER)


def to(name: str, anchor: str = "Shop", path: str = "") -> tuple[tuple[str, str], ...]:
    return ((f"https://{name}/{path}", anchor),)


def looks() -> Iterator[Look]:
    """Six domains link: one in its template on forty pages, one by an export's word alone."""
    for page in range(40):
        yield Look(f"https://loud.de/{page}", 1, to(TARGET, "Cheap chairs"), placement=FOOTER)
    yield Look("https://loud.de/post", 1, to(TARGET, "Shop"), placement=CONTENT)
    yield Look("https://a.de/1", 1, to(TARGET, "shop ", "chairs"), placement=CONTENT)
    yield Look("https://b.fr/1", 1, to(TARGET, "Stühle"), placement=CONTENT, rel=int(Rel.NOFOLLOW))
    yield Look("https://c.edu/1", 1, to(TARGET, "SHOP"), placement=FOOTER, rel=int(Rel.SPONSORED))
    yield Look("https://d.io/1", 1, to(TARGET, ""))
    yield Look("https://said.com/1", 1, to(TARGET, "Shop"), Reader.EXPORT, rel=None)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The target; sixty others of its size in German words, and one far larger."""
    folder = tmp_path_factory.mktemp("spread")
    commit(folder, "first", [*looks(), Look("https://late.at/1", 1)])
    others = [
        Look(f"https://s{at}-{peer}.{'de' if at % 3 else 'com'}/", 3, to(f"peer{peer}.test", f"word {at}"))
        for peer in range(60)
        for at in range(5 + peer % 5)
    ]
    large = [Look(f"https://l{at}.com/", 3, to("large.test")) for at in range(40)]
    commit(folder, "second", [*others, *large, Look("https://late.at/1", 20, to(TARGET, "Shop"))])
    return folder


@pytest.fixture(scope="module")
def session(home: Path) -> app.Session:
    return app.open_session(home)


def counted(session: app.Session) -> Mapping[str, tuple[list[int], str | None, int]]:
    kinds = session.profile(TARGET).kinds
    return {name: (each.counts.tolist(), each.top, each.unknown) for name, each in kinds.items()}


def test_every_domain_has_one_vote_by_its_best_link_that_tells(session: app.Session) -> None:
    assert counted(session) == {
        "domain": ([41, 1, 1, 1, 1, 1, 1], "loud.de", 0),
        "ip": ([], None, 7),
        "network": ([], None, 7),
        "tld": ([2, 1, 1, 1, 1, 1], "de", 0),
        "tld_class": ([5, 1, 1], "country", 0),
        "country": ([2, 1, 1], "DE", 3),  # .io is sold to all the world
        "language": ([], None, 7),
        "placement": ([3, 1], "content", 3),
        "rel": ([4, 1, 1], "follow", 1),
        "target_page": ([6, 1], "https://shop.test/", 0),
        "anchor": ([5, 1], "shop", 1),
        "first_seen_month": ([1], "2026-01", 6),  # of one alone was the page read before without the link
    }


def test_what_links_do_not_tell_can_be_passed(session: app.Session) -> None:
    profile = session.profile(TARGET)
    owners = {"owner": {"loud.de": "Ann", "a.de": "Ann", "b.fr": "Bo", "elsewhere.com": "Cy"}}
    found = given_kinds(profile.connect(), owners)
    assert {*found} == {"owner"}
    assert given_kinds(profile.connect(), {}) == {}
    assert (found["owner"].counts.tolist(), found["owner"].top, found["owner"].unknown) == ([2, 1], "Ann", 4)
    peers = kinds_of_peers(profile.index, profile.version, ["large.test"], None, owners)
    assert (peers["large.test"]["owner"].known, peers["large.test"]["owner"].unknown) == (0, 40)


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:7:8::1", "2001:db8:7::/48"),
        ("2001:0db8:0007:8::1", "2001:db8:7::/48"),
        ("2001:db8::1", "2001:db8:0::/48"),
        ("2001:db8::", "2001:db8:0::/48"),
    ],
)
def test_networks_of_both_kinds_of_addresses(ip: str, network: str) -> None:
    from backlit.index.engine import connect
    from backlit.index.kinds import _TOLD

    found = connect().execute(f"SELECT {_TOLD['network']} FROM (SELECT $1 AS source_ip)", [ip]).fetchall()
    assert found == [(network,)]


def test_peers_are_found_by_size_and_an_answer_has_a_row_per_dimension(session: app.Session) -> None:
    answer = app.diversity(session, TARGET)
    assert [row["dimension"] for row in answer.rows] == ["all", *DIMENSIONS, *GIVEN]
    assert (len(answer.query["peers"]), answer.query["peers_named"]) == (60, False)
    assert "large.test" not in answer.query["peers"]
    rows = {row["dimension"]: row for row in answer.rows}
    assert rows["tld"]["why"] == "Only 7 tell: profiles of fewer than 10 are not compared."
    assert (rows["owner"]["effective"], rows["owner"]["unknown"]) == (None, 7)
    assert rows["ip"]["why"] == "No source kept addresses: WARC files of a crawl do."
    assert (rows["anchor_class"]["known"], rows["anchor_class"]["top"]["value"]) == (7, "brand")
    assert rows["anchor_class"]["why"] == "Only 7 tell: profiles of fewer than 10 are not compared."
    assert rows["site_type"]["unknown"] + rows["site_type"]["known"] == 7
    assert set(rows["all"]) == set(rows["tld"]) == set(rows["ip"])


def test_peers_that_are_named_are_read_and_unknown_ones_are_told(session: app.Session) -> None:
    answer = app.diversity(session, TARGET, peers=["www.large.test", "nobody.test", TARGET])
    assert (answer.query["peers"], answer.query["why"]) == (["large.test"], None)
    answer = app.diversity(session, TARGET, peers=["nobody.test"])
    why = "No page in this index links to nobody.test: their exports, or a crawl, would tell."
    assert (answer.query["peers"], answer.query["why"]) == ([], why)
    assert {row["percentile"] for row in answer.rows} == {None}
    with pytest.raises(UsageError, match="at most 200"):
        app.diversity(session, TARGET, peers=[f"p{n}.test" for n in range(201)])


def test_without_peers_is_said_what_would_bring_some(session: app.Session) -> None:
    answer = app.diversity(session, "large.test")
    assert answer.query["peers"] == []
    assert "50 are needed. A month of Common Crawl's WAT files" in answer.query["why"]
    assert answer.rows[1]["effective"] == pytest.approx(40)


def test_nothing_links_to_it(session: app.Session) -> None:
    answer = app.diversity(session, "nobody.test")
    assert {row["effective"] for row in answer.rows} == {None}
    assert answer.query["why"] == "No page in this index links to the target."
    assert app.overview(session, "nobody.test").row["diversity"] is None


def test_the_overview_tells_the_numbers_alone(session: app.Session) -> None:
    found = app.overview(session, TARGET).row["diversity"]
    assert list(found) == list(DIMENSIONS)
    assert (found["ip"], found["target_page"]) == (None, pytest.approx(1.507, abs=1e-3))


def test_every_face_gives_the_same_rows(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = backlit.open(home).target(TARGET).diversity(peers=["large.test"]).rows
    assert run(["diversity", TARGET, "--peers", "large.test", "--dir", str(home), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["data"] == rows
    assert told["meta"]["query"]["peers"] == ["large.test"]
    assert run(["diversity", TARGET, "--dir", str(home)]) == 0
    assert capsys.readouterr().out.startswith("dimension\teffective\tevenness\ttop.value\t")


# judging ---------------------------------------------------------------------


def drawn(rng: np.random.Generator, mix: np.ndarray[Any, Any], n: int) -> Mapping[str, Kinds]:
    counts = rng.multinomial(n, mix)
    return {"network": Kinds("network", np.sort(counts[counts > 0])[::-1], "x", 0)}


def narrow(own: Mapping[str, Kinds], peers: list[Mapping[str, Kinds]]) -> bool | None:
    found = {row["dimension"]: row for row in spread(own, peers, draws=60)}["network"]["narrow"]
    assert found is None or isinstance(found, bool)
    return found


@pytest.mark.parametrize(
    "differ", [50.0, *(pytest.param(differ, marks=pytest.mark.slow) for differ in (5.0, 5_000.0))]
)
def test_of_targets_drawn_like_their_peers_at_most_one_in_twenty_is_called_narrow(differ: float) -> None:
    """`differ` is how alike the peers' mixes are: from each its own, to all the same."""
    rng = np.random.default_rng(11)
    base = rng.dirichlet(np.full(60, 0.5))

    def like_them() -> Mapping[str, Kinds]:
        return drawn(rng, rng.dirichlet(base * differ + 1e-3), int(rng.integers(150, 450)))

    flags = []
    for _ in range(6):
        peers = [like_them() for _ in range(60)]
        flags += [narrow(like_them(), peers) for _ in range(20)]
    assert sum(map(bool, flags)) <= 0.05 * len(flags)


def test_a_profile_of_one_network_is_narrow() -> None:
    rng = np.random.default_rng(5)
    base = rng.dirichlet(np.full(60, 0.5))
    peers = [drawn(rng, base, 300) for _ in range(60)]
    packed = base.copy()
    packed[0] += 1.0  # half of all domains from one network more
    assert narrow(drawn(rng, packed / packed.sum(), 300), peers) is True
    assert narrow(drawn(rng, packed / packed.sum(), 300), peers[: PEERS - 1]) is None


@pytest.mark.parametrize("n", [60, 10_000])
def test_size_alone_makes_nobody_narrow(n: int) -> None:
    rng = np.random.default_rng(6)
    base = rng.dirichlet(np.full(400, 0.3))
    peers = [drawn(rng, base, 2_000) for _ in range(40)]
    assert sum(bool(narrow(drawn(rng, base, n), peers)) for _ in range(20)) <= 1


def test_sizes_that_can_be_compared() -> None:
    assert [alike(100, n) for n in (0, 56, 57, 177, 178)] == [False, False, True, True, False]


def test_the_words() -> None:
    assert [number(value) for value in (None, 1.25, 99.94, 1234.5)] == ["–", "1.2", "99.9", "1,234"]
    assert interval({"ci": [1.0, 2.5]}) == "1.0 to 2.5"
    row = {"dimension": "tld_class", "narrow": True}
    asked = {"peers": ["a.test", "b.test"], "peers_named": True}
    said = "Compared with 2 domains that you named: a.test, b.test."
    said += " Narrow beside them: kinds of top-level domains."
    assert peers_sentence(asked, [row]) == said
    assert peers_sentence({"peers": [], "why": "Nobody."}, [row]) == "Nobody."
