"""Is it said where plain PageRank disagrees, whose word a prior is, and never 0 where nothing is known?"""

from pathlib import Path

import pytest

from backlit import app
from backlit.cli.output import draw
from backlit.cli.profile import profile_of
from backlit.rank.gap import disagrees
from tests.unit.looks import commit
from tests.unit.test_rank_release import SEEDS, page
from tests.unit.test_ranks_import import NAME

MANY = [f"site{k}.test" for k in range(400)]
FARMED, ISLAND = MANY[390], "island.test"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seeds lead to the first sites, each site to the next three; two farms, one where no seed leads."""
    home: Path = tmp_path_factory.mktemp("farmed")
    looks = [page(seed, MANY[5 * at : 5 * at + 5]) for at, seed in enumerate(SEEDS)]
    looks += [page(site, MANY[at + 1 : at + 4]) for at, site in enumerate(MANY)]
    looks += [page(f"farm{k}.test", [FARMED]) for k in range(80)]
    looks += [page(f"pond{k}.test", [ISLAND]) for k in range(40)]
    commit(home, "a", looks)
    app.rank(home)
    return home


def test_a_farm_is_told_by_the_gap_with_its_evidence(home: Path) -> None:
    session = app.open_session(home)
    own = app.overview(session, FARMED).row["authority"]
    assert own["pagerank_rank"] == 1
    assert own["rank"] > 300
    [warning] = [each for each in own["warnings"] if each["kind"] == "pagerank-gap"]
    assert warning["sentence"].startswith("Plain PageRank puts it at place 1 of 528, authority at 3")
    assert warning["evidence"] == {
        "pagerank_rank": 1.0,
        "rank": own["rank"],
        "spam_mass": own["spam_mass"],
        "robust": own["robust"],
        "voters": 83,
    }
    assert own["robust"] < 0.2
    assert "Caution" in draw(*profile_of(app.overview(session, FARMED), width=120))
    assert app.explain(session, FARMED).row["warnings"] == own["warnings"]


def test_a_score_on_few_votes_is_said_to_be_thin(home: Path) -> None:
    own = app.overview(app.open_session(home), MANY[10]).row["authority"]
    [warning] = own["warnings"]
    assert (warning["kind"], warning["evidence"]) == ("thin", {"se": own["se"], "voters": 4})
    low, high = round(own["score"] - own["se"]), round(own["score"] + own["se"])
    assert warning["sentence"] == (
        f"4 voting domains stand behind this score: with a little more data it may well be {low}, or {high}."
    )


def test_where_no_seed_leads_prominence_is_told_and_authority_is_unknown(home: Path) -> None:
    own = app.overview(app.open_session(home), ISLAND).row["authority"]
    assert (own["score"], own["rank"], own["prior"]) == (None, None, False)
    [warning] = own["warnings"]
    assert "no trusted seed leads to it" in warning["sentence"]


def test_who_disagrees() -> None:
    assert disagrees(20_000, 100, 30_000, 5)
    assert not disagrees(20_000, 100, 30_000, 4)  # too few voters to say
    assert not disagrees(9_000, 100, 30_000, 50)
    assert not disagrees(None, 3_001, 30_000, 50)  # no prominence
    assert disagrees(None, 3_000, 30_000, 50)


def ranks_file(folder: Path, names: list[str]) -> Path:
    lines = ["#harmonicc_pos\t#harmonicc_val\t#pr_pos\t#pr_val\t#host_rev\t#n_hosts"]
    for place, name in enumerate(names, 1):
        turned = ".".join(reversed(name.split(".")))
        lines.append(f"{place}\t{4e7 / place}\t{place}\t{0.01 / place}\t{turned}\t3")
    file = folder / NAME.removesuffix(".gz")
    file.write_text("\n".join(lines) + "\n")
    return file


def test_a_domain_outside_the_graph_has_a_prior_that_names_its_source(tmp_path: Path) -> None:
    home = tmp_path / "home"
    app.import_ranks(home, ranks_file(tmp_path, ["best.test", "other.test", "github.io"]))
    # never ranked, and made of imports alone: the prior, not 0
    own = app.overview(app.open_session(home), "other.test").row["authority"]
    assert (own["score"], own["prior"], own["source"]) == (
        pytest.approx(50),
        True,
        "cc-main-2024-apr-may-jun",
    )
    assert (own["rank"], own["se"], own["measured"]) == (None, None, None)
    nobody = app.overview(app.open_session(home), "nobody.test").row["authority"]
    assert (nobody["score"], nobody["prior"], nobody["source"]) == (None, False, None)
    assert nobody["why"] == "The index has not been ranked yet: run `backlit rank`."
    # a sub-site does not wear the platform's, be it a prior
    assert app.overview(app.open_session(home), "github.io").row["authority"]["score"] == pytest.approx(
        100 / 3
    )
    sub = app.overview(app.open_session(home), "ann.github.io").row["authority"]
    assert (sub["score"], sub["prior"]) == (None, False)
    assert "never wears the platform's authority" in sub["why"]


def test_a_prior_outside_the_graph_is_on_the_scale_of_the_graph(home: Path, tmp_path: Path) -> None:
    app.import_ranks(home, ranks_file(tmp_path, ["elsewhere.test", *MANY[:120]]))
    own = app.overview(app.open_session(home), "elsewhere.test").row["authority"]
    best = max(app.overview(app.open_session(home), site).row["authority"]["score"] for site in MANY[:5])
    assert best <= own["score"] <= 100  # it is the best of the edition
    assert own["prior"]


def test_an_index_of_exports_alone_knows_no_authority(tmp_path: Path) -> None:
    export = tmp_path / "links.csv"
    rows = "".join(f"https://fan{k}.test/a,https://me.test/,text\n" for k in range(200))
    export.write_text("Source URL,Target URL,Anchor\n" + rows)
    app.ingest(tmp_path / "home", [str(export)], workers=1)
    app.rank(tmp_path / "home")
    session = app.open_session(tmp_path / "home")
    own = app.overview(session, "me.test").row["authority"]
    assert (own["score"], own["warnings"]) == (None, [])
    assert own["why"].startswith("The data holds 0 links between domains of at least 100")
    assert "`backlit verify`" in own["why"]
    assert {row["authority"] for row in app.domains(session, "me.test").rows} == {None}


def test_a_table_of_links_that_nobody_read_buys_nothing(home: Path, tmp_path: Path) -> None:
    claimed = tmp_path / "claimed.csv"
    rows = "".join(f"https://{seed}/,https://casino.test/,best casino\n" for seed in SEEDS)
    claimed.write_text("Source URL,Target URL,Anchor\n" + rows)
    app.ingest(home, [str(claimed)], workers=1)
    app.rank(home)
    session = app.open_session(home)
    assert app.overview(session, "casino.test").row["referring_domains"] == len(SEEDS)
    own = app.overview(session, "casino.test").row["authority"]
    assert (own["score"], own["voters"] or 0) == (None, 0)
    [link, *_] = app.backlinks(session, "casino.test").rows
    told = app.explain(session, link["id"], target="casino.test").row
    assert (told["vote"], told["steps"][0]["answer"]) == (False, False)
