"""How near are the pages that link to what a target is about, and where is that not known?"""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from backlit import app
from backlit.app.session import Session
from backlit.app.topics import relevances
from backlit.index.contexts import CONTEXT, contexts_elsewhere, own_titles
from backlit.vweb import VirtualWeb
from tests.unit.looks import Look, commit

TARGET = "gardenhaus.example"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = tmp_path_factory.mktemp("topics")
    VirtualWeb(seed=5, pages=700).write_warc(folder / "crawl.warc.gz")
    app.ingest(folder / "home", [str(folder / "crawl.warc.gz")])
    return app.open_session(folder / "home", may_wait=True)


def links_to(session: Session, target: str, **asked: Any) -> list[dict[str, Any]]:
    found: Any = app.backlinks(session, target, group="none", limit=1_000, **asked).data
    return [dict(row) for row in found]


def test_pages_about_the_same_are_nearer(session: Session) -> None:
    rows = [row for row in links_to(session, TARGET) if row["relevance"] is not None]
    about = {
        word: [row["relevance"] for row in rows if word in (row["source_title"] or "").lower()]
        for word in ("rose", "compost", "mortgage", "guitar", "code review")
    }
    gardens, others = (
        [place for word in words for place in about[word]]
        for words in (("rose", "compost"), ("mortgage", "guitar", "code review"))
    )
    assert min(len(gardens), len(others)) >= 3
    assert sorted(gardens)[len(gardens) // 2] > 0.9
    assert sorted(others)[len(others) // 2] < 0.6


def test_another_language_is_not_known(session: Session) -> None:
    titles = own_titles(session.index, session.profile(TARGET).version, TARGET)
    own = {language[:2] for _, language in titles if language}
    rows = links_to(session, TARGET)
    told = {(row["language"] or "")[:2] for row in rows if row["relevance"] is not None}
    untold = {(row["language"] or "")[:2] for row in rows if row["relevance"] is None}
    assert told <= own | {""}
    assert untold - own


def test_a_target_whose_pages_are_not_in_the_index_has_none(tmp_path: Path) -> None:
    commit(tmp_path / "home", "crawl", [Look("https://a.test/", 1, (("https://unread.test/", "text"),))])
    (link,) = links_to(app.open_session(tmp_path / "home"), "unread.test")
    assert link["relevance"] is None


def test_it_can_be_asked_for_sorted_by_and_summed_up(session: Session) -> None:
    near = links_to(session, TARGET, q="relevance>=0.9", sort="-relevance")
    assert near
    places = [row["relevance"] for row in near]
    assert places == sorted(places, reverse=True)
    assert min(places) >= 0.9
    overview: Any = app.overview(session, TARGET).data
    assert 0.5 < overview["relevance"] <= 1.0


def test_the_scale_is_of_links_to_others(session: Session) -> None:
    version = session.profile(TARGET).version
    found = contexts_elsewhere(session.index, version, TARGET)
    assert found.column_names == list(CONTEXT)
    assert found.num_rows > 100
    assert found.equals(contexts_elsewhere(session.index, version, TARGET))


def test_a_page_in_other_letters_that_says_no_language_is_not_known(tmp_path: Path) -> None:
    own = [Look(f"https://tea.test/{n}", 1, ()) for n in range(4)]
    pages = [
        Look("https://latin.test/", 1, (("https://tea.test/", "good tea"),)),
        Look("https://чай.test/", 1, (("https://tea.test/", "tea"),)),
    ]
    commit(tmp_path, "crawl", [*own, *pages], internal=True)
    session = app.open_session(tmp_path, may_wait=True)
    table = pa.table(
        {
            "source_language": pa.array([None, None, None], pa.string()),
            "source_title": ["Page about good tea", "Страница о хорошем чае", "東京のお茶"],
            "before": ["here", "здесь", ""],
            "after": ["and", "и", ""],
        }
    )
    found = relevances(session.index, session.profile("tea.test"), table).to_pylist()
    assert [each is None for each in found] == [False, True, True]
