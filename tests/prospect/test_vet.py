"""Is nobody honest told to be avoided, and nobody bought told to be good?"""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import backlit
from backlit import app
from backlit.app.vetting import MOST_VETTED, read_sites
from backlit.cli.root import run
from backlit.errors import UsageError
from backlit.prospect.listing import ASK_NOBODY, Found, advised, prospect
from backlit.vweb import VirtualWeb
from backlit.web.server import create_app
from tests.unit.looks import Look, commit

TARGET = "gardenhaus.example"
BOUGHT = ("pbn", "seller", "scraper")
OWN = {"Sec-Fetch-Site": "same-origin"}


def kinds(web: VirtualWeb) -> dict[str, str]:
    """What each domain of the made-up web is."""
    return {site.domain: site.kind for site in web.sites()}


def advice(rows: Iterable[app.Row], of: dict[str, str]) -> Counter[tuple[str, str]]:
    return Counter((of[row["domain"]], row["advice"]) for row in rows)


def check(home: Path, seed: int, pages: int) -> tuple[float, float]:
    """Nobody bought is good and nobody honest to be avoided; the shares told plainly, of those that were
    read."""
    truth = kinds(VirtualWeb(seed=seed, pages=pages))
    told = advice(app.vet(app.open_session(home), list(truth), target=TARGET).rows, truth)
    assert [told[kind, "good"] for kind in BOUGHT] == [0, 0, 0]
    assert told["topical", "avoid"] == 0
    honest = sum(many for (kind, _), many in told.items() if kind == "topical")
    bought = sum(many for (kind, word), many in told.items() if kind in BOUGHT and word != "unknown")
    return told["topical", "good"] / honest, sum(told[kind, "avoid"] for kind in BOUGHT) / bought


def test_the_small_web_is_told_rightly(demo_home: Path) -> None:
    good, avoided = check(demo_home, 7, 300)
    assert good >= 0.85
    assert avoided >= 0.4  # networks of two


@pytest.mark.slow
@pytest.mark.parametrize("seed", [23, 101])
def test_other_webs_are_told_rightly(tmp_path: Path, seed: int) -> None:
    app.build_demo(tmp_path, pages=1_500, seed=seed)
    good, avoided = check(tmp_path, seed, 1_500)
    assert good >= 0.95
    assert avoided >= 0.75


def test_a_site_is_told_alike_alone_and_among_others(demo_home: Path) -> None:
    session = app.open_session(demo_home)
    truth = kinds(VirtualWeb(seed=7, pages=300))
    some = [name for name, kind in truth.items() if kind in ("pbn", "topical")][:12]
    together = {row["domain"]: row["advice"] for row in app.vet(session, some).rows}
    assert together == {name: app.vet(session, [name]).row["advice"] for name in some}


def test_a_row_says_what_is_known_and_what_is_not(tmp_path: Path) -> None:
    words = ("cheap loans", "tea", "a book on tea")
    links = tuple((f"https://{name}.test/", anchor) for name, anchor in zip("abc", words, strict=True))
    commit(tmp_path, "a", [Look("https://blog.test/", 1, links), Look("https://blog.test/two", 1, links)])
    answer = app.vet(
        app.open_session(tmp_path), ["https://www.blog.test/x", "other.test", "blog.test", "c.uk/"]
    )
    blog, other, third = answer.rows
    assert answer.query == {"for": None, "sort": "advice", "refused": []}
    assert [other["domain"], third["domain"]] == ["c.uk", "other.test"]
    assert blog | {"spam": 0, "unnatural": 0, "findings": []} == {
        "domain": "blog.test",
        "advice": "good",
        "why": ["Links to none of 3 sites read as unnatural."],
        "authority": None,
        "percentile": None,
        "trust": None,
        "referring_domains": None,
        "spam": 0,
        "unnatural": 0,
        "unnatural_sites": 0,
        "relevance": None,
        "already_links": None,
        "sitetype": "blog",
        "pages": 2,
        "links": 6,
        "linked_sites": 3,
        "seller_signs": [],
        "findings": [],
    }
    assert {name for name, value in third.items() if value} == {"domain", "advice", "why"}
    assert third["why"] == ["No page of it was read: crawl some, or ingest a crawl that has them."]


def test_links_to_the_target_are_counted_and_unknown_of_what_nobody_read(tmp_path: Path) -> None:
    links = (("https://shop.test/", "tea"), ("https://shop.test/cup", "a cup"), ("https://b.test/", "b"))
    commit(tmp_path, "a", [Look("https://blog.test/", 1, links), Look("https://diary.test/", 1, links[2:])])
    session = app.open_session(tmp_path)
    rows = app.vet(
        session, ["blog.test", "diary.test", "unread.test"], target="shop.test", sort="domain"
    ).rows
    assert [row["already_links"] for row in rows] == [2, 0, None]


@pytest.mark.parametrize(
    ("content", "sites"),
    [
        (b"a.test\r\n\r\n# note\r\nb.test\r\n", ["a.test", "# note", "b.test"]),
        (b"\xef\xbb\xbfDomain,Rivals\na.test,3\nb.test,1\n", ["a.test", "b.test"]),
        (b"rank\tsite\n1\ta.test\n", ["a.test"]),
        (b"a.test,x\nb.test,y\n", ["a.test", "b.test"]),
        (b'"a.test","x, y"\n\xff\xfe.test\n', ["a.test", "\ufffd\ufffd.test"]),
        (b"site;price\na.test;20\n", ["a.test"]),
        ("a.test\nb.test\n".encode("utf-16"), ["a.test", "b.test"]),
        (b"", []),
    ],
)
def test_lists_and_tables_are_read(tmp_path: Path, content: bytes, sites: list[str]) -> None:
    path = tmp_path / "sites.txt"
    path.write_bytes(content)
    assert read_sites(path) == sites


@pytest.mark.parametrize(
    ("sites", "said"),
    [
        ([], "none is named"),
        (["# only", " "], "none is named"),
        (["co.uk", "http://[::1", "missing.txt", "a.com;x", "a b.com", "<b>a.com"], "none of 6 lines"),
        ([f"s{number}.test" for number in range(MOST_VETTED + 1)], "each has its links read"),
    ],
)
def test_a_list_that_cannot_be_vetted_is_told(demo_home: Path, sites: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        app.vet(app.open_session(demo_home), sites)


def test_a_table_with_a_cell_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_text("domain,why\na.test," + "x" * 200_000, encoding="utf-8")
    with pytest.raises(UsageError, match="field larger than"):
        read_sites(path)


def test_one_page_without_a_fault_says_too_little(tmp_path: Path) -> None:
    links = tuple((f"https://{name}.test/", name) for name in "abc")
    commit(tmp_path, "a", [Look("https://single.test/", 1, links)])
    row = app.vet(app.open_session(tmp_path), ["single.test"]).row
    assert (row["advice"], row["why"]) == (
        "unknown",
        ["Nothing speaks against it, but only one page of it was read."],
    )


def test_every_face_gives_the_same_rows(
    demo_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = kinds(VirtualWeb(seed=7, pages=300))
    some = [next(name for name, kind in truth.items() if kind == each) for each in ("topical", "pbn")]
    listed = tmp_path / "sites.txt"
    listed.write_text("\n".join([*some, "<b>no site</b>"]), encoding="utf-8")
    assert run(["vet", str(listed), "--for", TARGET, "--json", "--dir", str(demo_home)]) == 0
    out, err = capsys.readouterr()
    rows = json.loads(out)["data"]
    assert [row["domain"] for row in rows] == some
    assert "<b>no site</b>" in err
    assert backlit.open(demo_home).vet(*some, target=TARGET).rows == rows
    client = TestClient(create_app(demo_home), base_url="http://127.0.0.1:8000")
    rest = client.post("/api/v1/vet", json={"sites": some, "target": TARGET}, headers=OWN)
    assert rest.json()["data"] == rows
    form = {"sites": listed.read_text(), "target": TARGET}
    page = client.post("/vet", data=form, headers=OWN).text
    assert all(f"/t/{name}" in page for name in some)
    assert "&lt;b&gt;no site" in page
    assert "<b>no site" not in page
    assert client.post("/vet", data={"sites": ""}, headers=OWN).status_code == 400
    assert client.post("/vet", data=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize(
    "asked", [{"sites": []}, {"sites": ["x" * 3_000]}, {"sites": ["a.test"], "sort": "no"}, {}]
)
def test_rest_refuses_what_is_no_list_of_sites(demo_home: Path, asked: dict[str, object]) -> None:
    client = TestClient(create_app(demo_home), base_url="http://127.0.0.1:8000")
    assert client.post("/api/v1/vet", json=asked, headers=OWN).status_code in (400, 422)


def test_prospects_have_the_word_of_vet_and_none_is_to_be_avoided(demo_home: Path) -> None:
    session, target = app.open_session(demo_home), "rosenhof.example"
    answer = app.prospects(session, target, limit=10_000)
    linking = {row["domain"] for row in app.domains(session, target, limit=1_000).rows}
    asked = [row for row in answer.rows if row["kind"] not in ASK_NOBODY]
    names = sorted({row["domain"] for row in asked} - linking)
    told = {row["domain"]: row["advice"] for row in app.vet(session, names, target=target).rows}
    for row in answer.rows:
        word = told.get(row["domain"], "unknown") if row in asked else "unknown"
        assert row["advice"] == (None if word == "unknown" else word), row["domain"]
    assert {"good", "mixed"} <= set(told.values())
    assert "avoid" not in told.values()
    assert {row["advice"] for row in app.prospects(session, target, as_of="2026-05-01").rows} == {None}


def test_a_site_to_be_avoided_is_counted_where_somebody_would_be_asked() -> None:
    rows = [
        prospect("gap", name, f"https://{name}/", "why") for name in ("bad.test", "new.test", "fine.test")
    ]
    ideas = [prospect("content-idea", None, "https://rival.test/a", "why")]
    broken = [prospect("broken", "bad.test", "https://bad.test/", "why")]
    found = {"gap": Found(rows, {"own": 1}), "content-idea": Found(ideas), "broken": Found(broken)}
    left = advised(found, {"bad.test": "avoid", "fine.test": "good"})
    assert [(row["domain"], row["advice"]) for row in left["gap"].rows] == [
        ("new.test", None),
        ("fine.test", "good"),
    ]
    assert left["gap"].left_out == {"own": 1, "avoid": 1}
    assert [row["advice"] for kind in ("content-idea", "broken") for row in left[kind].rows] == [None, None]
