"""Does a page get what comes to it, no more for being linked back to, and a reason where nothing is known?"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

import backlit
from backlit import app
from backlit.cli.root import run
from backlit.errors import UsageError
from backlit.rank.calibrate import authority_scores, score_with
from backlit.rank.graph import Graph
from backlit.rank.pages import arrivals, equity, page_scores, rank_page_scores
from backlit.rank.scale import Scale
from backlit.web.server import create_app
from tests.unit.graphs import dense, random_graph
from tests.unit.looks import Look, commit
from tests.unit.test_rank_release import SITES, a_web, page

OWN = "https://site3.test/"


def test_votes_are_dealt_to_the_pages_that_they_lead_to() -> None:
    # voter 0 sends 3 to page 0 and page 2 alike; voter 1 sends 1, three quarters of it to page 1
    voter, pages = np.array([0, 0, 1, 1]), np.array([0, 2, 1, 2])
    weight, flow = np.array([1.0, 1.0, 0.6, 0.2]), np.array([3.0, 1.0])
    found = arrivals(voter, pages, weight, flow, 4)
    assert found.tolist() == pytest.approx([1.5 / 4, 0.75 / 4, 1.75 / 4, 0])
    assert arrivals(voter, pages, weight, np.zeros(2), 4).tolist() == [0.0] * 4


def test_equity_is_the_probability_of_ever_coming_to_a_page() -> None:
    internal = random_graph(1, weighted=True)
    arrives = np.zeros(200)
    arrives[[4, 17, 30]] = 0.5, 0.3, 0.2
    inverse = dense(internal)
    found = equity(arrives, internal)
    np.testing.assert_allclose(found.equity, arrives @ inverse / np.diag(inverse), rtol=1e-3)
    assert (found.equity >= arrives - 1e-12).all()
    assert found.equity.max() <= 1


def test_a_home_page_gains_nothing_by_links_back_to_it() -> None:
    # page 0 is home; pages 1 to 9 link to it, and it to them; votes come to page 5 only
    rest = np.arange(1, 10)
    src, dst = np.concatenate((rest, np.zeros(9, int))), np.concatenate((np.zeros(9, int), rest))
    arrives = np.eye(10)[5]
    both = equity(arrives, Graph.from_edges(src, dst, 10)).equity
    one_way = equity(arrives, Graph.from_edges(rest, np.zeros(9, int), 10)).equity
    assert both[0] == pytest.approx(0.85, rel=1e-3)
    assert one_way[0] == pytest.approx(0.85, rel=1e-3)
    assert both[5] == pytest.approx(1, rel=1e-3)
    assert 0 < both[1] < 0.3


def test_a_page_that_gets_everything_has_the_domains_score() -> None:
    scale = Scale(-1.0, 4.0)
    for each in (scale, scale.equated(np.linspace(10, 70, 99), np.linspace(20, 90, 99))):
        found = page_scores(60.0, each, np.array([1.0, 0.01, 1e-12, 0.0]))
        assert found[0] == pytest.approx(60)
        assert found[1] < found[0]
        assert found[2] == 0
        assert np.isnan(found[3])
    assert page_scores(60.0, scale, np.array([0.01]))[0] == pytest.approx(60 - 25)


def test_without_trust_a_page_is_placed_by_its_part_of_the_pagerank() -> None:
    walked, near = np.array([8.0, 4.0, 2.0, 1.0, 1.0]), np.array([1.0, 5.0, 4.0, 2.0, 2.0])
    scores = authority_scores(walked, near).score
    for node in range(5):
        assert score_with(walked, near, node)(walked[node : node + 1])[0] == pytest.approx(scores[node])
    found = rank_page_scores(float(scores[0]), walked, near, 0, np.array([1.0, 0.3, 0.0]))
    less = authority_scores([2.4, 4.0, 2.0, 1.0, 1.0], near)
    assert found[0] == pytest.approx(scores[0])
    assert found[1] < found[0]
    assert less.score[0] < scores[0]
    assert np.isnan(found[2])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home: Path = tmp_path_factory.mktemp("pages")
    a_web(home)
    commit(home, "deep", [page("agency0.gov", []), Look("https://agency2.gov/x", 2, ((OWN + "deep", "t"),))])
    inside = [
        Look(OWN, 2, ((OWN + "a", "a"), (OWN + "deep", "d"))),
        Look(OWN + "a", 2, ((OWN, "home"), (OWN + "b", "b"))),
        Look("https://site7.test/", 2, (("https://site7.test/a", "a"),)),
    ]
    commit(home, "inside", inside, internal=True)
    app.rank(home)
    return home


def rows_of_pages(session: app.Session, target: str, **how: Any) -> dict[str, dict[str, Any]]:
    return {row["url"]: row for row in app.best_pages(session, target, **how).rows}


def test_pages_have_an_authority_of_what_comes_to_them(home: Path) -> None:
    session = app.open_session(home)
    own = app.overview(session, "site3.test").row["authority"]["score"]
    rows = rows_of_pages(session, "site3.test")
    assert set(rows) == {OWN, OWN + "deep"}
    assert 0 < rows[OWN + "deep"]["authority"] < rows[OWN]["authority"] <= own + 1e-9
    assert 0.5 < rows[OWN]["equity"] <= 1
    assert (rows[OWN]["internal_links"], rows[OWN + "deep"]["internal_links"]) == (1, 1)
    assert rows[OWN]["why"] is None
    # one page, which gets everything: the domain's own score; its internal links were not kept
    [only] = app.best_pages(session, SITES[20]).rows
    score = app.overview(session, SITES[20]).row["authority"]["score"]
    assert (only["authority"], only["equity"]) == (pytest.approx(score), pytest.approx(1))
    assert only["internal_links"] is None


def test_pages_sort_by_authority_and_narrower_targets_say_the_same(home: Path) -> None:
    session = app.open_session(home)
    best = [row["url"] for row in app.best_pages(session, "site3.test", sort="-authority").rows]
    assert best == [OWN, OWN + "deep"]
    least = [row["url"] for row in app.best_pages(session, "site3.test", sort="equity").rows]
    assert least == best[::-1]
    whole, one = rows_of_pages(session, "site3.test"), rows_of_pages(session, OWN + "deep")
    assert one[OWN + "deep"] == whole[OWN + "deep"]
    with pytest.raises(UsageError, match="no such field"):
        app.best_pages(session, "site3.test", sort="fame")


def test_what_cannot_be_said_is_null_with_its_reason(home: Path, tmp_path: Path) -> None:
    commit(tmp_path, "a", [page(f"fan{k}.test", ["me.test"]) for k in range(60)])
    [row] = app.best_pages(app.open_session(tmp_path), "me.test").rows
    assert (row["authority"], row["equity"]) == (None, None)
    assert row["why"] == "The index has not been ranked yet: run `backlit rank`."
    app.rank(tmp_path)
    [row] = app.best_pages(app.open_session(tmp_path), "me.test").rows
    assert row["authority"] is None
    assert row["why"].startswith("The data holds 60 links between domains")
    commit(home, "platform", [page("a.test", ["ann.github.io"])])
    [row] = app.best_pages(app.open_session(home), "ann.github.io").rows
    assert row["authority"] is None
    assert "never wears the platform's authority" in row["why"]


def test_pages_by_the_method_without_trust(tmp_path: Path) -> None:
    looks = [page(site, [SITES[(at * k + 1) % 60] for k in (1, 2, 3)]) for at, site in enumerate(SITES)]
    looks += [Look("https://x.test/", 1, ((f"https://{SITES[1]}/deep", "t"),))]
    commit(tmp_path, "a", looks)
    assert app.rank(tmp_path).row["method"] == "pr-hc-1"
    session = app.open_session(tmp_path)
    rows = rows_of_pages(session, SITES[1])
    whole, deep = rows[f"https://{SITES[1]}/"], rows[f"https://{SITES[1]}/deep"]
    score = app.overview(session, SITES[1]).row["authority"]["score"]
    assert deep["authority"] < whole["authority"] <= score
    assert deep["equity"] + whole["equity"] == pytest.approx(1)


def test_all_faces_show_the_authority_of_pages(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = app.best_pages(app.open_session(home), "site3.test", sort="-authority").rows
    assert run(["best-pages", "site3.test", "--sort", "-authority", "--json", "--dir", str(home)]) == 0
    assert json.loads(capsys.readouterr().out)["data"] == rows
    assert list(backlit.open(home).target("site3.test").best_pages(sort="-authority").rows) == rows
    with TestClient(create_app(home), base_url="http://127.0.0.1") as client:
        told = client.get("/api/v1/targets/site3.test/best-pages?sort=-authority").json()["data"]
        assert told == rows
        shown = client.get("/t/site3.test/pages?sort=-authority").text
    assert f"{rows[0]['authority']:.0f}" in shown
    assert "Internal links" in shown
