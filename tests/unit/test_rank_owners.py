"""Do the domains of one owner vote as one, and do receipts, what-if and the next ranking know it?"""

import json
from pathlib import Path
from typing import Any

import pytest

import backlit
from backlit import app
from backlit.cli.root import run
from backlit.errors import SourceMissing, UsageError
from backlit.index.tables import Index
from backlit.rank.owners import OwnerList, owners_of, parse_owners, shared_change
from backlit.rank.release import newest_release
from backlit.rank.votes import Votes, domain_graph
from tests.unit.looks import Look, commit
from tests.unit.test_rank_release import SITES, a_web, page, ranks_of

OWNERS = """# the Anns
domain,owner
www.farm0.test,Ann
farm1.test\tAnn
farm2.test, Ann  # sold?
site40.test,Bo
"""


def pieces(home: Path) -> dict[str, dict[str, float]]:
    """By target and voter, what votes weigh in the newest ranking."""
    index = Index.open(home)
    row = newest_release(index, index.version())
    assert row is not None
    owners = owners_of(row["parameters"])
    found = domain_graph(index, index.version(), Votes(), owners.owners if owners else None)
    votes: dict[str, dict[str, float]] = {}
    for s, t, w in zip(found.src.tolist(), found.dst.tolist(), found.weights.tolist(), strict=True):
        votes.setdefault(found.names[t], {})[found.names[s]] = w
    return votes


@pytest.fixture
def home(tmp_path: Path) -> Path:
    a_web(tmp_path / "home")
    (tmp_path / "owners.csv").write_text(OWNERS)
    return tmp_path / "home"


def test_a_list_is_read_with_tabs_commas_remarks_and_a_heading() -> None:
    found = parse_owners(OWNERS, "mine")
    assert found.owners == {
        "farm0.test": "Ann",
        "farm1.test": "Ann",
        "farm2.test": "Ann",
        "site40.test": "Bo",
    }
    assert found.described() == {
        "list": "mine",
        "hash": found.hash,
        "domains": 4,
        "owners": 2,
        "rules": dict(sorted(found.owners.items())),
    }
    assert owners_of(json.dumps({"owners": found.described()})) == OwnerList(
        "mine", found.described()["rules"]
    )
    assert owners_of({}) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it names no domain"),
        ("# nothing\n", "it names no domain"),
        ("a.test\n", "line 1 is 'a.test'"),
        ("a.test,\n", "line 1 is 'a.test,'"),
        ("a.test,Ann\nco.uk,Bo\n", "line 2 names co.uk, a public suffix"),
        ("a.test,Ann\nnot a domain,Bo\n", "line 2 begins with 'not a domain', which is no domain"),
        ("a.test,Ann\nwww.a.test,Bo\n", "line 2 gives a.test to 'Bo', and an earlier one to 'Ann'"),
    ],
)
def test_a_list_that_cannot_be_read_names_its_line(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_owners(text, "mine")
    assert said in str(caught.value)
    assert caught.value.asked == "use the owners of mine"


def test_a_file_that_is_not_there_is_told(home: Path) -> None:
    with pytest.raises(SourceMissing, match=r"Give a text with a domain and its owner a line\."):
        app.rank(home, owners="nowhere.csv")


def test_domains_of_one_owner_share_a_vote_and_the_next_ranking_knows(home: Path) -> None:
    app.rank(home)
    alone = pieces(home)[SITES[59]]
    release = app.rank(home, owners=home.parent / "owners.csv").row
    shared = pieces(home)[SITES[59]]
    parts = [shared[f"farm{k}.test"] / alone[f"farm{k}.test"] for k in range(4)]
    assert parts == pytest.approx([1 / 3] * 3 + [1])
    assert release["parameters"]["owners"]["domains"] == 4
    again = app.rank(home).row
    assert again["parameters"]["owners"] == release["parameters"]["owners"]
    assert again["release"] == release["release"] or pieces(home)[SITES[59]] == shared
    assert app.rank(home, owners="none").row["parameters"]["owners"] is None
    assert pieces(home)[SITES[59]] == alone


def test_an_owner_has_no_vote_for_itself(tmp_path: Path) -> None:
    a_web(tmp_path)
    (tmp_path / "own.txt").write_text(f"{SITES[10]}\tAnn\n{SITES[11]}\tAnn\n")
    before = ranks_of_after(tmp_path, None)
    after = ranks_of_after(tmp_path, tmp_path / "own.txt")
    assert after[SITES[11]]["referring_domains"] == before[SITES[11]]["referring_domains"] - 1
    assert SITES[10] in pieces_before(tmp_path)[SITES[11]]


def ranks_of_after(home: Path, owners: Path | None) -> dict[str, dict[str, Any]]:
    app.rank(home, owners=owners)
    return ranks_of(home)


def pieces_before(home: Path) -> dict[str, dict[str, float]]:
    index = Index.open(home)
    found = domain_graph(index, index.version(), Votes())
    votes: dict[str, dict[str, float]] = {}
    for s, t in zip(found.src.tolist(), found.dst.tolist(), strict=True):
        votes.setdefault(found.names[t], {})[found.names[s]] = 1.0
    return votes


# receipts and what-if --------------------------------------------------------


def a_home_that_lacks(voter: int | None, home: Path) -> Path:
    """Three domains of one owner and one of nobody's link to a target, or all but one of them."""
    a_web(home)
    for at in (5, 6, 7, 8):
        own = ["shop.test"] if at != voter else []
        look = page(SITES[at], [*(SITES[(at + k) % 60] for k in (1, 2, 3)), *own])
        commit(home, f"more{at}", [Look(look.url, 9, look.links)])
    owners = home.parent / "o.csv"
    owners.write_text("".join(f"{SITES[at]},Ann\n" for at in (5, 6, 7)))
    app.rank(home, owners=owners)
    return home


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_home_that_lacks(None, tmp_path_factory.mktemp("owned") / "home")


def test_what_if_shares_the_vote_among_those_that_are_left(owned: Path, tmp_path: Path) -> None:
    """Whatever what-if says is what a ranking of the changed data says."""
    target = backlit.open(owned).target("shop.test")
    told = target.whatif(remove=[SITES[5]])
    index = Index.open(owned)
    row = newest_release(index, index.version())
    assert row is not None
    owners = owners_of(row["parameters"])
    assert owners is not None
    found = domain_graph(index, index.version(), Votes(), owners.owners)
    node, gone = found.node("shop.test"), found.node(SITES[5])
    assert node is not None
    assert gone is not None
    _, removed, anew = shared_change(found, node, remove=[gone])
    names = {found.names[voter]: weight for voter, weight in anew.items()}
    assert removed == [gone]
    assert names == pytest.approx({SITES[6]: 0.3, SITES[7]: 0.3})  # of 0.6, an unknown place, two have half
    assert told["after"]["referring_domains"] == told["before"]["referring_domains"] - 1
    other = a_home_that_lacks(5, tmp_path / "other")
    assert told["after"]["trust"] == pytest.approx(ranks_of(other)["shop.test"]["trust"], rel=1e-3)
    assert told["before"]["trust"] == pytest.approx(ranks_of(owned)["shop.test"]["trust"], rel=1e-3)


def test_a_domain_that_joins_an_owner_takes_its_part(owned: Path) -> None:
    index = Index.open(owned)
    row = newest_release(index, index.version())
    assert row is not None
    owners = owners_of(row["parameters"])
    assert owners is not None
    more = {**owners.owners, SITES[20]: "Ann", "shop.test": "Bo", SITES[21]: "Bo"}
    found = domain_graph(index, index.version(), Votes(), more)
    node, joins, own = (found.node(name) for name in ("shop.test", SITES[20], SITES[21]))
    assert node is not None
    assert joins is not None
    assert own is not None
    added, removed, anew = shared_change(found, node, add=[joins, own])
    assert (added, removed) == ([], [])  # the one is weighed beside its kin, the other has no vote here
    names = {found.names[voter]: weight for voter, weight in anew.items()}
    assert names == pytest.approx({SITES[5]: 0.15, SITES[6]: 0.15, SITES[7]: 0.15, SITES[20]: 0.25})


def test_a_receipt_names_the_list_and_counts_votes_as_shared(owned: Path) -> None:
    row = backlit.open(owned).target("shop.test").explain()
    assert row["release"]["owners"] == {
        "list": "o.csv",
        "hash": row["release"]["owners"]["hash"],
        "domains": 3,
        "owners": 1,
    }
    weights = {part["name"]: part["weight"] for part in row["parts"]}
    # of all that a domain gives: 5 has votes for 8 (shared by three) and here, 6 for 8, 9 (by two) and here
    expected = {SITES[5]: 2 / 4, SITES[6]: 2 / 7, SITES[7]: 2 / 13, SITES[8]: 1 / 4}
    assert weights == pytest.approx(expected)


def test_diversity_knows_the_owners(owned: Path) -> None:
    rows = {row["dimension"]: row for row in backlit.open(owned).target("shop.test").diversity().rows}
    assert (rows["owner"]["known"], rows["owner"]["unknown"], rows["owner"]["top"]["value"]) == (3, 1, "Ann")


def test_the_command_says_who_shares(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["rank", "--owners", str(home.parent / "owners.csv"), "--dir", str(home)]
    assert run(arguments) == 0
    assert (
        "Owners of 4 domains are known (list: owners.csv): what they share is one vote."
        in capsys.readouterr().out
    )
    assert run(["rank", "--owners", "nowhere.csv", "--dir", str(home)]) == 5
    assert "there is no such file" in capsys.readouterr().err
