"""Is a release what its method, its seeds and its data make it, and does it say so?"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backlit import app
from backlit.cli.explain import explanation
from backlit.cli.output import draw
from backlit.errors import GraphError, SourceMissing, UsageError
from backlit.index.engine import connect, parquet, rows_of
from backlit.index.tables import Index
from backlit.model import Placement, Rel
from backlit.rank.release import Votes, domain_graph
from backlit.rank.seeds import built_in_seeds, find_seeds, parse_seeds
from backlit.rank.votes import shared_votes
from tests.unit.looks import Look, commit

SITES = [f"site{k}.test" for k in range(60)]
SEEDS = [*(f"agency{k}.gov" for k in range(3)), *(f"college{k}.edu" for k in range(3)), "ietf.org"]


def page(domain: str, targets: list[str], **how: Any) -> Look:
    return Look(f"https://{domain}/", 1, tuple((f"https://{each}/", "text") for each in targets), **how)


def a_web(home: Path, files: int = 3) -> None:
    """Seeds link to sites, sites to the three after them; a farm of 30 links to the last site."""
    looks = [page(seed, [SITES[(7 * at + k) % 50] for k in range(5)]) for at, seed in enumerate(SEEDS)]
    looks += [page(site, [SITES[(at + k) % 60] for k in (1, 2, 3)]) for at, site in enumerate(SITES)]
    looks += [page(f"farm{k}.test", [SITES[59]]) for k in range(30)]
    for part in range(files):
        commit(home, f"file{part}", looks[part::files])


def ranks_of(home: Path) -> dict[str, dict[str, Any]]:
    index = Index.open(home)
    version = index.version()
    newest = (
        f"""SELECT release FROM {parquet(index.files(version, "releases"))} ORDER BY made_at DESC LIMIT 1"""
    )
    rows = f"SELECT * FROM {parquet(index.files(version, 'ranks'))} WHERE release = ({newest})"
    return {row["domain"]: row for row in rows_of(connect(), rows)}


def test_trust_ranks_an_index_that_holds_seeds_and_says_how(tmp_path: Path) -> None:
    a_web(tmp_path)
    release = app.rank(tmp_path).row
    assert (release["method"], release["converged"], release["unrankable"]) == ("trust-hc-1", True, None)
    said = release["parameters"]["seeds"]
    assert said["groups"] == {"public sector": 3, "universities": 3, "reference": 1}
    assert (said["list"], said["hash"]) == (built_in_seeds().name, built_in_seeds().hash)
    rows = ranks_of(tmp_path)
    linked = rows[SITES[3]]
    assert 0 < linked["authority"] <= 100
    assert 0 < linked["trust"] < 1
    assert linked["se"] > 0
    assert linked["prior"] is False
    # nobody links to a seed or to the farm: unknown, not 0
    assert (rows["agency0.gov"]["authority"], rows["farm3.test"]["authority"]) == (None, None)
    assert rows["farm3.test"]["trust"] is None
    # the farm's target: all of its PageRank's gain is not accounted for
    assert rows[SITES[59]]["spam_mass"] > rows[SITES[3]]["spam_mass"]
    assert linked["measured"] == linked["authority"]
    assert rows[SITES[59]]["pagerank_place"] == 1
    assert rows[SITES[59]]["robust"] < rows["site40.test"]["distant"]
    assert (rows["farm3.test"]["robust"], rows["farm3.test"]["supporters"]) == (None, [0, 0, 0, 0])
    assert rows[SITES[59]]["supporters"][0] == rows[SITES[59]]["referring_domains"]
    assert rows["farm3.test"]["distrust"] is None


@pytest.mark.parametrize(("files", "dealt"), [(3, "voting domains"), (9, "voting domains"), (10, "files")])
def test_errors_are_over_files_where_there_are_enough_to_be_a_sample(
    tmp_path: Path, files: int, dealt: str
) -> None:
    a_web(tmp_path, files)
    index = Index.open(tmp_path)
    found = domain_graph(index, index.version(), Votes())
    assert (found.parts, found.parts_of) == (10, dealt)
    whole = set(zip(found.src.tolist(), found.dst.tolist(), strict=True))
    gone: list[set[tuple[int, int]]] = []
    for part in range(10):
        left = found.without_part(part)
        targets = np.repeat(np.arange(left.n), np.diff(left.in_offsets))
        gone.append(whole - set(zip(left.in_sources.tolist(), targets.tolist(), strict=True)))
    assert set().union(*gone) == whole  # each vote hangs on one part, and only on one
    assert sum(map(len, gone)) == len(whole)
    if dealt != "files":
        voters = [{source for source, _ in part} for part in gone]
        assert sum(map(len, voters)) == len(set().union(*voters))


def test_ranking_again_changes_no_bit(tmp_path: Path) -> None:
    a_web(tmp_path)
    app.rank(tmp_path)
    once = ranks_of(tmp_path)
    app.rank(tmp_path)
    again = ranks_of(tmp_path)
    assert [{**row, "release": ""} for row in again.values()] == [
        {**row, "release": ""} for row in once.values()
    ]


def test_ranking_again_has_the_same_predecessor_and_changes_no_bit(tmp_path: Path) -> None:
    a_web(tmp_path)
    first = app.rank(tmp_path).row["release"]
    commit(tmp_path, "more", [page("college4.edu", ["new.test", SITES[58]])])
    made = [app.rank(tmp_path).row]
    once = ranks_of(tmp_path)
    for _ in range(2):
        made.append(app.rank(tmp_path).row)
        again = ranks_of(tmp_path)
        assert [{**row, "release": ""} for row in again.values()] == [
            {**row, "release": ""} for row in once.values()
        ]
    assert {release["parameters"]["equated_with"] for release in made} == {first}
    assert len({release["parameters"]["data"] for release in made}) == 1


def test_a_ranking_from_other_seeds_is_on_another_scale(tmp_path: Path) -> None:
    a_web(tmp_path)
    mine = tmp_path / "mine.txt"
    mine.write_text("[friends]\nsite1.test\nsite20.test\n")
    app.rank(tmp_path)
    before = ranks_of(tmp_path)
    commit(tmp_path, "more", [page("lonely.test", ["nobody.test"])])
    other = app.rank(tmp_path, seeds=mine).row["parameters"]
    assert other["equated_with"] is None
    assert {row["authority"] == row["measured"] for row in ranks_of(tmp_path).values()} == {True}
    app.rank(tmp_path)
    after = ranks_of(tmp_path)
    assert [after[site]["authority"] for site in SITES] == [before[site]["authority"] for site in SITES]


def test_the_next_release_is_on_the_scale_of_the_one_before(tmp_path: Path) -> None:
    a_web(tmp_path)
    app.rank(tmp_path)
    before = ranks_of(tmp_path)
    commit(tmp_path, "more", [page("college4.edu", ["new.test", SITES[58]])])
    release = app.rank(tmp_path).row
    after = ranks_of(tmp_path)
    assert release["parameters"]["equated_with"] is not None
    moved = [abs(after[site]["authority"] - before[site]["authority"]) for site in SITES]
    assert np.median(moved) < 4
    assert after["new.test"]["authority"] > 0


def test_what_moved_within_its_error_is_shown_as_before(tmp_path: Path) -> None:
    a_web(tmp_path)
    app.rank(tmp_path)
    before = ranks_of(tmp_path)
    commit(tmp_path, "more", [page("college4.edu", ["new.test", SITES[58]])])
    app.rank(tmp_path)
    after = ranks_of(tmp_path)
    moved = 0
    for site in SITES:
        row, old = after[site], before[site]["authority"]
        within = abs(row["measured"] - old) <= 2 * row["se"]
        assert row["authority"] == (old if within else row["measured"])
        moved += row["measured"] != old and within
    assert moved > 10
    # and it does not creep: a ranking of the same data is measured, and shown, the same
    app.rank(tmp_path)
    again = ranks_of(tmp_path)
    assert [again[site]["authority"] for site in SITES] == [after[site]["authority"] for site in SITES]


def test_who_leads_to_disavowed_domains_is_distrusted(tmp_path: Path) -> None:
    a_web(tmp_path)
    listed = tmp_path / "disavow.txt"
    listed.write_text("domain:site59.test\n# one page only\nhttps://site3.test/a\ndomain:nowhere.test\n")
    app.ingest(tmp_path, [str(listed)], workers=1)
    release = app.rank(tmp_path).row
    assert release["parameters"]["disavowed"] == 1
    rows = ranks_of(tmp_path)
    assert rows["farm3.test"]["distrust"] > 0
    assert rows["site58.test"]["distrust"] > rows["site40.test"]["distrust"]
    session = app.open_session(tmp_path)
    before, far = (app.explain(session, site).row["marks"] for site in ("site58.test", "site40.test"))
    assert (before["disavowed"], before["distrusted"]) == (1, far["distrusted"])
    assert before["distrust_place"] < far["distrust_place"] <= far["distrusted"]
    assert "lead to the 1 disavowed" in draw(*explanation(app.explain(session, "site58.test")))


def test_without_seeds_the_method_without_trust_is_named(tmp_path: Path) -> None:
    looks = [page(site, [SITES[(at * k + 1) % 60] for k in (1, 2, 3)]) for at, site in enumerate(SITES)]
    commit(tmp_path, "a", looks)
    release = app.rank(tmp_path).row
    assert release["method"] == "pr-hc-1"
    assert release["parameters"]["note"].startswith("The data holds 0 linking seeds of 0 groups")
    assert ranks_of(tmp_path)[SITES[1]]["trust"] is None
    assert (release["parameters"]["parts"], release["parameters"]["parts_of"]) == (10, "voting domains")
    assert ranks_of(tmp_path)[SITES[1]]["se"] > 0  # one file, but sixty voters


def test_a_list_of_ones_own_is_used_and_one_that_matches_nothing_refused(tmp_path: Path) -> None:
    a_web(tmp_path)
    mine = tmp_path / "mine.txt"
    mine.write_text("[friends]\nsite1.test\nsite20.test  # a friend\n")
    release = app.rank(tmp_path, seeds=mine).row
    assert release["method"] == "trust-hc-1"
    assert release["parameters"]["seeds"]["list"] == "mine.txt"
    assert release["parameters"]["seeds"]["groups"] == {"friends": 2}
    mine.write_text("nowhere.test\n")
    with pytest.raises(GraphError, match="none of the seeds among its 97 domains"):
        app.rank(tmp_path, seeds=mine)
    mine.write_text("# nothing\n")
    with pytest.raises(UsageError, match="it names no domain"):
        app.rank(tmp_path, seeds=mine)
    with pytest.raises(SourceMissing, match="no such file"):
        app.rank(tmp_path, seeds=tmp_path / "absent.txt")
    mine.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="no UTF-8"):
        app.rank(tmp_path, seeds=mine)


def test_a_star_ranks_nobody(tmp_path: Path) -> None:
    commit(tmp_path, "a", [page(f"fan{k}.test", ["me.test"]) for k in range(150)])
    release = app.rank(tmp_path).row
    assert release["unrankable"].startswith("The data holds links to 1 domain of at least 10: too few")
    assert {row["authority"] for row in ranks_of(tmp_path).values()} == {None}


def test_a_prior_stands_in_where_the_data_is_thin_and_is_marked(tmp_path: Path) -> None:
    names = ["best.test", "me.test", *(f"top{k}.test" for k in range(5))]
    lines = ["#harmonicc_pos\t#harmonicc_val\t#pr_pos\t#pr_val\t#host_rev\t#n_hosts"]
    for place, name in enumerate(names, 1):
        turned = ".".join(reversed(name.split(".")))
        lines.append(f"{place * 100}\t{1e7 - place}\t{place * 90}\t{0.01 / place}\t{turned}\t3")
    file = tmp_path / "cc-main-2024-apr-may-jun-domain-ranks.txt"
    file.write_text("\n".join(lines) + "\n")
    home = tmp_path / "home"
    app.ingest(home, [str(file)], workers=1)
    commit(home, "a", [page(f"fan{k}.test", ["me.test"]) for k in range(150)])
    release = app.rank(home).row
    assert release["parameters"]["prior"] == "cc-main-2024-apr-may-jun"
    row = ranks_of(home)["me.test"]
    assert (row["authority"], row["prior"], row["place"], row["se"]) == (
        pytest.approx(100, abs=1e-3),
        True,
        None,
        None,
    )
    assert ranks_of(home)["fan3.test"]["authority"] is None
    overview = app.overview(app.open_session(home), "me.test").row["authority"]
    assert (overview["score"], overview["prior"]) == (pytest.approx(100, abs=1e-3), True)


def test_votes_weigh_by_place_and_repetition(tmp_path: Path) -> None:
    looks = [
        page("a.test", ["x.test"], placement=int(Placement.CONTENT)),
        page("b.test", ["x.test"], placement=int(Placement.SIDEBAR)),
        page("c.test", ["x.test"], placement=int(Placement.FOOTER)),
        page("d.test", ["x.test"], rel=int(Rel.NOFOLLOW)),
        Look("https://e.test/", 1, tuple((f"https://x.test/{k}", "t") for k in range(4))),
        page("ann.github.io", ["x.test"]),
        page("bob.github.io", ["x.test"]),
    ]
    commit(tmp_path, "a", looks)
    index = Index.open(tmp_path)
    found = domain_graph(index, index.version(), Votes())
    votes = {found.names[s]: float(w) for s, w in zip(found.src, found.weights, strict=True)}
    assert votes == pytest.approx({"a.test": 1.0, "b.test": 0.25, "e.test": 0.6 * 1.5, "github.io": 0.6})
    assert found.node("x.test") == found.names.index("x.test")
    assert found.node("nobody.test") is None
    owned = domain_graph(index, index.version(), Votes(), {"a.test": "ann", "b.test": "ann"})
    votes = {owned.names[s]: float(w) for s, w in zip(owned.src, owned.weights, strict=True)}
    assert (votes["a.test"], votes["b.test"]) == (0.5, 0.125)


def test_owners_vote_once_and_not_for_themselves() -> None:
    owner = np.array([0, 0, 0, -1, 1])
    src, dst = np.array([0, 1, 0, 3, 4, 2]), np.array([3, 3, 1, 4, 3, 4])
    assert shared_votes(src, dst, np.ones(6), owner).tolist() == [0.5, 0.5, 0, 1, 1, 1]


def test_rules_of_a_list() -> None:
    rules = parse_seeds(
        "# version: 7\n[state]\n*.gov\n*.gov.??\n!bad.gov\n[other]\nA.org # why\n*.gov\n", "mine"
    )
    names = ["a.gov", "a.org", "b.gov.uk", "bad.gov", "c.gov.info", "gov.uk", "x.a.org"]
    found = find_seeds(rules, names)
    assert {group: [names[x] for x in ids] for group, ids in found.groups.items()} == {
        "state": ["a.gov", "b.gov.uk"],
        "other": ["a.org", "bad.gov"],
    }
    assert (rules.name, rules.version, found.count) == ("mine", "7", 4)
    assert rules.hash != parse_seeds("[state]\n*.gov\n", "mine").hash


def test_a_list_without_groups_is_dealt_into_five() -> None:
    names = sorted(f"d{k}.test" for k in range(40))
    found = find_seeds(parse_seeds("\n".join(names), "mine"), names)
    assert len(found.groups) == 5
    assert found.count == 40
    few = find_seeds(parse_seeds("\n".join(names[:4]), "mine"), names)
    assert {name: len(ids) for name, ids in few.groups.items()} == {"seeds": 4}


@pytest.mark.parametrize("line", ["http://a.test/", "a b", "*.", "a..b", "*", "[x", "a.test/x", "x" * 300])
def test_lines_that_are_no_rule_are_named(line: str) -> None:
    with pytest.raises(UsageError, match="line 2 is"):
        parse_seeds(f"good.test\n{line}\n", "mine")


def test_a_domain_in_two_groups_is_refused() -> None:
    with pytest.raises(UsageError, match=r"line 4 names x\.test, which \[a\] names too"):
        parse_seeds("[a]\nx.test\n[b]\nX.test\n", "mine")
    assert parse_seeds("[a]\nx.test\nx.test\n", "mine").groups == {"a": ("x.test", "x.test")}


def test_suffixes_that_anybody_can_buy_are_no_seeds() -> None:
    sold = ["x.ac.me", "x.ac.nz", "x.edu.me", "x.edu.pl", "x.go.it", "x.mil.pl"]
    names = sorted([*sold, "x.ac.uk", "x.edu.au", "x.go.jp", "x.mil.br"])
    found = find_seeds(built_in_seeds(), names)
    assert {names[at] for ids in found.groups.values() for at in ids} == set(names) - set(sold)


def test_the_list_that_comes_with_backlit_has_disjoint_groups_of_reasoned_choices() -> None:
    rules = built_in_seeds()
    assert len(rules.groups) >= 5
    assert rules.version == "2"
    domains = [rule for group in rules.groups.values() for rule in group if not rule.startswith(("*", "!"))]
    assert len(domains) == len(set(domains)) > 100
    assert json.dumps(dict(rules.groups))  # plain values
