"""Does each redirect mean its pair and nothing else, whatever the addresses hold?

Each format is read back by a small parser of its own, written from what the servers' manuals say of quotes,
patterns and blanks. nginx 1.22 and Apache 2.4 gave the same answers by hand for 400 such pairs.
"""

import csv
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backlit.report.redirects import FORMATS, left_out, redirects
from backlit.urls import parse_url

Asked = tuple[str, str]  # host, raw path with query
Rules = Callable[[str, str], str | None]
Pairs = list[tuple[str, str]]


def _rows(pairs: Pairs) -> list[dict[str, Any]]:
    return [{"target_url": old, "suggestion": new} for old, new in pairs]


def _asked(url: str) -> Asked:
    parsed = parse_url(url)
    return parsed.host.rstrip("."), "/" + parsed.href.split("/", 3)[3]


def _left_out(text: str) -> set[str]:
    return set(re.findall(r"^# left out: (\S+) \(.+\)$", text, re.MULTILINE))


def _rule_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


# readers of the formats ------------------------------------------------------


def _nginx_words(line: str) -> list[str]:
    """The words of a line: in quotes a backslash takes a quote or another one with it, and makes blanks."""
    words = re.findall(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?=[\s;]|$)', line.removesuffix(";"))
    blanks = {"t": "\t", "r": "\r", "n": "\n"}
    return [
        re.sub(r"""\\([\\"'trn])""", lambda found: blanks.get(found[1], found[1]), quoted) or bare
        for quoted, bare in words
    ]


def _nginx(text: str) -> Rules:
    lines = _rule_lines(text)
    geo = lines[0] == 'geo $moved_dollar { default "$"; }'
    start, end = int(geo), lines.index("}")
    assert lines[start : start + 2] == ["map $host$request_uri $moved_to {", '    default "";']
    assert lines[end + 1 :] == ["if ($moved_to) { return 301 $moved_to; }"]
    told = []
    for line in lines[start + 2 : end]:
        key, value = _nginx_words(line)
        assert line.endswith(";")
        assert re.match(r"~[^*]", key)
        assert "$" not in value.replace("${moved_dollar}", "")
        told.append((re.compile(key[1:], re.ASCII), value.replace("${moved_dollar}", "$")))
    return lambda host, path: next((to for key, to in told if key.search(host.rstrip(".") + path)), None)


def _apache_words(line: str) -> list[str]:
    """Words in quotes, in which nothing escapes a quote; `${…}` is filled in first, wherever it stands."""
    assert "${" not in line
    return re.findall(r'(?<=\s)"([^"]*)"', line)


def _apache_substitution(text: str) -> str:
    assert not re.search(r"[$%]", re.sub(r"\\.", "", text))
    return re.sub(r"\\(.)", r"\1", text)


def _apache(text: str) -> Rules:
    first, *lines = _rule_lines(text)
    assert first == "RewriteEngine On"
    told = []
    for host, request, rule in zip(*[iter(lines)] * 3, strict=True):
        assert (host[-5:], rule[-18:]) == (" [NC]", '" [R=301,L,NE,QSD]')
        (what, by_host), (asked, by_request), (every, to) = map(_apache_words, (host, request, rule))
        assert (what, asked, every) == ("%{HTTP_HOST}", "%{THE_REQUEST}", "^")
        new = re.sub(r"[?&]$", "", _apache_substitution(to))
        told.append((re.compile(by_host, re.IGNORECASE), re.compile(by_request, re.ASCII), new))

    def answer(host: str, path: str) -> str | None:
        request = f"GET {path} HTTP/1.1"
        return next((to for by, asked, to in told if by.search(host) and asked.search(request)), None)

    return answer


def _netlify_lines(text: str) -> list[tuple[str, dict[str, str], str, list[str]]]:
    """The first word that reads as an address is where it leads; pairs stand before, a status after."""
    found = []
    for line in text.splitlines():
        start, *words = re.sub(r"(^|\s)#.*", "", line).split() or [""]
        if start:
            at = next(at for at, word in enumerate(words) if re.match(r"/|https?://", word))
            pairs = [word.split("=") for word in words[:at]]
            assert all(len(pair) == 2 and all(pair) for pair in pairs)
            found.append((start, dict(pairs), words[at], words[at + 1 :]))
    return found


def _csv_pairs(text: str) -> Pairs:
    first, *rows = csv.reader(text.splitlines(keepends=True))
    assert first == ["from", "to", "status"]
    assert {row[2] for row in rows} <= {"301"}
    assert not any(cell[0] in "=+-@\t\r" for row in rows for cell in row)
    return [(row[0], row[1]) for row in rows]


# hostile addresses -----------------------------------------------------------

_WORDS = r"""
%0A %0D%0A %00 %22 %5C %20 %2f %2F %3F %3D %2A %3A %FF \n ${PATH} %{ENV:X} $1 %1 ${moved_dollar} $host x=1
&y=2 ?q= 301! /index.html https://evil.example/ &/evil ;} :splat Country=us blog Blog BLOG/
"""
_pieces = st.sampled_from([*"aAb1.$\\\"'{};|^()+*?&=%!:[]~,-_/ <>@`é☃🜁", "\n", '" "', " #", *_WORDS.split()])
_hosts = st.sampled_from(["a.com", "A.com", "www.a.com", "a.com.", "a.com:8443", "u:p@a.com", "axcom"])
_urls = st.builds(
    lambda scheme, host, pieces: parse_url(f"{scheme}://{host}/{''.join(pieces)}").href,
    st.sampled_from(["https", "https", "http"]),
    st.one_of(st.just("a.com"), _hosts),
    st.lists(_pieces, max_size=6),
)
#: However busy the machine is.
_AT_ITS_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
_pairs = st.lists(st.tuples(_urls, _urls), max_size=6, unique_by=lambda pair: pair[0])

PHISH = [("https://a.com/blog/hedges?/phish&301!", "https://a.com/blog/hedges")]
CASE = [
    ("https://a.com/Blog/Hedges-2", "https://a.com/blog/hedges-2"),
    ("https://a.com/BLOG/hedges-2", "https://a.com/other"),
]
EMPTY = [("https://a.com/x", "https://a.com/x?"), ("https://a.com/y?a", "https://a.com/y?a&")]
SCHEMES = [("http://a.com/x", "https://a.com/x"), ("https://a.com/x%2F", "https://www.a.com/x")]


def _is_plain(url: str) -> bool:
    """Whether it names neither a port nor a user."""
    return url.split("/")[2] == parse_url(url).host


@pytest.mark.parametrize(("form", "read"), [("nginx", _nginx), ("apache", _apache)])
@_AT_ITS_PACE
@given(pairs=_pairs)
@example(pairs=PHISH)
@example(pairs=CASE)
@example(pairs=EMPTY)
@example(pairs=SCHEMES)
def test_servers_read_exactly_the_pairs_and_spare_live_pages(form: str, read: Any, pairs: Pairs) -> None:
    text = redirects(_rows(pairs), form)
    left, answer = _left_out(text), read(text)
    live = {_asked(new) for _, new in pairs}
    told: dict[Asked, str] = {}
    for old, new in pairs:
        asked = _asked(old)
        unsafe = not _is_plain(old) or asked in live or told.get(asked, new) != new
        cut = form == "apache" and new.endswith(("?", "&"))
        assert (old in left) == (unsafe or cut)
        if old not in left:
            told[asked] = new
    near = {(host, changed) for host, path in told for changed in (path.swapcase(), path + "x", path[:-1])}
    near |= {("x" + host, path) for host, path in told} | live | told.keys()
    assert {asked: answer(*asked) for asked in near} == {asked: told.get(asked) for asked in near}


@_AT_ITS_PACE
@given(pairs=_pairs)
@example(pairs=PHISH)
@example(pairs=CASE)
@example(pairs=SCHEMES)
def test_netlify_reads_exactly_the_pairs_and_spares_live_pages(pairs: Pairs) -> None:
    text = redirects(_rows(pairs), "netlify")
    left, lines = _left_out(text), _netlify_lines(text)
    hosts = {parse_url(url).host.rstrip(".") for pair in pairs for url in pair}
    live = {_loose(new) for _, new in pairs}
    told = {_netlify_told(old, len(hosts) > 1): new for old, new in reversed(pairs) if old not in left}
    assert [status for *_, status in lines] == [["301!"]] * len(lines)
    read = {(start, tuple(sorted(query.items()))): to for start, query, to, _ in lines}
    assert (read, len(read)) == (told, len(lines))
    assert not {_loose(old) for old, _ in pairs if old not in left} & live
    assert not any(mark in start for start, *_ in lines for mark in (" ", "*", "?", ":splat"))
    sizes = [len(query) for _, query, *_ in lines]
    assert sizes == sorted(sizes, reverse=True)


def _netlify_told(url: str, whole: bool) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What a rule for this URL says: its path, and its parameters with all but letters and digits escaped."""
    start, _, query = url.partition("?")
    parts = sorted(tuple(_escaped(text) for text in part.split("=", 1)) for part in query.split("&") if part)
    path = start if whole else "/" + start.split("/", 3)[3]
    return path, tuple(parts)  # type: ignore[arg-type]


def _escaped(text: str) -> str:
    raw = re.sub(r"%([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), text.replace("+", " "), flags=re.I)
    return re.sub(r"[^A-Za-z0-9._~-]", lambda found: f"%{ord(found[0]):02X}", raw)


def _loose(url: str) -> tuple[str, str]:
    """Pages that a server which passes over case and a slash at the end takes for one."""
    host, path = _asked(url)
    return host, path.partition("?")[0].lower().rstrip("/")


@_AT_ITS_PACE
@given(pairs=_pairs)
@example(pairs=[("https://a.com/x", "https://a.com/x"), ("https://a.com/=1+1", "https://a.com/@b,%22")])
def test_a_table_gives_back_the_pairs(pairs: Pairs) -> None:
    live = {new for _, new in pairs}
    assert _csv_pairs(redirects(_rows(pairs), "csv")) == [pair for pair in pairs if pair[0] not in live]


@_AT_ITS_PACE
@given(pairs=_pairs)
@example(pairs=[("https://a.com/p?id=1", "https://a.com/q"), ("https://a.com/p", "https://a.com/p?id=2")])
def test_cloudflare_reads_exactly_the_pairs_and_spares_live_pages(pairs: Pairs) -> None:
    rows = list(csv.reader(redirects(_rows(pairs), "cloudflare").splitlines(keepends=True)))
    assert all(row[2] == "301" and row[0][0].isalnum() and "://" in row[1] for row in rows)
    rules = {tuple(unquote(row[0]).split("/", 1)): row[1] for row in rows}
    assert len(rules) == len(rows)  # no source address stands twice

    def answer(url: str) -> str | None:
        host, path = _asked(url)
        return rules.get((host, unquote(path.partition("?")[0]).removeprefix("/")))

    left = {line.rpartition(" (")[0] for line in left_out(_rows(pairs), "cloudflare")}
    for old, new in pairs:
        assert (answer(old) == new) is (old not in left), old
        assert answer(new) is None, new


# what is written -------------------------------------------------------------

ROWS = _rows(
    [
        ("https://a.com/old", "https://a.com/new?a=100%25&b=$c\\"),
        ("https://a.com/Old", "https://a.com/"),
        ("https://a.com/x$y?q=1&r=%22*:", "https://a.com/other"),
        ("https://a.com:81/old", "https://a.com/other"),
    ]
)
ROWS.append({"target_url": "https://a.com/none", "suggestion": None})
PORT = "# left out: https://a.com:81/old (names a port or a user)"


def test_nginx_maps_host_and_raw_address_with_its_case() -> None:
    assert redirects(ROWS, "nginx").splitlines() == [
        PORT,
        "# In http { }:",
        'geo $moved_dollar { default "$"; }',
        "map $host$request_uri $moved_to {",
        '    default "";',
        r'    "~^a\.com/old$" "https://a.com/new?a=100%25&b=${moved_dollar}c\\";',
        r'    "~^a\.com/Old$" "https://a.com/";',
        r'    "~^a\.com/x\x24y\?q=1&r=%22\x2A\x3A$" "https://a.com/other";',
        "}",
        "# In server { }:",
        "if ($moved_to) { return 301 $moved_to; }",
    ]
    long = _rows([("https://a.com/" + "a" * 4_000, "https://a.com/b")])
    assert "(too long for nginx)\n" in redirects(long, "nginx")
    assert ",301" in redirects(long, "csv")
    assert "geo" not in redirects(ROWS[1:], "nginx")


def test_apache_matches_the_whole_request() -> None:
    lines = redirects(ROWS, "apache").splitlines()
    assert lines[:5] == [
        PORT,
        "RewriteEngine On",
        r'RewriteCond "%{HTTP_HOST}" "^a\.com\.?(:\d+)?$" [NC]',
        'RewriteCond "%{THE_REQUEST}" "^[A-Z]+ /old HTTP/"',
        r'RewriteRule "^" "https://a.com/new?a=100\%25&b=\$c\\" [R=301,L,NE,QSD]',
    ]
    filled = redirects(_rows([("https://a.com/?${PATH}", "https://a.com/b?${PATH}")]), "apache")
    assert r'/\?\x24\x7BPATH\x7D HTTP/"' in filled
    assert r'"https://a.com/b?\$\{PATH}"' in filled


def test_netlify_takes_no_order_from_an_address() -> None:
    rows = _rows(
        [
            *PHISH,
            ("https://a.com/p", "https://a.com/q"),
            ("https://a.com/p?url=https%3A%2F%2Fb%2F+%23&id=7/301!", "https://a.com/q?id=7"),
            ("https://a.com/p/?id=/x=y", "https://a.com/q"),
            ("https://a.com/p?id=:id", "https://a.com/q"),
            ("https://a.com/p?id=1&id=2", "https://a.com/q"),
            ("https://a.com/p?id=", "https://a.com/q"),
            ("https://a.com/%2A", "https://a.com/q"),
            ("https://a.com/Q.html?x=1", "https://a.com/q"),
            ("https://a.com/P/", "https://a.com/r"),
            ("https://a.com/.netlify/x", "https://a.com/r"),
            ("https://a.com/t", "https://a.com/r?at=10:30"),
        ]
    )
    query = "(Netlify cannot be told its query)"
    live = "(a rule would hold for a live page, too)"
    path = "(Netlify reads more than a path in it)"
    assert redirects(rows, "netlify").splitlines() == [
        f"# left out: https://a.com/blog/hedges?/phish&301! {query}",
        f"# left out: https://a.com/p/?id=/x=y {query}",
        f"# left out: https://a.com/p?id=:id {query}",
        f"# left out: https://a.com/p?id=1&id=2 {query}",
        f"# left out: https://a.com/p?id= {query}",
        f"# left out: https://a.com/%2A {path}",
        f"# left out: https://a.com/Q.html?x=1 {live}",
        "# left out: https://a.com/P/ (an earlier rule holds for it)",
        f"# left out: https://a.com/.netlify/x {path}",
        "# left out: https://a.com/t (Netlify reads more than an address in the new one)",
        "/p id=7%2F301%21 url=https%3A%2F%2Fb%2F%20%23 https://a.com/q?id=7 301!",
        "/p https://a.com/q 301!",
    ]


def test_cloudflare_takes_a_list_without_remarks() -> None:
    assert redirects(ROWS, "cloudflare").splitlines() == [
        "a.com/old,https://a.com/new?a=100%25&b=$c\\,301",
        "a.com/Old,https://a.com/,301",
    ]
    assert left_out(ROWS, "cloudflare") == [
        "https://a.com/x$y?q=1&r=%22*: (Cloudflare looks at no query)",
        "https://a.com:81/old (names a port or a user)",
    ]
    assert left_out(ROWS, "nginx") == []


def test_netlify_names_the_host_where_there_are_several() -> None:
    rows = _rows([("https://old.a.com/x", "https://a.com/x"), ("https://a.com/y?z=1", "https://a.com/x")])
    assert redirects(rows, "netlify").splitlines() == [
        "https://a.com/y z=1 https://a.com/x 301!",
        "https://old.a.com/x https://a.com/x 301!",
    ]


def test_nothing_to_lead_anywhere_is_still_a_file() -> None:
    assert _nginx(redirects([], "nginx"))("a.com", "/") is None
    assert redirects(ROWS[4:], "apache") == "RewriteEngine On\n"
    assert redirects([], "netlify") == ""
    assert set(FORMATS) == {"nginx", "apache", "netlify", "cloudflare", "csv"}
