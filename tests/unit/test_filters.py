"""Does a filter mean what it says, whatever it is made of, and does an error say where and what instead?"""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlit import app
from backlit.errors import FilterError
from backlit.index.engine import connect
from backlit.index.filters import (
    And,
    Compare,
    Field,
    Node,
    Not,
    Or,
    Value,
    Words,
    compile_filter,
    parse,
    register,
    render,
)
from backlit.index.filters.fields import _fields
from backlit.index.filters.known import host_sql, path_sql, url_sql
from backlit.index.questions import Question
from backlit.model import Reader
from backlit.urls import host_of_key, page_key, parse_url, resolve, url_of_key
from tests.unit.looks import Look, commit, day

# the tree ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spelled", "canonical"),
    [
        ("", ""),
        ("  chairs ", "chairs"),
        ('"garden  chairs"', '"garden  chairs"'),
        ('"chairs"', "chairs"),
        ("REL:nofollow", "rel:nofollow"),
        ('first_seen ">" 2026', 'first_seen ">" 2026'),
        ("first-seen>2026-01-01", "first_seen:>2026-01-01"),
        ("rel:( nofollow , ugc,nofollow )", "rel:(nofollow,ugc)"),
        ("rel:(nofollow)", "rel:nofollow"),
        ("NOT NOT a", "a"),
        ("-(-(a b)) c", "a b c"),
        ("a AND b (c d)", "a b c d"),
        ("a OR (b OR c)", "a OR b OR c"),
        ("a b OR c", "a b OR c"),
        ("a (b OR c)", "a (b OR c)"),
        ("-(a OR b)", "-(a OR b)"),
        ('"OR"', '"OR"'),
        ('"-x" "a:b"', '"-x" "a:b"'),
        ('anchor:"chairs"', "anchor:chairs"),
        ('anchor:"100 % free*"', 'anchor:"100 % free*"'),
        ('domain:"*.example"', 'domain:"*.example"'),
        ("page:https://a.test/x_(y)?z=1,2", "page:https://a.test/x_(y)?z=1,2"),
        ('anchor~"^\\d+ (chairs)"', 'anchor:~"^\\\\d+ (chairs)"'),
        ('a"b"', "a b"),
        ("3>2", "3>2"),
    ],
)
def test_one_filter_has_one_spelling(spelled: str, canonical: str) -> None:
    assert render(parse(spelled)) == canonical
    assert render(parse(canonical)) == canonical


_TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(lambda text: text.strip())
_NAMES = st.sampled_from(["anchor", "rel", "first_seen", "x1", "is"])


def _comparison(field: str, op: str, texts: list[str]) -> Compare:
    """As the parser makes it: quoted values, of which those that need no quotes lose them."""
    listed = len(texts) > 1 and op in (":", "!=")
    quoted = ['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts]
    written = f"({','.join(quoted)})" if listed else quoted[0]
    node = parse(f"{field}:{op.removeprefix(':')}{written}")
    assert isinstance(node, Compare)
    assert [value.text for value in node.values] == list(dict.fromkeys(texts if listed else texts[:1]))
    return node


_LEAVES = st.one_of(
    _TEXT.map(Words),
    st.builds(
        _comparison,
        _NAMES,
        st.sampled_from([":", "=", "!=", ">", ">=", "<", "<=", "~", "^"]),
        st.lists(_TEXT, min_size=1, max_size=3),
    ),
)


def _flat(kind: type[And] | type[Or], nodes: list[Node]) -> Node:
    parts = itertools.chain.from_iterable(each.nodes if isinstance(each, kind) else (each,) for each in nodes)
    return kind(tuple(parts))


_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda node: node.node if isinstance(node, Not) else Not(node)),
        st.lists(inner, min_size=2, max_size=3).map(lambda nodes: _flat(And, nodes)),
        st.lists(inner, min_size=2, max_size=3).map(lambda nodes: _flat(Or, nodes)),
    ),
    max_leaves=6,
)


@given(_TREES)
def test_every_tree_comes_back_from_its_spelling(tree: Node) -> None:
    assert parse(render(tree)) == tree


@given(st.text(st.sampled_from('ab:=!<>~^()"\\-*?., \nORNT19'), max_size=40))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        tree = parse(text)
    except FilterError as error:
        refused = error
    else:
        assert render(parse(render(tree))) == render(tree)
        assert parse(render(tree)) == tree
        return
    assert 0 <= refused.position <= len(text)


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("a (b", 2, "never closed"),
        ("a b)", 3, "closes that none has opened"),
        ('a "b', 2, "quotation mark opens that is never closed"),
        ('""', 0, "nothing between the quotation marks"),
        ("()", 0, "nothing between the parentheses"),
        ("a OR", 4, "missing after OR"),
        ("OR a", 0, "nothing stands before OR"),
        ("a -", 3, "something is missing"),
        ("rel:", 4, "rel is compared with nothing"),
        ("rel:()", 4, "the list is empty"),
        ("rel:(a", 4, "never closed"),
        ("links > 5", 6, "an operator stands alone"),
        ("links:>(1,2)", 7, "a list cannot follow >"),
        ("rel:(a,(b))", 7, "something other than values"),
        ("https://a.test/", 0, "a web address stands alone"),
        ("((((((((( a", 8, "nested more than 8 deep"),
        (" ".join(["a"] * 65), 128, "more than 64 conditions"),
        ("x" * 4097, 0, "longer than 4,096 bytes"),
        ("a \udcff", 0, "no text"),
    ],
)
def test_an_error_says_where_and_what(text: str, position: int, said: str) -> None:
    with pytest.raises(FilterError, match=said) as caught:
        parse(text)
    assert caught.value.position == position


# the meaning -------------------------------------------------------------------------------------

LINKS = (
    ("https://shop.test/chairs?x=1", "Garden Chairs"),
    ("https://shop.test/tea", "50% off_tea"),
    ("http://www.shop.test/a(b)", ""),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Links of five domains: one lost, one from an export only, one on a page read before without it."""
    folder = tmp_path_factory.mktemp("filtered")
    commit(
        folder,
        "first",
        [
            Look("https://one.test/", 1, LINKS[:1], rel=1, placement=1, robots=1),
            Look("https://two.blog.test/p", 2, LINKS[1:2], rel=None),
            Look("https://old.example/", 3, LINKS[2:]),
            Look("https://late.example/", 20),
            Look("https://said.example/", 4, LINKS[:1], Reader.EXPORT, rel=2),
            Look("https://shop.test/chairs?x=1", 5, status=404),
        ],
    )
    commit(
        folder,
        "second",
        [
            Look("https://old.example/", 30),
            Look("https://late.example/", 40, (*LINKS[:2], LINKS[0]), placement=4),
        ],
    )
    return folder


@pytest.fixture(scope="module")
def session(home: Path) -> app.Session:
    return app.open_session(home)


ONE, TWO, OLD, LATE, SAID = "one.test", "blog.test", "old.example", "late.example", "said.example"


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("", [LATE, ONE, SAID, TWO]),
        ("chairs", [LATE, ONE, SAID]),
        ('"garden chairs"', [LATE, ONE, SAID]),
        ("-chairs", [LATE, TWO]),
        ("anchor:CHAIRS", [LATE, ONE, SAID]),
        ('anchor:="garden chairs"', []),
        ('anchor:="Garden Chairs"', [LATE, ONE, SAID]),
        ("anchor:garden*", [LATE, ONE, SAID]),
        ("anchor:50%*", [LATE, TWO]),
        ("anchor:*f_t*", [LATE, TWO]),
        ("anchor:*fxt*", []),
        ("anchor^garden", [LATE, ONE, SAID]),
        ("anchor~[0-9]{2}%", [LATE, TWO]),
        ("rel:nofollow", [ONE]),
        ("rel:(nofollow,ugc)", [ONE, SAID]),
        ("-rel:nofollow", [LATE, SAID, TWO]),
        ("rel!=nofollow", [LATE, SAID]),
        ("rel:unknown", [TWO]),
        ("-has:rel", [TWO]),
        ("rel:none", [LATE]),
        ("is:follow", [LATE]),
        ("placement:content", [ONE]),
        ("placement:(content,footer)", [LATE, ONE]),
        ("placement!=content", [LATE]),
        ("domain:*.test", [ONE, TWO]),
        ("domain:ONE.test", [ONE]),
        ('domain:"*.test"', []),
        ("host:two.blog.test", [TWO]),
        ("page:https://one.test/", [ONE]),
        ("page:https://ONE.test/", [ONE]),
        ("page:https://two.blog.test/P", [TWO]),
        ("page:two.blog.test/P", [TWO]),
        ("page:=https://two.blog.test/P", []),
        ("page:=https://two.blog.test/p", [TWO]),
        ("page:/P", [TWO]),
        ("domain:https://one.test", [ONE]),
        ("domain:https://www.one.test/", [ONE]),
        ("domain:www.one.test", [ONE]),
        ("domain:ONE.test.", [ONE]),
        ("domain!=www.one.test", [LATE, SAID, TWO]),
        ("domain:(www.one.test,late.example)", [LATE, ONE]),
        ("host:https://two.blog.test/", [TWO]),
        ("host:two.blog.test:443", [TWO]),
        ("tld:.test", [ONE, TWO]),
        ("tld:*.test", [ONE, TWO]),
        ("is:syndicated", []),
        ("via:redirect", []),
        ("-has:via", [LATE, ONE, SAID, TWO]),
        ("page:one.test/", [ONE]),
        ("page^two.blog", [TWO]),
        ("target:https://shop.test/chairs?x=1", [LATE, ONE, SAID]),
        ("target:/tea", [LATE, TWO]),
        ("target:/ch*", [LATE, ONE, SAID]),
        ("target~tea$", [LATE, TWO]),
        ("tld:test", [ONE, TWO]),
        ("is:unverified", [SAID]),
        ("is:lost", [OLD]),
        ("lost_at:2026-01-31 target:*(b)", [OLD]),
        ("reason:removed", [OLD]),
        ("state:(live,lost)", [LATE, OLD, ONE, TWO]),
        ("is:new", [LATE]),
        ("is:first-read", []),
        ("is:noindex", [ONE]),
        ("is:broken", [LATE, ONE, SAID]),
        ("is:sitewide", []),
        ("first_seen:<10d", [LATE]),
        ("first_seen:>10d", [ONE, SAID, TWO]),
        ("first_seen:2026-01-02", [ONE]),
        ("first_seen:>2026-01-02", [LATE, SAID, TWO]),
        ("first_seen:<=2026-01-03", [ONE, TWO]),
        ("first_seen:2026-01", [ONE, SAID, TWO]),
        ("first_seen:2026-01-03..2026-02", [LATE, SAID, TWO]),
        ("seen:..2026-01-02", [ONE]),
        ("first_seen:30d..60d", [ONE, SAID, TWO]),
        ("authority:>10", []),
        ("authority:unknown", [LATE, ONE, SAID, TWO]),
        ("links:>=2", [LATE]),
        ("links:2..3", [LATE]),
        ("rel:nofollow OR placement:footer", [LATE, ONE]),
        ("(rel:nofollow OR rel:ugc) -domain:one.test", [SAID]),
        ("links:1 OR links:3", [LATE, ONE, SAID, TWO]),
        ("position:0", [LATE, ONE, SAID, TWO]),
    ],
)
def test_a_filter_chooses_links(session: app.Session, q: str, expected: list[str]) -> None:
    answer = app.backlinks(session, "shop.test", q=q, sort="domain")
    assert [row["source_domain"] for row in answer.rows] == sorted(expected)
    assert answer.total == len(expected)


HOSTS = (
    ("https://buecher.example/", "192.0.2.1", "en-GB"),
    ("https://b\u00fccher.example/St\u00fcck", "192.0.3.77", "en_US"),
    ("https://far.example/", "10.20.30.40", "de"),
    ("https://six.example/", "2001:db8::7", "EN"),
    ("https://none.example/", None, None),
)


@pytest.fixture(scope="module")
def travelled() -> duckdb.DuckDBPyConnection:
    """Pages by their keys, as the links of a profile have them."""
    keys = [page_key(parse_url(url).href) for url, _, _ in HOSTS]
    rows = {
        "source_key": keys,
        "source_domain": [host_of_key(key) for key in keys],
        "source_host": [key.partition("/")[0] for key in keys],
        "source_ip": [ip for _, ip, _ in HOSTS],
        "subnet": [f"{ip.rpartition('.')[0]}.0/24" if ip and "." in ip else None for _, ip, _ in HOSTS],
        "source_language": [language for _, _, language in HOSTS],
    }
    connection = connect(threads=1)  # an instance of its own: tables are made in it
    connection.register("rows", pa.table(rows))
    connection.execute("CREATE TABLE links AS FROM rows")
    return connection


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("domain:b\u00fccher.example", [1]),
        ("domain:xn--bcher-kva.example", [1]),
        ("domain:B\u00dcCHER.example", [1]),
        ("host:*.example", [0, 1, 2, 3, 4]),
        ("domain:b\u00fccher.*", [1]),
        ("page:b\u00fccher.example/st\u00fcck", [1]),
        ("page:b\u00fccher.example/*", [1]),
        ("page:*/St\u00fcck", [1]),
        ("page:/St%C3%BCck", [1]),
        ("ip:192.0.2.1", [0]),
        ("ip:192.0.*", [0, 1]),
        ("ip:192.0.2.0/23", [0, 1]),
        ("ip:10.0.0.0/8", [2]),
        ("ip:0.0.0.0/0", [0, 1, 2]),
        ("ip:192.0.2.1..192.0.2.9", [0]),
        ("ip:2001:db8:0:0:0:0:0:7", [3]),
        ("ip:2001:DB8::/32", [3]),
        ("ip:!=10.0.0.0/8", [0, 1, 3]),
        ("ip:unknown", [4]),
        ("network:192.0.2.0/24", [0]),
        ("network:192.0.2.1", [0]),
        ("network:192.0.2.99", [0]),
        ("network:192.0.0.0/16", [0, 1]),
        ("network:2001:db8::1", [3]),
        ("network:192.0.*", [0, 1]),
        ("language:en", [0, 1, 3]),
        ("language:en-GB", [0]),
        ("language:en_us", [1]),
        ("language:(en-gb,de)", [0, 2]),
        ("language:unknown", [4]),
        ("tld:.EXAMPLE", [0, 1, 2, 3, 4]),
    ],
)
def test_a_name_is_found_however_it_is_written(
    travelled: duckdb.DuckDBPyConnection, q: str, expected: list[int]
) -> None:
    found = compile_filter(parse(q), "backlinks", None)
    rows = travelled.execute(
        f"SELECT rowid FROM links WHERE {found.links} ORDER BY rowid", dict(found.values)
    ).fetchall()
    assert [row[0] for row in rows] == expected


def test_what_a_filter_takes_and_what_it_leaves_is_all_there_is(session: app.Session) -> None:
    every = app.backlinks(session, "shop.test", group="none", state=("live", "unverified", "lost"))
    for q in (
        "rel:nofollow",
        "placement:footer",
        "authority:>1",
        "has:ip",
        "language:de",
        "chairs",
        "is:new",
    ):
        taken, left = (
            app.backlinks(session, "shop.test", group="none", q=each, state=("live", "unverified", "lost"))
            for each in (q, f"-({q})")
        )
        assert (taken.total or 0) + (left.total or 0) == every.total, q


def test_other_lists_take_the_same_language(session: app.Session) -> None:
    domains = app.domains(session, "shop.test", q="links:>1 chairs", sort="domain").rows
    assert [(row["domain"], row["links"]) for row in domains] == [(LATE, 2)]
    anchors = app.anchors(session, "shop.test", q="domains:>=3").rows
    assert [(row["anchor"], row["domains"]) for row in anchors] == [("Garden Chairs", 3)]
    pages = app.best_pages(session, "shop.test", q="status:404").rows
    assert [(row["url"], row["links"], row["status"]) for row in pages] == [(LINKS[0][0], 4, 404)]
    assert app.domains(session, "shop.test", q="is:lost").rows[0]["domain"] == OLD


@pytest.mark.parametrize(
    ("q", "said"),
    [
        ("achor:x", "no such field here. Near it: anchor"),
        ("rel:nofolow", "rel is never 'nofolow'. Near it: nofollow"),
        ("is:brokn", "is:brokn is not known. Near it: broken"),
        ("has:note", "no notes in this index"),
        ("decision:burn", "decision is never 'burn'"),
        ("has:sandwich", "has:sandwich is not known"),
        ("authority:high", "'high' is no number"),
        ("first_seen:soon", "'soon' is no date"),
        ("first_seen:2026-02-30", "'2026-02-30' is no date"),
        ("first_seen:30d", "an age needs to know which way"),
        ("anchor:>5", "anchor is text, and takes no >"),
        ("rel:~x", "takes no ~"),
        ("authority:~x", "takes no ~"),
        ("is:>new", "is takes no >"),
        ('anchor~"("', "not one of RE2"),
        ('anchor~"(a{1000}){1000}"', "not one of RE2"),
        ("page:https://", "no http or https URL"),
        ("links:>2 OR rel:ugc", "counts links, and stands with OR"),
        ("authority:80..60", "80..60 runs backwards, and holds nothing. Write authority:60..80."),
        ("links:3..2", "Write links:2..3."),
        (
            "first_seen:2026-02..2026-01",
            "runs backwards, and holds nothing. Write first_seen:2026-01..2026-02.",
        ),
        ("seen:60d..30d", "Write seen:30d..60d."),
        ("first_seen:2026-01-02T10:00..2026-01-01", "runs backwards"),
        ("ip:10.0.0.9..10.0.0.1", "Write ip:10.0.0.1..10.0.0.9."),
        (
            "domain:blog.one.test",
            "blog.one.test is a host of one.test. Write host:blog.one.test, or domain:one.test",
        ),
        ("domain:https://one.test/a", "is a page. Write domain:one.test, or page:https://one.test/a"),
        ("host:one.test/a", "is a page. Write host:one.test, or page:https://one.test/a"),
        ('host:"a b"', "'a b' is no name of a host"),
        ("tld:co.uk", "more than one part. Write host:*.co.uk, or tld:uk."),
        ('tld:"."', "is no top-level domain"),
        ("ip:localhost", "is no address and no network"),
        ("network:10.0.0.0/33", "is no address and no network"),
        ("language:English", "is no code of a language"),
        (
            "page:src.org",
            "no whole address. Write page:src.org/ for the first page there, page:src.org/* for all",
        ),
        ("page:src.org", "or host:src.org."),
        ('page:"a b/c"', "'a b/c' is no address"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_any_data_is_read(q: str, said: str) -> None:
    with pytest.raises(FilterError) as caught:
        Question.ask("backlinks", "-authority", q)
    assert said in str(caught.value)


def test_values_never_become_part_of_the_statement() -> None:
    evil = "'); DROP TABLE links; --"
    for field in ("anchor:", "page:^", "domain:^", "vendor:", "ip:^", "title:="):
        found = compile_filter(parse(f'{field}"{evil}" "{evil}"'), "backlinks", None)
        assert "DROP" not in found.links + found.rows
        assert evil in found.values.values()
    for field in ("page", "domain", "host", "tld", "ip", "network", "language"):
        with pytest.raises(FilterError):
            compile_filter(parse(f'{field}:"{evil}"'), "backlinks", None)


def test_a_pattern_cannot_stop_the_clock() -> None:
    hostile = "(a+)+$"
    found = connect().execute("SELECT regexp_matches(repeat('a', 100000) || 'b', ?)", [hostile]).fetchall()
    assert found == [(False,)]


def test_higher_rooms_bring_their_fields() -> None:
    register(Field("spam_test", "number", "spam_test", "made up"))
    try:
        found = compile_filter(parse("spam_test:60..80"), "backlinks", None)
        assert (found.links, dict(found.values)) == (
            "coalesce(((spam_test >= $q0 AND spam_test <= $q1)), false)",
            {"q0": 60.0, "q1": 80.0},
        )
    finally:
        del _fields["links", "spam_test"]


def test_ages_count_back_from_the_date_of_the_data() -> None:
    found = compile_filter(parse("seen:<30d"), "backlinks", datetime(2026, 3, 31, tzinfo=UTC))
    assert list(found.values.values()) == [datetime(2026, 3, 1, tzinfo=UTC)]
    found = compile_filter(parse("seen:<99999y"), "backlinks", day(1))
    assert list(found.values.values()) == [day(1) - timedelta(days=700_000)]


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.co.uk/a/b?c=d/e",
        "http://example.com/",
        "http://example.com:8080/x",
        "https://example.com:8443/?q=http://other.test:1/",
        "https://user:pw@example.com/",
        "http://user@example.com:81/z%20z",
        "https://192.0.2.1/x",
        "http://[2001:db8::1]:90/x",
        "https://xn--bcher-kva.example/",
    ],
)
def test_a_page_key_is_the_same_url_in_sql(url: str) -> None:
    href = resolve(url)
    assert href is not None
    key = page_key(href)
    sql = f"SELECT {url_sql('k')}, {host_sql('k')}, {path_sql('k')} FROM (SELECT ? AS k)"
    found = connect().execute(sql, [key]).fetchall()
    assert found == [(url_of_key(key), host_of_key(key), "/" + key.partition(" ")[0].partition("/")[2])]
    assert found[0][0] == href


def test_a_value_says_whether_it_was_quoted_for_a_reason() -> None:
    assert parse('a:"b c"') == Compare("a", ":", (Value("b c", exact=True),))
    assert parse('a:"b"') == Compare("a", ":", (Value("b"),))
    assert parse("a:b*") == Compare("a", ":", (Value("b*"),))


@pytest.mark.parametrize("sign", "!=<>~^")
def test_a_sign_in_a_list_keeps_its_quotes(sign: str) -> None:
    tree = parse(f'anchor:(a,"{sign}b")')
    assert parse(render(tree)) == tree
