"""Does every face take a score apart into parts that sum to it, and say what a change would do?"""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import backlit
from backlit import app
from backlit.app.receipts import METRICS
from backlit.cli.explain import explanation, outcome
from backlit.cli.output import draw
from backlit.cli.root import run
from backlit.errors import DataError, UsageError
from backlit.model import Placement, Rel, Robots
from backlit.report.receipt import unreached
from backlit.web.server import create_app
from tests.unit.looks import Look, commit
from tests.unit.test_rank_release import SITES, a_web, page


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    a_web(folder)
    app.rank(folder)
    return folder


@pytest.fixture(scope="module")
def session(home: Path) -> app.Session:
    return app.open_session(home, may_wait=True)


def test_the_parts_sum_to_the_score_and_carry_their_links(session: app.Session) -> None:
    row = app.explain(session, SITES[3]).row
    assert (row["kind"], row["target"], row["method"]) == ("domain", SITES[3], "trust-hc-1")
    assert row["value"] == app.overview(session, SITES[3]).row["authority"]["score"]
    assert sum(part["contribution"] for part in row["parts"]) + row["rest"] == pytest.approx(1, abs=1e-9)
    assert [part["name"] for part in row["parts"]] == [
        "site0.test",
        "site1.test",
        "site2.test",
        "agency0.gov",
    ]
    assert row["parts"][0]["evidence"]["source_url"] == "https://site0.test/"
    assert all(part["points"] > 0 for part in row["parts"])
    assert {group["name"]: group["of"] for group in row["groups"]} == {
        "public sector": 3,
        "universities": 3,
        "reference": 1,
    }
    for group in row["groups"]:
        assert 1 <= group["place"] <= group["reached"] <= 97
    assert (row["seed_of"], app.explain(session, "agency0.gov").row["seed_of"]) == (None, "public sector")
    assert row["marks"]["disavowed"] == 0
    assert row["nearest_seeds"][0] == {"domain": "agency0.gov", "distance": 1}
    assert row["related"][0]["domain"] == "site2.test"
    assert all(wish["points"] > 0 for wish in row["would_change"])


def test_a_farm_is_named_and_has_no_share(session: app.Session) -> None:
    row = app.explain(session, SITES[59], limit=1000).row
    shares = {part["name"]: part["contribution"] for part in row["parts"]}
    assert sum(share for name, share in shares.items() if name.startswith("farm")) == 0
    assert len(shares) > 30
    shown = draw(*explanation(app.explain(session, SITES[59])))
    assert "30 more domains, which no trust" in " ".join(shown.split())
    # a place is one among those that have a score: neither seeds nor the farm do
    assert (row["of"], row["pagerank_of"]) == (60, 97)
    assert "60 ranked domains" in shown
    assert "Place 1 of 97 by plain PageRank." in shown
    assert "of its PageRank is not accounted for by walks that start at seeds" in shown
    short = app.explain(session, SITES[59], limit=2).row
    assert (len(short["parts"]), short["parts_total"]) == (2, len(shares))
    assert short["rest"] == pytest.approx(1 - sum(sorted(shares.values())[-2:]), abs=1e-9)


def test_hardly_any_trust_is_not_none() -> None:
    assert unreached(0.0) == ", which no trust reaches"
    assert unreached(1e-9) == ", which hardly any trust reaches"


def test_what_would_be_is_what_a_new_ranking_finds(session: app.Session, tmp_path: Path) -> None:
    told = app.whatif(session, SITES[3], remove=["agency0.gov"]).row
    part = next(p for p in app.explain(session, SITES[3]).row["parts"] if p["name"] == "agency0.gov")
    assert told["delta"]["authority"] == pytest.approx(-part["points"], abs=1e-9)
    assert told["delta"]["referring_domains"] == -1
    more = app.whatif(session, SITES[3], add=["agency1.gov", "nobody.test"]).row
    assert more["after"]["authority"] > more["before"]["authority"]
    assert more["notes"] == [
        "nobody.test is not in the data: nobody who is known leads to it, so it has nothing to send."
    ]
    none = app.whatif(session, SITES[3], remove=["agency1.gov"]).row
    assert none["delta"]["authority"] == 0
    assert none["notes"] == ["agency1.gov has no vote for this domain that could be taken away."]


def test_a_page_takes_its_own_links_away_and_no_others(tmp_path: Path) -> None:
    a_web(tmp_path)
    links = ((f"https://{SITES[9]}/", "t"),)
    looks = [
        Look("https://voter.test/a", 1, links, placement=int(Placement.CONTENT)),
        Look("https://voter.test/b", 1, links, placement=int(Placement.SIDEBAR)),
        Look("https://voter.test/none", 1, links, rel=int(Rel.NOFOLLOW)),
        Look("https://voter.test/other", 1, ((f"https://{SITES[30]}/", "t"),)),
        page("college0.edu", ["voter.test"]),
    ]
    commit(tmp_path, "b", looks)
    app.rank(tmp_path)
    session = app.open_session(tmp_path, may_wait=True)

    def gone(*pages: str) -> tuple[float, list[str]]:
        row = app.whatif(session, SITES[9], remove=list(pages)).row
        return row["delta"]["authority"], row["notes"]

    whole, _ = gone("voter.test")
    best, told = gone("https://voter.test/a")
    assert whole < best < 0  # what stands in the sidebar still votes, with less
    assert told == [
        '1 link matches page:"https://voter.test/a": without them 0 domains have no vote left, '
        "and 1 domain one that may weigh less."
    ]
    assert gone("http://voter.test/b")[0] == 0  # the best link counts, and stays
    assert gone("https://voter.test/none") == (
        0,
        ["https://voter.test/none links here and has no vote for this domain that could be taken away."],
    )
    for absent in ("https://voter.test/absent", "https://voter.test/other"):
        assert gone(absent) == (0, [f"{absent} is not among the pages that link here: nothing to take away."])
    both, told = gone("https://voter.test/a", "voter.test/b", "https://voter.test/none")
    assert both == pytest.approx(whole, abs=1e-9)
    assert [note.partition(":")[0] for note in told] == [
        "https",
        "2 links match page",
    ]
    either = gone("https://voter.test/a", "target:*site9.test/ placement:sidebar")[0]
    assert either == pytest.approx(whole, abs=1e-9)


def test_a_domain_has_one_vote_however_often_it_is_named(session: app.Session) -> None:
    once = app.whatif(session, SITES[3], add=["agency1.gov"]).row
    assert app.whatif(session, SITES[3], add=["agency1.gov", "https://agency1.gov/page"]).row == once
    again = app.whatif(session, SITES[3], add=["agency0.gov", SITES[3]]).row
    assert set(again["delta"].values()) <= {0, None}
    assert again["notes"] == [
        "agency0.gov votes for this domain already, and a domain has one vote.",
        f"{SITES[3]} is the target itself: its own links are no votes for it.",
    ]
    with pytest.raises(UsageError, match="stands on both sides"):
        app.whatif(session, SITES[3], add=["agency0.gov"], remove=["agency0.gov"])


def test_a_link_says_whether_it_counts_and_what_would_go(session: app.Session) -> None:
    [link] = [row for row in app.backlinks(session, SITES[3]).rows if row["source_domain"] == "agency0.gov"]
    row = app.explain(session, link["id"], target=SITES[3]).row
    part = next(p for p in app.explain(session, SITES[3]).row["parts"] if p["name"] == "agency0.gov")
    assert link.pop("decision") is None  # what was decided stands beside the link in lists alone
    assert (row["kind"], row["id"], row["vote"], row["link"]) == ("link", link["id"], True, link)
    assert row["value"] == pytest.approx(part["points"], abs=1e-9)
    assert [step["answer"] for step in row["steps"]] == [True, True, True, None, None]
    assert "counts as a vote; without it" in draw(
        *explanation(app.explain(session, link["id"], target=SITES[3]))
    )
    with pytest.raises(UsageError, match="its target is not named"):
        app.explain(session, link["id"])
    with pytest.raises(UsageError, match="has no link with this id"):
        app.explain(session, link["id"], target=SITES[4])


def test_links_that_are_no_vote_say_by_which_rule(tmp_path: Path) -> None:
    a_web(tmp_path)
    looks = [
        page("ugc.test", [SITES[9]], rel=int(Rel.UGC)),
        page("closed.test", [SITES[9]], robots=int(Robots.NOFOLLOW)),
    ]
    commit(tmp_path, "b", looks)
    app.rank(tmp_path)
    session = app.open_session(tmp_path, may_wait=True)
    found = {row["source_domain"]: row["id"] for row in app.backlinks(session, SITES[9]).rows}
    ugc = app.explain(session, found["ugc.test"], target=SITES[9]).row
    assert (ugc["vote"], ugc["value"], ugc["steps"][2]["answer"]) == (False, None, False)
    closed = app.explain(session, found["closed.test"], target=SITES[9]).row
    assert (closed["vote"], closed["steps"][-1]["question"]) == (
        False,
        "Does its page let links be followed?",
    )
    assert "is no vote" in draw(*explanation(app.explain(session, found["ugc.test"], target=SITES[9])))


def test_links_that_a_filter_chooses_go(session: app.Session) -> None:
    named = app.whatif(session, SITES[3], remove=["agency0.gov"]).row
    chosen = app.whatif(session, SITES[3], remove=["domain:agency0.gov"]).row
    assert (chosen["after"], chosen["delta"]) == (named["after"], named["delta"])
    assert chosen["notes"] == [
        "1 link matches domain:agency0.gov: without them 1 domain has no vote left, "
        "and 0 domains one that may weigh less."
    ]
    everything = app.whatif(session, SITES[3], remove=["kind:a"]).row
    assert (everything["after"]["authority"], everything["after"]["referring_domains"]) == (None, 0)
    nothing = app.whatif(session, SITES[3], remove=["rel:sponsored"]).row
    assert set(nothing["delta"].values()) == {0}
    with pytest.raises(UsageError, match="2 filters"):
        app.whatif(session, SITES[3], remove=["rel:ugc", "rel:nofollow"])
    with pytest.raises(UsageError, match="wellness"):
        app.whatif(session, SITES[3], remove=["wellness:high"])


def test_a_domain_that_keeps_some_links_votes_with_less(tmp_path: Path) -> None:
    a_web(tmp_path)
    more = tuple((f"https://{SITES[9]}/{k}", "t") for k in range(3))
    commit(tmp_path, "b", [Look("https://voter.test/", 2, ((f"https://{SITES[9]}/", "t"), *more))])
    commit(tmp_path, "c", [page("college0.edu", ["voter.test"])])
    app.rank(tmp_path)
    session = app.open_session(tmp_path, may_wait=True)
    told = app.whatif(session, SITES[9], remove=["target:*/2"]).row
    assert told["notes"][0].startswith("1 link matches")
    assert "0 domains have no vote left, and 1 domain one" in told["notes"][0]
    assert told["delta"]["referring_domains"] == 0
    assert told["delta"]["authority"] == 0  # its only target: whatever a vote weighs, it is the whole of it


def test_without_seeds_pagerank_is_taken_apart(tmp_path: Path) -> None:
    looks = [page(site, [SITES[(at * k + 1) % 60] for k in (1, 2, 3)]) for at, site in enumerate(SITES)]
    commit(tmp_path, "a", looks)
    with pytest.raises(DataError, match="has not been ranked yet"):
        app.explain(app.open_session(tmp_path, may_wait=True), SITES[1])
    app.rank(tmp_path)
    session = app.open_session(tmp_path, may_wait=True)
    row = app.explain(session, SITES[1]).row
    total = sum(part["contribution"] for part in row["parts"]) + row["rest"] + row["given_to_all"]
    assert (row["method"], total) == ("pr-hc-1", pytest.approx(1, abs=1e-9))
    [first, *_] = row["parts"]
    gone = app.whatif(session, SITES[1], remove=[first["name"]]).row["delta"]["authority"]
    assert first["points"] == pytest.approx(-gone, abs=1e-9)
    assert app.whatif(session, SITES[1], remove=[row["parts"][0]["name"]]).row["delta"]["authority"] <= 0
    assert "Ranked by pr-hc-1, which knows no trust" in " ".join(
        draw(*explanation(app.explain(session, SITES[1]))).split()
    )


def test_metrics_are_told_by_name(session: app.Session) -> None:
    for name in METRICS:
        assert app.explain(session, name.replace("_", "-")).row["text"] == METRICS[name]


def test_questions_without_an_answer_say_why(session: app.Session) -> None:
    with pytest.raises(UsageError, match="not in the graph"):
        app.explain(session, "elsewhere.test")
    with pytest.raises(UsageError, match="neither a link to add"):
        app.whatif(session, SITES[3])
    with pytest.raises(UsageError, match="out of range"):
        app.explain(session, SITES[3], limit=0)


def test_a_terminal_shows_score_parts_groups_and_changes(session: app.Session) -> None:
    shown = draw(*explanation(app.explain(session, SITES[3])))
    for said in (
        "authority",
        "site0.test",
        "https://site0.test/",
        "public sector: 3 of 3",
        "by its word alone",
        "would change",
    ):
        assert said in shown
    unknown = draw(*explanation(app.explain(session, "agency1.gov")))
    assert "authority unknown" in unknown
    assert "change" in draw(*outcome(app.whatif(session, SITES[3], remove=["agency0.gov"])))
    assert "throw-away" in draw(*explanation(app.explain(session, "authority")))


def test_all_faces_say_the_same(home: Path, session: app.Session, capsys: pytest.CaptureFixture[str]) -> None:
    row = app.explain(session, SITES[3]).row
    assert backlit.open(home).target(SITES[3]).explain() == row
    changed = app.whatif(session, SITES[3], add=["agency1.gov"]).row
    assert backlit.open(home).target(SITES[3]).whatif(add=["agency1.gov"]) == changed
    with TestClient(create_app(home), base_url="http://127.0.0.1") as client:
        told = client.get(f"/api/v1/targets/{SITES[3]}/explain").json()
        assert [part["name"] for part in told["data"]["parts"]] == [part["name"] for part in row["parts"]]
        told = client.get(f"/api/v1/targets/{SITES[3]}/whatif?add=agency1.gov").json()
        assert told["data"]["after"] == changed["after"]
        assert client.get(f"/api/v1/targets/{SITES[3]}/whatif").status_code == 400
    assert run(["whatif", SITES[3], "--add", "agency1.gov", "--json", "--dir", str(home)]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["after"] == changed["after"]


@pytest.mark.parametrize(
    ("what", "name"), [("dofollow", "follow"), ("DR", "authority"), ("Spam score", "spam")]
)
def test_metrics_are_found_by_what_others_call_them(session: app.Session, what: str, name: str) -> None:
    assert app.explain(session, what).row == {"kind": "metric", "name": name, "text": METRICS[name]}


def test_a_name_that_is_no_metric_is_answered_with_those_near_it(session: app.Session) -> None:
    with pytest.raises(UsageError) as caught:
        app.explain(session, "autority")
    assert caught.value.found == "there is no such metric, and no such domain in the data"
    assert caught.value.do.startswith("Near it: authority")
    with pytest.raises(UsageError, match="not in the graph"):
        app.explain(session, "nobody.example")
