"""Do clicks and visits lie beside the right links, is what is missing not zero, and is too little refused?"""

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

import backlit
from backlit import app
from backlit.cli.root import run
from backlit.errors import UsageError
from backlit.index.performance import PageCounts, Visits, Window
from backlit.report.impact import CAVEAT, chosen, impact_of
from backlit.web.server import create_app
from tests.unit.fakes import link_row
from tests.unit.looks import EPOCH, Look, commit
from tests.unit.outline import Outline

SITE = "ours.test"
WON, PAGES = 20, 80
BEFORE, AFTER = date(2026, 1, 5), date(2026, 2, 20)


def url(number: int) -> str:
    return f"https://{SITE}/p{number}"


def export(
    folder: Path, first: date, clicks: list[int], *, header: tuple[str, str], gap: int | None = None
) -> Path:
    """A zip as Search Console writes it: pages, and days of which one may be missing."""
    days = [first + timedelta(days=at) for at in range(28) if at != gap]
    tables = {
        "Pages.csv": [f"{url(at)},{number},{10 * number},10%,3.5" for at, number in enumerate(clicks)],
        "Dates.csv": [f"{each},1,2,50%,3" for each in days],
    }
    path = folder / f"{SITE}-Performance-on-Search-{days[-1]}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in tables.items():
            first_cell = {"Pages.csv": header[0], "Dates.csv": "Date"}[name]
            archive.writestr(name, "\n".join([f"{first_cell},{header[1]}", *rows]) + "\n")
    return path


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty pages won a link between two exports, and did better than the others by three fifths."""
    folder = tmp_path_factory.mktemp("impact")
    sources = [f"https://site{at}.test/" for at in range(WON)]
    commit(folder / "home", "first", [Look(each, 3) for each in sources])
    won = [Look(each, 40, ((url(at), f"words {at}"),)) for at, each in enumerate(sources)]
    late = [Look("https://new.test/", 41, ((url(PAGES - 1), "who knows when"),))]
    commit(folder / "home", "second", won + late)
    rng = np.random.default_rng(4)
    size = rng.lognormal(5, 0.7, PAGES)
    became = size * 0.9 * np.where(np.arange(PAGES) < WON, 1.6, 1.0) * np.exp(rng.normal(0, 0.1, PAGES))
    english = ("Top pages", "Clicks,Impressions,CTR,Position")
    danish = ("Side", "Klik,Visninger,CTR,Placering")
    old = export(folder, BEFORE, [round(each) for each in size], header=english, gap=9)
    new = export(folder, AFTER, [round(each) for each in became][:-2], header=danish)
    visits = folder / "visits.csv"
    lines = [f"{AFTER + timedelta(days=at)},site0.test,/p0,{at}" for at in range(5)]
    lines += [f"{BEFORE},other.test,/p0,7"]
    visits.write_text("\n".join(["Date,Source,Entry page,Visits", *lines]) + "\n")
    app.ingest(folder / "home", [str(old), str(new)], workers=1)
    app.ingest(folder / "home", [str(visits)], target=SITE, workers=1)
    return folder / "home"


@pytest.fixture(scope="session")
def session(home: Path) -> app.Session:
    return app.open_session(home)


def test_pages_that_won_links_are_told_beside_those_that_did_not(session: app.Session) -> None:
    answer = app.impact(session, SITE)
    told = answer.row
    first = told["effects"][0]
    assert (first["of"], first["measure"], first["touched"], first["untouched"]) == ("won", "clicks", WON, 58)
    assert first["low"] < 0.6 < first["high"]
    assert first["low"] > 0
    assert first["sentence"].startswith("The 20 pages that won links had ")
    assert told["caveat"] == CAVEAT
    lost = [row for row in told["effects"] if row["of"] == "lost"]
    assert {row["change"] for row in lost} == {None}
    assert lost[0]["sentence"] == "No link to these pages was lost between the exports."
    assert "8 and 20 are needed" in lost[0]["why"]
    assert answer.total == PAGES - 2


def test_a_missing_day_is_unknown_and_so_is_a_page_of_one_export(session: app.Session) -> None:
    told = app.impact(session, SITE).row
    assert (told["before"]["days"], told["before"]["missing_days"], told["after"]["days"]) == (27, 1, 28)
    assert told["left_out"] == {"one_export_only": 2, "unclear": 0, "won_and_lost": 0}
    assert any("1 day is missing of 5 Jan 2026 to 1 Feb 2026" in note for note in told["notes"])
    row = next(each for each in told["pages"] if each["page"] == url(30))
    by_day = (row["clicks_after"] / 28) / (row["clicks_before"] / 27) - 1
    assert row["clicks_change"] == pytest.approx(by_day)


def test_each_page_has_its_links_and_visits(session: app.Session) -> None:
    row = next(each for each in app.impact(session, SITE).row["pages"] if each["page"] == url(0))
    (link,) = row["won_links"]
    assert (link["source_url"], link["anchor"], link["at"]) == (
        "https://site0.test/", "words 0", EPOCH + timedelta(days=40),
    )  # fmt: skip
    assert (row["visits_before"], row["visits_after"], row["visits_from_won"]) == (7, 10, 10)
    assert (row["position_before"], row["impressions_before"]) == (3.5, 10 * row["clicks_before"])


def test_a_filter_and_a_scope_choose(session: app.Session) -> None:
    told = app.impact(session, SITE, q="domain:site3.test").row
    assert [row["page"] for row in told["pages"] if row["won"]] == [url(3)]
    assert told["effects"][0]["why"] is not None
    assert told["left_out"]["unclear"] == WON - 1
    clear = [row for row in told["pages"] if row["unclear"] is None]
    assert [row["page"] for row in clear if row["won"]] == [url(3)]
    assert not {url(at) for at in range(WON) if at != 3} & {row["page"] for row in clear}
    assert any("left out by the filter" in note for note in told["notes"])
    (one,) = app.impact(session, url(5)).row["pages"]
    assert (one["page"], one["won"]) == (url(5), 1)


def test_the_same_data_give_the_same_interval(session: app.Session) -> None:
    assert app.impact(session, SITE).row["effects"] == app.impact(session, SITE).row["effects"]
    other = app.impact(session, SITE, rng=np.random.default_rng(99)).row["effects"][0]
    assert other["change"] == app.impact(session, SITE).row["effects"][0]["change"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"since": "soon"}, "that is no date"),
        ({"since": "2026-03-01"}, "no export of pages for the days after"),
        ({"since": "2026-01-02"}, "no export of pages for the days before"),
        ({"limit": 0}, "out of range"),
    ],
)
def test_what_cannot_be_compared_says_why(session: app.Session, asked: dict[str, Any], found: str) -> None:
    with pytest.raises(UsageError, match=found):
        app.impact(session, SITE, **asked)


def test_without_exports_it_says_where_to_get_them(session: app.Session) -> None:
    with pytest.raises(UsageError, match="Performance of two stretches"):
        app.impact(session, "site0.test")


def test_looks_that_begin_too_late_or_end_too_early_tell_nothing(tmp_path: Path) -> None:
    clicks = [50] * 5
    header = ("Top pages", "Clicks,Impressions,CTR,Position")
    paths = [str(export(tmp_path, each, clicks, header=header)) for each in (BEFORE, AFTER)]
    for name, on, found in (("late", 60, "first looked at after"), ("early", 1, "last looked at before")):
        commit(tmp_path / name, "only", [Look("https://a.test/", on, ((url(0), "w"),))])
        app.ingest(tmp_path / name, paths, workers=1)
        with pytest.raises(UsageError, match=found):
            app.impact(app.open_session(tmp_path / name), SITE)


# the parts -----------------------------------------------------------------------


def window(first: date, pages: dict[str, int], *, days: int = 28, name: str = "w") -> Window:
    told = {page: PageCounts(number, number, None) for page, number in pages.items()}
    at = datetime(2026, 6, 1, tzinfo=UTC)
    return Window(name, at, None, told, tuple(first + timedelta(days=each) for each in range(days)))


def moved(kind: str, page: str, on: date, **link: Any) -> dict[str, Any]:
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    return {"at": at, "kind": kind, "reason": "added", "link": link_row(target_url=page, **link)}


def test_the_newest_two_that_do_not_overlap_are_chosen() -> None:
    old, mid, new = (window(date(2026, month, 1), {}, name=f"{month}") for month in (1, 2, 3))
    wide = window(date(2026, 1, 1), {}, days=85, name="wide")
    dateless = window(date(2026, 5, 1), {}, days=0, name="dateless")
    assert [each.name for each in chosen([old, mid, new, wide, dateless], None) if each] == ["2", "3"]
    assert [each.name for each in chosen([old, mid, new], date(2026, 2, 1)) if each] == ["1", "3"]
    assert chosen([old], None) == (None, old)
    assert chosen([], None) == (None, None)


def test_what_happened_earlier_or_nobody_knows_when_is_neither() -> None:
    names = [f"https://o.test/{at}" for at in range(6)]
    counts = dict.fromkeys(names, 50)
    before, after = window(BEFORE, counts), window(AFTER, counts)
    inside, between, beyond = (
        BEFORE + timedelta(days=3),
        AFTER - timedelta(days=3),
        AFTER + timedelta(days=40),
    )
    changes = [
        moved("new", names[0], between),
        moved("new", names[1], inside),
        moved("first-read", names[2], between),
        moved("lost", names[3], between),
        moved("new", names[3], between),
        moved("new", names[4], beyond),
        moved("new", "http://other.test/alias", between, via=[{"to": names[5]}]),
    ]
    told = impact_of(before, after, changes, [], np.random.default_rng(1))
    rows = {row["page"]: (row["won"], row["lost"], row["unclear"] is not None) for row in told["pages"]}
    assert rows == {
        names[0]: (1, 0, False),
        names[1]: (0, 0, True),
        names[2]: (0, 0, True),
        names[3]: (1, 1, False),
        names[4]: (0, 0, False),
        names[5]: (1, 0, False),
    }
    assert told["left_out"] == {"one_export_only": 0, "unclear": 2, "won_and_lost": 1}
    assert told["effects"][0]["touched"] == 2


def test_visits_of_days_that_no_tool_tells_of_are_not_known() -> None:
    page = "https://o.test/a"
    before, after = window(BEFORE, {page: 9}), window(AFTER, {page: 9})
    tool = Visits("ga4", "sessions", [("https://o.test/b", "x.test", AFTER, AFTER, 4)])
    (row,) = impact_of(before, after, [], [tool], np.random.default_rng(1))["pages"]
    assert (row["visits_before"], row["visits_after"], row["visits_from_won"]) == (None, 0, None)


def test_no_sentence_names_a_cause(session: app.Session) -> None:
    told = app.impact(session, SITE).row
    said = " ".join([*(row["sentence"] for row in told["effects"]), *told["notes"]]).lower()
    assert not [
        word for word in ("because", "due to", "caused", "thanks to", "led to", "effect of") if word in said
    ]


# faces ---------------------------------------------------------------------------


@pytest.fixture
def typed(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.setenv("BACKLIT_DIR", str(home))
    return lambda *words: run(["impact", SITE, *words])


def test_the_command_line(
    typed: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("-o", str(tmp_path / "i.csv")) == 0
    assert len((tmp_path / "i.csv").read_text().splitlines()) == PAGES - 1
    assert CAVEAT in capsys.readouterr().err
    assert typed("--json", "--limit", "3") == 0
    envelope = json.loads(capsys.readouterr().out)
    assert (len(envelope["data"]["pages"]), envelope["page"]["total"]) == (3, PAGES - 2)
    assert typed("--since", "x") == 2
    assert "no date" in capsys.readouterr().err


def test_python(home: Path) -> None:
    told = backlit.open(home).target(SITE).impact(limit=2)
    assert (len(told["pages"]), told["caveat"]) == (2, CAVEAT)


def test_the_page_and_rest(home: Path) -> None:
    client = TestClient(create_app(home), base_url="http://127.0.0.1:8000", raise_server_exceptions=False)
    page = Outline(client.get(f"/t/{SITE}/impact").text)
    assert CAVEAT in page.text
    assert "20 pages that won links" in page.text
    assert len(page.all("details")) >= WON
    empty = client.get("/t/site0.test/impact")
    assert (empty.status_code, "Two exports are needed" in empty.text) == (200, True)
    assert client.get(f"/t/{SITE}/impact?since=x").status_code == 400
    rest = f"/api/v1/targets/{SITE}/impact"
    data = client.get(rest).json()["data"]
    described = client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/targets/{target}/impact"]["get"]
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["data"]
    assert set(schema["properties"]) == set(data)
    assert client.get("/api/v1/targets/site0.test/impact").status_code == 400


def test_a_table_of_pages_without_days_is_named(tmp_path: Path) -> None:
    path = tmp_path / "Pages.csv"
    path.write_text(f"Top pages,Clicks,Impressions,CTR,Position\n{url(0)},50,90,55%,1\n")
    commit(tmp_path / "home", "only", [Look("https://a.test/", 1, ((url(0), "w"),))])
    app.ingest(tmp_path / "home", [str(path)], target=SITE, workers=1)
    with pytest.raises(UsageError, match="1 without a table of days"):
        app.impact(app.open_session(tmp_path / "home"), SITE)
