"""Are anchors classed by the brand terms of the project, at once when they change, and by no others?"""

from pathlib import Path

import pytest

from backlit import app
from backlit.app.due import DEFAULTS, targets_of
from backlit.errors import UsageError
from backlit.store.place import SETTING
from backlit.vweb import VirtualWeb
from tests.unit.looks import Look, commit

OURS, OTHER = "https://ours.test/", "https://other.test/"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pages that call two sites by a name that neither has."""
    monkeypatch.delenv(SETTING, raising=False)
    links = ((OURS, "Zumwinkel"), (OTHER, "Zumwinkel"))
    commit(tmp_path, "first", [Look(f"https://{name}.test/", 1, links) for name in "abc"])
    return tmp_path


def classes(session: app.Session, target: str) -> list[str]:
    return [row["class"] for row in app.anchors(session, target).rows]


def test_a_brand_term_makes_an_anchor_of_the_brand_as_long_as_it_stands(home: Path) -> None:
    session = app.open_session(home)
    before = classes(session, "ours.test")
    assert before != ["brand"]
    app.project_add(home, "ours.test", brands=["zum winkel"])
    session.refresh()
    told = [classes(session, target) for target in ("ours.test", "other.test", "www.ours.test")]
    assert told[:2] == [["brand"], before]
    assert classes(app.open_session(home), OURS) == ["brand"]
    app.project_edit(home, "ours.test", brands=())
    session.refresh()
    assert classes(session, "ours.test") == before
    app.project_edit(home, "ours.test", brands=["Zumwinkel"])
    app.project_archive(home, "ours.test")
    session.refresh()
    assert classes(session, "ours.test") == before


def test_judgements_that_were_kept_are_those_of_the_same_terms(home: Path) -> None:
    def judged() -> int:
        app.audit(app.open_session(home, may_wait=True), "ours.test")
        return len(list((home / "judged").iterdir()))

    assert judged() == 1
    app.project_add(home, "ours.test", rivals=["other.test"])
    assert judged() == 1
    app.project_edit(home, "ours.test", brands=["Zumwinkel"])
    assert (judged(), judged()) == (2, 2)
    app.project_edit(home, "ours.test", brands=())
    assert judged() == 2


def test_links_within_the_sites_of_projects_are_kept_where_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    file, home = tmp_path / "crawl.warc.gz", tmp_path / "home"
    VirtualWeb(pages=100).write_warc(file)
    with pytest.raises(UsageError, match="backlit project add TARGET"):
        app.ingest(home, [str(file)], internal="projects")
    app.project_add(home, "gardenhaus.example")
    app.project_add(home, "webstudio.example")
    app.project_archive(home, "webstudio.example")
    app.ingest(home, [str(file)], internal="projects")
    query = "SELECT DISTINCT target_domain AS d FROM links WHERE source_domain = target_domain"
    assert [row["d"] for row in app.sql(app.open_session(home), query).rows] == ["gardenhaus.example"]


def test_what_is_done_again_and_again_includes_the_targets_of_projects(home: Path) -> None:
    app.monitor_add(home, ["https://a.test/"], "https://shop.test/tea")
    app.project_add(home, "ours.test")
    app.project_add(home, "away.test")
    app.project_archive(home, "away.test")
    found = {each.name: list(targets_of(home, each)) for each in DEFAULTS}
    watched, both = ["https://shop.test/tea"], ["https://shop.test/tea", "ours.test"]
    expected = {"monitors": watched, "alerts": [], "answers": ["ours.test"]}
    assert found == {**expected, "links": both, "audits": both, "reports": both}
