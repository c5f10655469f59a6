"""Do lists, filters and orders tell what links are worth, and what is wrong with them?"""

import importlib.util
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backlit import app
from backlit.app import judging
from backlit.errors import UsageError
from backlit.index import judgements
from backlit.model import Reader
from backlit.rank import features
from backlit.report.judged import judged_lines
from backlit.score.checks import source
from backlit.score.relevance import static
from tests.unit.looks import Look, commit

SHOP = "https://shop.test/"


@pytest.fixture
def session(tmp_path: Path) -> app.Session:
    looks = [
        Look("https://good.example/", 1, ((SHOP, "the shop on the corner"),)),
        Look("https://bad.example/", 2, ((SHOP, "Shop"),)),
        Look("https://talk.example/", 3, ((SHOP, "cheap loans"), (SHOP + "b", "the other page"))),
    ]
    commit(tmp_path, "a", looks)
    return app.open_session(tmp_path, may_wait=True)


def test_links_have_a_value_and_two_readings(session: app.Session) -> None:
    rows = app.backlinks(session, "shop.test", group="none").rows
    assert len(rows) == 4
    for row in rows:
        assert 0 <= row["spam"] <= 100
        assert 0 <= row["unnatural"] <= 100
        assert 0 <= row["value_low"] <= row["value"] <= row["value_high"] <= 100


def test_links_can_be_ordered_and_chosen_by_them(session: app.Session) -> None:
    rows = app.backlinks(session, "shop.test", group="none", sort="-unnatural").rows
    found = [row["unnatural"] for row in rows]
    assert found == sorted(found, reverse=True)
    assert rows[0]["anchor"] == "cheap loans"
    limit = rows[1]["unnatural"]
    more = app.backlinks(session, "shop.test", group="none", q=f"unnatural:>{limit}").rows
    assert [row["anchor"] for row in more] == ["cheap loans"]
    assert app.backlinks(session, "shop.test", q="spam:>99").rows == []
    assert app.backlinks(session, "shop.test", group="none", q="-is:spam -is:unnatural").total == 4
    assert app.backlinks(session, "shop.test", q="is:spam").total == 0


def test_a_domain_reads_as_four_fifths_of_its_links(session: app.Session) -> None:
    links = app.backlinks(session, "shop.test", group="none", q="domain:talk.example").rows
    (domain,) = app.domains(session, "shop.test", q="domain:talk.example").rows
    assert domain["unnatural"] == min(link["unnatural"] for link in links)
    assert app.domains(session, "shop.test", q="spam:<100").total == 3


def test_without_ranks_nobody_knows_which_domains_count(session: app.Session) -> None:
    row = app.overview(session, "shop.test").row
    assert (row["counting_domains"], row["spam_share"], row["unnatural_share"]) == (None, 0, 0)


def test_of_links_that_only_exports_name_nobody_knows_how_they_read(tmp_path: Path) -> None:
    named = Look("https://said.example/", 1, ((SHOP, "cheap"),), Reader.EXPORT, complete=False)
    commit(tmp_path, "a", [named])
    row = app.overview(app.open_session(tmp_path, may_wait=True), "shop.test").row
    told = ("links", "judged_domains", "spam_share", "unnatural_share")
    assert [row[name] for name in told] == [1, 0, None, None]
    commit(tmp_path, "b", [Look("https://seen.example/", 2, ((SHOP, "cheap"),))])
    row = app.overview(app.open_session(tmp_path, may_wait=True), "shop.test").row
    assert [row[name] for name in told] == [2, 1, 0, 0]


def test_of_many_links_only_who_asks_waits(session: app.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judgements, "QUICK", 2)
    assert {row["spam"] for row in app.backlinks(session, "shop.test").rows} == {None}
    assert app.overview(session, "shop.test").row["spam_share"] is None
    assert None not in {row["spam"] for row in app.backlinks(session, "shop.test", sort="-spam").rows}
    assert None not in {row["spam"] for row in app.backlinks(session, "shop.test").rows}
    assert app.overview(session, "shop.test").row["spam_share"] is not None


def test_files_tell_what_lists_leave_out(session: app.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judgements, "QUICK", 2)
    (rows,) = app.whole(session, "backlinks", "shop.test").batches
    assert None not in {row["value"] for row in rows}


def test_an_order_that_is_none_names_those_near(session: app.Session) -> None:
    with pytest.raises(UsageError, match="unnatural"):
        app.backlinks(session, "shop.test", sort="-unnatual")


def test_a_receipt_shows_every_factor_and_finding(session: app.Session) -> None:
    (link,) = app.backlinks(session, "shop.test", group="none", q='"cheap loans"').rows
    row = app.explain(session, link["id"], target="shop.test").row
    assert (row["worth"]["low"], row["worth"]["high"]) == (link["value_low"], link["value_high"])
    product = 1.0
    for part in row["worth"]["parts"]:
        product *= part["high"]
    assert product == pytest.approx(link["value_high"], abs=0.2)
    narrowed = [part["name"] for part in row["worth"]["parts"] if part["narrows"]]
    assert narrowed[:3] == ["authority", "attention", "placement"]
    told = row["assessment"]
    assert (told["spam"], told["unnatural"]) == (link["spam"], link["unnatural"])
    assert {"text-that-sells", "spam-trade-text"} <= {finding["id"] for finding in told["findings"]}
    assert row["visitors"] is None
    lines = "\n".join(judged_lines(row))
    assert f"Worth {link['value_low']:g} to {link['value_high']:g} of 100 for ranking:" in lines
    assert "“cheap loans”. [LS-06]" in lines


def test_changes_are_not_judged_and_say_so(session: app.Session) -> None:
    with pytest.raises(UsageError, match="what changed is not judged"):
        app.changes(session, "shop.test", q="spam:>50")


def test_what_is_few_means_the_same_in_both_rooms() -> None:
    assert source.FEW == features.FEW


def test_a_command_that_only_looks_sees_what_was_judged_before(session: app.Session) -> None:
    def spam(home: Path) -> set[float | None]:
        return {row["spam"] for row in app.backlinks(app.open_session(home), "shop.test").rows}

    home = session.home
    assert spam(home) == {None}
    judged = app.backlinks(session, "shop.test").rows
    assert app.backlinks(app.open_session(home), "shop.test").rows == judged
    (kept,) = (home / "judged").iterdir()
    commit(home, "b", [Look("https://late.example/", 4, ((SHOP, "a late link"),))])
    assert spam(home) == {None}  # of another version
    app.overview(app.open_session(home, may_wait=True), "shop.test")
    assert None not in spam(home)
    kept.write_bytes(b"damaged")
    assert app.backlinks(session, "shop.test").rows == judged


def test_an_audit_keeps_its_judgements(session: app.Session) -> None:
    app.audit(app.open_session(session.home), "shop.test")
    assert app.overview(app.open_session(session.home), "shop.test").row["spam_share"] is not None


def test_of_a_large_index_only_who_asks_waits(session: app.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judgements, "QUICK_INDEX", 2)
    assert app.overview(session, "shop.test").row["spam_share"] is None


def test_what_an_audit_judged_is_not_judged_twice(
    session: app.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = app.audit(session, "shop.test").row
    monkeypatch.delattr(judging, "judge_links")
    assert app.audit(session, "shop.test").row == first
    assert app.backlinks(session, "shop.test").rows[0]["spam"] is not None


def test_kept_judgements_of_another_shape_are_made_anew(session: app.Session) -> None:
    judged = app.backlinks(session, "shop.test").rows
    (kept,) = (session.home / "judged").iterdir()
    for write in (lambda: pq.write_table(pa.table({"x": [1]}), kept), lambda: kept.write_bytes(b"torn")):
        write()
        assert app.backlinks(app.open_session(session.home), "shop.test").rows == judged
        assert pq.read_table(kept).column_names == list(judgements.COLUMNS)


@pytest.mark.parametrize(
    ("spec", "method", "said"),
    [
        (None, "words", "the extra ml, which adds word vectors, is not installed"),
        (object(), "words and vectors", "from word vectors (the extra ml)"),
    ],
)
def test_the_method_of_relevance_is_said_and_what_it_judged_is_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: object, method: str, said: str
) -> None:
    find, is_there = importlib.util.find_spec, [spec]
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: is_there[0] if name == "wordllama" else find(name)
    )
    monkeypatch.setattr(static, "model", lambda: None)
    commit(tmp_path, "a", [Look("https://talk.example/", 3, ((SHOP, "cheap loans"),))])
    session = app.open_session(tmp_path, may_wait=True)
    [link] = app.backlinks(session, "shop.test", group="none").rows
    assert len(list((tmp_path / "judged").iterdir())) == 1
    assert app.overview(session, "shop.test").row["relevance_method"] == method
    assert [each for each in app.audit(session, "shop.test").row["unknowns"] if said in each]
    receipt = app.explain(session, link["id"], target="shop.test").row
    assert receipt["relevance_method"] == method
    assert said in judged_lines(receipt)[-1]
    is_there[0] = None if spec else object()
    app.backlinks(app.open_session(tmp_path, may_wait=True), "shop.test", group="none")
    assert len(list((tmp_path / "judged").iterdir())) == 2


def test_of_two_links_with_one_identity_each_has_its_own_receipt(tmp_path: Path) -> None:
    twice = ((SHOP, "cheap loans"), (SHOP, "the shop on the corner"))
    commit(tmp_path, "a", [Look("https://talk.example/", 3, twice)])
    session = app.open_session(tmp_path, may_wait=True)
    rows = app.backlinks(session, "shop.test", group="none").rows
    assert len({row["id"] for row in rows}) == 1
    assert len({row["unnatural"] for row in rows}) == 2
    found = app.explain(session, rows[0]["id"], target="shop.test").row
    told = found["link"]["unnatural"], found["assessment"]["unnatural"]
    assert told[0] == round(told[1], 1)
