"""Do pages add up to the whole, whatever the order, and can a cursor be forged, moved or outlive its data?"""

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from backlit import app
from backlit.app.cursors import Cursor, fingerprint, read_cursor, write_cursor
from backlit.errors import CursorExpired, CursorInvalid, CursorMismatch, UsageError, VersionUnknown
from backlit.index.filters import fields_of
from backlit.index.questions import Question
from backlit.index.tables import Index
from tests.unit.looks import Look, commit

PAGES = [f"https://{'abcdefg'[n % 7]}{n % 5}.test/{n}" for n in range(40)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty pages with one to three links each; half of what could be known of them is unknown."""
    folder = tmp_path_factory.mktemp("paged")
    looks = [
        Look(
            page,
            n % 6,
            tuple((f"https://shop.test/{n % 4}", f"text {n % 3}" if n % 2 else "") for _ in range(n % 3 + 1)),
            rel=None if n % 3 else n % 8,
            placement=None if n % 2 else n % 8 + 1,
        )
        for n, page in enumerate(PAGES)
    ]
    commit(folder, "all", looks)
    return folder


@pytest.fixture(scope="module")
def session(home: Path) -> app.Session:
    return app.open_session(home, may_wait=True)


SORTS = sorted(each.name for each in fields_of("backlinks") if each.kind != "names" and not each.needs)


@pytest.mark.parametrize("sort", SORTS)
def test_pages_are_the_whole_in_order_whatever_they_are_sorted_by(session: app.Session, sort: str) -> None:
    profile = session.profile("shop.test")
    for order in (sort, f"-{sort}"):
        question = Question.ask("backlinks", order)
        whole = profile.page(question, 1_000)
        found, after = [], None
        while True:
            page = profile.page(question, 17, after)
            found += page.rows
            after = page.last
            if after is None:
                break
            after = json.loads(json.dumps(after))  # as a cursor carries it
        assert found == whole.rows
        assert whole.total == len(found)


@pytest.mark.parametrize("group", ["domain", "page", "anchor", "subnet"])
def test_groups_page_too_and_streams_give_the_same_rows(session: app.Session, group: str) -> None:
    profile = session.profile("shop.test")
    question = Question.ask("backlinks", "-links", "-placement:nav", group=group)
    whole = profile.page(question, 1_000)
    first = profile.page(question, 2)
    assert first.total == whole.total
    assert first.rows + profile.page(question, 1_000, first.last).rows == whole.rows
    assert [row for batch in profile.batches(question, size=2) for row in batch] == whole.rows
    assert [row for batch in profile.batches(question, 1) for row in batch] == whole.rows[:1]


def test_without_time_a_total_is_an_estimate_and_says_so(session: app.Session) -> None:
    profile = session.profile("shop.test")
    question = Question.ask("backlinks", "-authority")
    hurried, exact, known = (profile.page(question, 1, budget=budget) for budget in (0, None, 0))
    assert (exact.total, exact.is_exact, hurried.is_exact) == (profile.count(question), True, False)
    assert hurried.total is not None
    assert hurried.total % 64 == 0
    assert hurried.rows == exact.rows
    assert known == exact  # what was counted once is known


def test_facets_count_the_links_behind_the_rows(session: app.Session) -> None:
    answer = app.backlinks(session, "shop.test", facets=("rel", "placement"), q="has:placement", limit=1)
    rows = app.backlinks(session, "shop.test", group="none", q="has:placement", limit=1_000).rows
    assert answer.facets is not None
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["placement"]] = counts.get(row["placement"], 0) + 1
    assert dict(answer.facets["placement"] or {}) == counts
    assert sum((answer.facets["rel"] or {}).values()) == len(rows)
    assert "unknown" in (answer.facets["rel"] or {})
    profile = session.profile("shop.test")
    assert profile.facets(Question.ask("backlinks", "-authority"), ["rel"], budget=0) == {"rel": None}
    with pytest.raises(UsageError, match="no such facet"):
        app.backlinks(session, "shop.test", facets=("colour",))


# cursors -----------------------------------------------------------------------------------------


def test_a_cursor_comes_back_as_it_was(tmp_path: Path) -> None:
    cursor = Cursor(2**62 + 1, fingerprint({"a": 1}), [0.1, None, "ä", 7], 12, False)
    assert read_cursor(tmp_path, write_cursor(tmp_path, cursor), cursor.mark) == cursor
    assert (tmp_path / "cursor.key").stat().st_mode & 0o077 == 0


def test_a_cursor_that_was_changed_is_refused_wherever_it_was_changed(tmp_path: Path) -> None:
    mark = fingerprint({})
    cursor = write_cursor(tmp_path, Cursor(1, mark, [1, "x"], 5))
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    for at in range(len(raw)):
        forged = (
            base64.urlsafe_b64encode(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]).decode().rstrip("=")
        )
        with pytest.raises(CursorInvalid):
            read_cursor(tmp_path, forged, mark)
    for text in ("", "x", "ä", "\udcff", cursor[:-3], cursor + "AAAA", "=" * 9):
        with pytest.raises(CursorInvalid):
            read_cursor(tmp_path, text, mark)


def test_a_cursor_of_another_home_or_question_is_each_its_own_error(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    cursor = write_cursor(tmp_path / "one", Cursor(1, fingerprint({"q": "a"}), [1], 5))
    with pytest.raises(CursorInvalid):
        read_cursor(tmp_path / "two", cursor, fingerprint({"q": "a"}))
    with pytest.raises(CursorMismatch, match="belongs to another question"):
        read_cursor(tmp_path / "one", cursor, fingerprint({"q": "b"}))


def test_a_spelling_is_not_another_question(session: app.Session) -> None:
    first = app.backlinks(session, "shop.test", q="has:placement  -rel:ugc", limit=1)
    again = app.backlinks(session, "shop.test", q="has:placement NOT rel:ugc", limit=1, cursor=first.next)
    assert again.rows != first.rows
    assert again.total == first.total


def test_a_cursor_stays_with_its_data_and_says_when_that_is_gone(tmp_path: Path) -> None:
    link = (("https://shop.test/", "x"),)
    commit(tmp_path, "a", [Look("https://b.test/", 1, link), Look("https://d.test/", 1, link)])
    first = app.domains(app.open_session(tmp_path, may_wait=True), "shop.test", sort="domain", limit=1)
    commit(tmp_path, "b", [Look(f"https://{name}.test/", 2, link) for name in "ace"])
    session = app.open_session(tmp_path, may_wait=True)
    rest = app.domains(session, "shop.test", sort="domain", limit=5, cursor=first.next)
    assert [row["domain"] for row in first.rows + rest.rows] == ["b.test", "d.test"]
    assert (rest.total, rest.snapshot) == (2, first.snapshot)
    assert first.next is not None
    gone = read_cursor(tmp_path, first.next, _mark_of(first.next))
    with pytest.raises(CursorExpired, match="no longer kept"):
        app.domains(
            session, "shop.test", sort="domain", cursor=write_cursor(tmp_path, replace(gone, version=12345))
        )


def _mark_of(cursor: str) -> str:
    payload = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[16:]
    mark: str = json.loads(payload)[2]
    return mark


def test_a_version_that_is_not_there_names_the_nearest(home: Path) -> None:
    index = Index.open(home)
    version = index.version()
    typo = str(version.id)[:-1] + str((version.id + 1) % 10)
    with pytest.raises(VersionUnknown, match=f"The nearest is {version.id}"):
        app.backlinks(app.open_session(home, may_wait=True), "shop.test", as_of=typo)
    with pytest.raises(VersionUnknown, match="The newest are"):
        index.version(1)
