"""Do the reading commands answer a pipe and a program as they promise?"""

from collections import Counter

import pytest

from backlit import app
from backlit.app.answer import Answer
from backlit.cli.output import Pages
from tests.unit.cli.conftest import TARGET, Backlit


def test_a_pipe_gets_tsv_with_a_header_and_nothing_else(backlit: Backlit, session: app.Session) -> None:
    said = backlit("domains", TARGET)
    rows = app.domains(session, TARGET).rows
    assert (said.code, said.err) == (0, "")
    assert [row["domain"] for row in said.table] == [row["domain"] for row in rows]
    assert [int(row["links"]) for row in said.table] == [row["links"] for row in rows]
    assert list(said.table[0]) == list(rows[0])


def test_an_unknown_value_is_an_empty_cell_and_null(backlit: Backlit) -> None:
    assert {row["topic"] for row in backlit("domains", TARGET).table} == {""}
    assert {row["topic"] for row in backlit("domains", TARGET, "--json").envelope["data"]} == {None}


def test_json_is_one_envelope(backlit: Backlit) -> None:
    found = backlit("backlinks", TARGET, "--json", "--limit", "3").envelope
    assert list(found) == ["data", "page", "meta", "schema_version"]
    assert (len(found["data"]), found["page"]["limit"], found["schema_version"]) == (3, 3, 1)
    assert found["meta"]["query"]["target"] == TARGET
    assert found["data"][0]["first_seen"].endswith("Z")


@pytest.mark.parametrize("name", ["backlinks", "domains", "anchors", "best-pages"])
def test_the_cursor_goes_on_where_the_answer_ended(backlit: Backlit, name: str) -> None:
    whole = backlit(name, TARGET, "--json", "--limit", "5").envelope
    first = backlit(name, TARGET, "--json", "--limit", "2").envelope
    rest = backlit(name, TARGET, "--json", "--limit", "3", "--cursor", first["page"]["next"]).envelope
    assert first["data"] + rest["data"] == whole["data"]


def test_rows_left_out_of_a_pipe_are_counted_on_stderr(backlit: Backlit, session: app.Session) -> None:
    cut = ("domains", TARGET, "--limit", "2")
    loud, quiet = backlit(*cut), backlit(*cut, "--quiet")
    total = app.domains(session, TARGET).total
    assert loud.err.startswith(f"backlit: 2 of {total} rows; --limit N for more, or go on with --cursor ")
    assert (quiet.err, quiet.out) == ("", loud.out)


def test_no_header_leaves_only_rows(backlit: Backlit) -> None:
    full = backlit("anchors", TARGET).out.splitlines()
    assert backlit("anchors", TARGET, "--no-header").out.splitlines() == full[1:]


def test_state_and_group_choose_the_links(backlit: Backlit) -> None:
    every = backlit("backlinks", TARGET, "--group", "none", "--state", "all").table
    live = backlit("backlinks", TARGET, "--group", "none").table
    lost = backlit("backlinks", TARGET, "--group", "none", "--state", "lost").table
    assert {row["state"] for row in lost} == {"lost"}
    assert {row["id"] for row in live} | {row["id"] for row in lost} == {row["id"] for row in every}


def test_a_leading_minus_sorts_the_greatest_first(backlit: Backlit) -> None:
    links = [int(row["links"]) for row in backlit("domains", TARGET, "--sort", "-links").table]
    assert links == sorted(links, reverse=True)


def test_overview_in_a_pipe_is_one_flat_row(backlit: Backlit, session: app.Session) -> None:
    [row] = backlit("overview", TARGET).table
    known = app.overview(session, TARGET).rows[0]
    assert (row["target"], row["authority.score"]) == (TARGET, "")
    assert row["referring_domains"] == str(known["referring_domains"])
    assert row["mix.rel.follow"] == str(known["mix"]["rel"]["follow"])


def test_overview_as_json_says_why_authority_is_unknown(backlit: Backlit) -> None:
    authority = backlit("overview", TARGET, "--json").envelope["data"]["authority"]
    assert authority["score"] is None
    assert authority["why"]


def test_overview_of_an_earlier_day_is_of_that_day(backlit: Backlit) -> None:
    then = backlit("overview", TARGET, "--as-of", "2026-03-31", "--json").envelope
    now = backlit("overview", TARGET, "--json").envelope
    assert then["meta"]["as_of"][:10] == "2026-03-31"
    assert then["data"]["last_seen"] < now["data"]["last_seen"]


def test_leads_are_listed_by_their_own_option(backlit: Backlit, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"source_url": "https://said.example/x", "target_domain": TARGET, "reported_by": "a list"}
    monkeypatch.setattr(
        app, "leads", lambda *_, **__: Answer([row], {"target": TARGET}, total=1), raising=False
    )
    assert backlit("backlinks", TARGET, "--leads").table == [row]


def test_a_star_at_the_end_of_an_address_is_explained(backlit: Backlit) -> None:
    said = backlit("overview", f"https://{TARGET}/blog/*")
    assert (said.code, f"https://{TARGET}/blog/ --scope prefix" in said.err) == (0, True)
    assert backlit("domains", f"https://{TARGET}/blog/*", "--scope", "prefix").err == ""


def test_index_ls_tells_sources_from_versions(backlit: Backlit) -> None:
    rows = backlit("index", "ls").table
    nested = backlit("index", "ls", "--json").envelope["data"]
    names = [row["name"] for row in rows if row["what"] == "source"]
    snapshots = [row["snapshot"] for row in rows if row["what"] == "version"]
    assert names == [row["name"] for row in nested["sources"]]
    assert snapshots == [row["snapshot"] for row in nested["versions"]]
    assert len(rows) == len(names) + len(snapshots)


def test_version_names_what_it_runs_on(backlit: Backlit) -> None:
    import duckdb

    assert backlit("version").out == "backlit 0.1.0\n"
    assert backlit("version", "--json").envelope["data"]["duckdb"] == duckdb.__version__


def test_audit_in_a_pipe_is_its_groups_and_findings(
    backlit: Backlit, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"clusters": [CLUSTER], "findings": [FINDING]}
    monkeypatch.setattr(app, "audit", lambda *_, **__: Answer(found, {}), raising=False)
    group, other = backlit("audit", TARGET).table
    assert list(group) == ["id", "cluster", "links", "domains", "spam", "unnatural", "findings", "suggestion"]
    assert (group["cluster"], group["links"], group["unnatural"]) == ("8 domains", "23", "94.0")
    assert group["findings"].startswith('[{"id":"y","level":"look","sentence":"T.","policy":"LS-01",')
    assert (other["cluster"], other["suggestion"]) == ("", "Nothing.")
    assert other["findings"].startswith('[{"id":"x","level":"info",')
    assert backlit("audit", TARGET, "--json").envelope["data"] == found


CLUSTER = {
    "id": "c1@a.example",
    "cluster": "8 domains",
    "links": 23,
    "domains": 8,
    "spam": 41.0,
    "unnatural": 94.0,
    "findings": [{"id": "y", "level": "info", "sentence": "T.", "policy": "LS-01", "evidence": {"b": 2}}],
    "suggestion": "Look.",
}


FINDING = {"id": "x", "level": "info", "sentence": "S.", "what_to_do": "Nothing.", "evidence": [{"a": 1}]}


def test_audit_fails_from_the_level_that_was_named(backlit: Backlit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "audit", lambda *_, **__: Answer({"findings": [FINDING]}, {}), raising=False)
    levels: list[list[str]] = [[], ["--fail-on", "look"], ["--fail-on", "info"], ["--fail-on", "doom"]]
    assert [backlit("audit", TARGET, *more).code for more in levels] == [0, 0, 1, 2]
    groups = {"clusters": [CLUSTER], "findings": []}
    monkeypatch.setattr(app, "audit", lambda *_, **__: Answer(groups, {}), raising=False)
    assert [backlit("audit", TARGET, *more).code for more in levels] == [0, 1, 1, 2]


def test_pages_are_asked_for_until_there_are_enough() -> None:
    asked = []

    def ask(limit: int, cursor: str | None) -> Answer:
        asked.append((limit, cursor))
        start = int(cursor or 0)
        stop = min(start + min(limit, 4), 10)
        rows = [{"n": n} for n in range(start, stop)]
        return Answer(rows, {}, total=10, next=str(stop) if stop < 10 else None)

    assert [row["n"] for row in Pages(ask, 6, None).all_of(3).rows] == [0, 1, 2, 3, 4, 5]
    assert asked == [(6, None), (2, "4")]
    assert len(Pages(ask, None, "8").all_of(None).rows) == 2
    assert Pages(ask, None, None).all_of(3).next == "3"


def test_changes_name_what_differs_and_count_what_is_told_apart(backlit: Backlit) -> None:
    target, dates = "mossywheels.example", ("--vs", "2026-03-31", "--as-of", "2026-05-31")
    found = backlit("changes", target, *dates, "--json").envelope
    told = Counter((row["kind"], row["reason"]) for row in found["data"])
    assert told == {
        ("changed", "anchor"): 2,
        ("changed", "rel"): 1,
        ("changed", "one-fewer"): 1,
        ("lost", "page-gone"): 2,
        ("lost", "removed"): 1,
    }
    kinds = {kind for kind, _ in told}
    counts = found["facets"]["change"]
    assert sum(counts[kind] for kind in kinds) == found["page"]["total"]
    assert found["meta"]["query"]["before"].startswith("2026-03-31T23:59:59")
    apart = backlit("changes", TARGET, *dates, "--json").envelope["facets"]["change"]
    assert apart["first-read"] > 0


def test_changes_fit_a_terminal(backlit: Backlit, terminal: None) -> None:
    dates = ("--since", "2026-04-01", "--as-of", "2026-05-31")
    screen = backlit("changes", "mossywheels.example", *dates, "--kind", "changed").screen
    assert any(" → " in line for line in screen)
    assert any("one fewer; the" in line for line in screen)
    assert max(map(len, screen)) <= 100


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("changes", TARGET, "--since", "yesterday"), "that is no date"),
        (("changes", TARGET, "--since", "30d", "--vs", "2026-01-01"), "Name one of them"),
        (("changes", TARGET, "--vs", "1234567890123456"), "the index does not hold it"),
        (("changes", TARGET, "--kind", "losst"), "Near it: lost"),
        (("backlinks", TARGET, "-q", "achor:x"), "Near it: anchor"),
        (("backlinks", TARGET, "--as-of", "2026-13-01"), "that is no date"),
        (("backlinks", TARGET, "--cursor", "AAAA"), "none that this index gave out"),
        (("domains", TARGET, "--sort", "linkss"), "Near it: links"),
    ],
)
def test_each_wrong_question_has_its_error_and_its_exit_code(
    backlit: Backlit, arguments: tuple[str, ...], said: str
) -> None:
    heard = backlit(*arguments)
    assert (heard.code, heard.out) == (2, "")
    assert said in heard.err
