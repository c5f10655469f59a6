"""Which live page should a dead one lead to, and how is that written for a server?

A page is near another by the words of their addresses, and a little by those of the links to it; rare words
say more. Where no page is near, none is suggested: a redirect to the home page is an error page in disguise.
"""

import csv
import io
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any
from urllib.parse import quote, unquote, unquote_plus, urlsplit

from backlit.urls import parse_url

__all__ = ["FORMATS", "NEAR", "Pages", "left_out", "redirects"]

Row = Mapping[str, Any]

#: Similarity from which on a page is suggested: half of what the words say.
NEAR = 0.5
#: What a word of a link says beside one of the address.
_ANCHOR = 0.3
_word = re.compile(r"[^\W\d_]{2,}")
_EVERYWHERE = frozenset(
    ("html", "htm", "php", "index", "www", "com", "the", "and", "here", "click", "https", "http")
)


class Pages:
    """Live pages by the words of their addresses, those that are to be preferred first."""

    def __init__(self, urls: Sequence[str]) -> None:
        self.urls = urls
        self._words = [frozenset(_words_in(url)) for url in urls]
        self._with: dict[str, list[int]] = {}
        for at, words in enumerate(self._words):
            for word in words:
                self._with.setdefault(word, []).append(at)

    def nearest(self, url: str, anchors: Iterable[str] = ()) -> tuple[str | None, float | None]:
        """The page that is nearest to a dead one, and how near, 0 to 1; no page where none is near."""
        said = dict.fromkeys((word for anchor in anchors for word in _words(anchor)), _ANCHOR)
        said |= dict.fromkeys(_words_in(url), 1.0)
        near = {at for word in said for at in self._with.get(word, ())}
        scores = {at: self._cosine(said, self._words[at]) for at in near}
        best = min(near, key=lambda at: (-scores[at], at), default=None)
        if best is None:
            return None, None
        return (self.urls[best] if scores[best] >= NEAR else None), round(scores[best], 2)

    def _weight(self, word: str) -> float:
        return log(1 + (len(self.urls) + 1) / (1 + len(self._with.get(word, ()))))

    def _cosine(self, said: Mapping[str, float], words: frozenset[str]) -> float:
        both = sum(said[word] * self._weight(word) ** 2 for word in said.keys() & words)
        own = sqrt(sum((share * self._weight(word)) ** 2 for word, share in said.items()))
        other = sqrt(sum(self._weight(word) ** 2 for word in words))
        return both / (own * other) if own and other else 0.0


def _words_in(url: str) -> list[str]:
    parts = urlsplit(url)
    return _words(f"{unquote(parts.path)} {unquote(parts.query)}")


def _words(text: str) -> list[str]:
    return [word for word in _word.findall(text.lower()) if word not in _EVERYWHERE]


# formats ---------------------------------------------------------------------
#
# Both addresses are crawled text. A rule must mean its pair and nothing else, and none may hold for a live
# page: it would lead to itself. What a server cannot be told so is left out, with a comment that says why.


@dataclass(frozen=True, slots=True)
class _Address:
    """A URL as servers see it: whoever asks sends the path with its query as they stand, and the host."""

    href: str
    host: str
    path: str
    #: Whether it names a port or a user, which rules do not see.
    special: bool

    @property
    def place(self) -> str:
        """Host and raw path with query: all that nginx and Apache are asked to compare."""
        return self.host + self.path


_Pairs = Sequence[tuple[_Address, _Address]]


def redirects(rows: Sequence[Row], form: str) -> str:
    """The redirects of the pages that have a suggestion, for a server: one of FORMATS."""
    return FORMATS[form](_pairs_of(rows))


def _pairs_of(rows: Sequence[Row]) -> _Pairs:
    led = [row for row in rows if row["suggestion"]]
    return [(_address(row["target_url"]), _address(row["suggestion"])) for row in led]


def _address(url: str) -> _Address:
    parsed = parse_url(url)
    authority, _, tail = parsed.href.partition("://")[2].partition("/")
    return _Address(parsed.href, parsed.host.rstrip("."), f"/{tail}", authority != parsed.host)


def _sorted_out(
    pairs: _Pairs,
    fault: Callable[[_Address, _Address], str | None],
    place: Callable[[_Address], Hashable] = lambda page: page.place,
    same: Callable[[_Address], Hashable] = lambda page: page.place,
) -> tuple[_Pairs, list[str]]:
    """The pairs that can be told, and a comment for each that cannot; `place` is what no live page may share
    with a dead one, `same` what no two dead ones may."""
    live = {place(new) for _, new in pairs}
    kept: dict[Hashable, tuple[_Address, _Address]] = {}
    left = []
    for old, new in pairs:
        why = "names a port or a user" if old.special else fault(old, new)
        why = why or ("a rule would hold for a live page, too" if place(old) in live else None)
        if why is None and kept.setdefault(same(old), (old, new))[1] != new:
            why = "an earlier rule holds for it"
        if why:
            left.append(f"# left out: {old.href} ({why})")
    return list(kept.values()), left


#: What nginx reads as one word is shorter than 4,096 bytes, quotes and escapes included.
_NGINX_WORD = 4_000


def _nginx(pairs: _Pairs) -> str:
    """A map by host and raw address: a `location` sees neither the query nor what is escaped.

    Plain keys of a map ignore case and fill a hash of limited size; patterns do neither.
    """
    kept, left = _sorted_out(pairs, _nginx_fault)
    lines = [f"    {_nginx_key(old)} {_nginx_value(new)};" for old, new in kept]
    head = ["# In http { }:"]
    if any("$" in new.href for _, new in kept):  # a `$` cannot be escaped, but a geo does not look for one
        head.append('geo $moved_dollar { default "$"; }')
    head += ["map $host$request_uri $moved_to {", '    default "";']
    foot = ["}", "# In server { }:", "if ($moved_to) { return 301 $moved_to; }"]
    return _joined([*left, *head, *lines, *foot])


def _nginx_fault(old: _Address, new: _Address) -> str | None:
    too_long = max(len(_nginx_key(old)), len(_nginx_value(new))) > _NGINX_WORD
    return "too long for nginx" if too_long else None


def _nginx_key(old: _Address) -> str:
    return f'"~^{_pattern(old.place)}$"'


def _nginx_value(new: _Address) -> str:
    escaped = re.sub(r'([\\"])', r"\\\1", new.href)
    return f'"{escaped.replace("$", "${moved_dollar}")}"'


def _apache(pairs: _Pairs) -> str:
    """By what was asked as it came: `Redirect` takes all that begins so, and sees no query."""
    kept, left = _sorted_out(pairs, _apache_fault)
    lines = ["RewriteEngine On"]
    for old, new in kept:
        lines.append(f'RewriteCond "%{{HTTP_HOST}}" "^{_pattern(old.host)}\\.?(:\\d+)?$" [NC]')
        lines.append(f'RewriteCond "%{{THE_REQUEST}}" "^[A-Z]+ {_pattern(old.path)} HTTP/"')
        # `{` as well: `${NAME}` is filled in before mod_rewrite sees that its `$` is escaped
        target = re.sub(r'([\\"$%{])', r"\\\1", new.href)
        lines.append(f'RewriteRule "^" "{target}" [R=301,L,NE,QSD]')
    return _joined([*left, *lines])


def _apache_fault(_old: _Address, new: _Address) -> str | None:
    cut = new.href.endswith(("?", "&"))  # mod_rewrite drops them, and so leads elsewhere
    return "Apache would cut the end of the new address" if cut else None


def _pattern(text: str) -> str:
    """A regular expression for exactly this text, in which no quote, `$` or pair of backslashes occurs."""
    return re.sub(r"[^\w/=&%-]", _pattern_of, text, flags=re.ASCII)


def _pattern_of(found: re.Match[str]) -> str:
    return f"\\{found[0]}" if found[0] in ".?+" else f"\\x{ord(found[0]):02X}"


def _netlify(pairs: _Pairs) -> str:
    """Lines of `from key=value… to status`, parted by blanks; without a query, one holds for any query."""
    whole = len({page.host for pair in pairs for page in pair}) > 1

    def same(page: _Address) -> Hashable:
        return _netlify_place(page), page.href.partition(":")[0] if whole else "", _netlify_query(page)

    kept, left = _sorted_out(pairs, _netlify_fault, _netlify_place, same)
    lines = []
    for old, new in sorted(kept, key=lambda pair: -len(_netlify_query(pair[0]) or ())):  # the narrow first
        path = (old.href if whole else old.path).partition("?")[0]
        asked = (f"{_coded(name)}={_coded(value)}" for name, value in sorted(_netlify_query(old) or ()))
        lines.append(" ".join([path, *asked, new.href, "301!"]))
    return _joined([*left, *lines])


def _netlify_place(page: _Address) -> Hashable:
    """Host and path, without what Netlify may pass over: case, escapes, slashes, and a page's ending. Nor is
    the query a part: Netlify hands that of the request on to the new page."""
    path = re.sub(r"/+", "/", unquote(page.path.partition("?")[0]).casefold())
    return page.host, re.sub(r"(/index)?(\.html?)?/?$", "", path)


def _netlify_fault(old: _Address, new: _Address) -> str | None:
    path = unquote(old.path.partition("?")[0])
    if re.search(r"[*:]|^/+\.netlify(/|$)", path, re.IGNORECASE):
        return "Netlify reads more than a path in it"
    if re.search(r"[*:]", new.href.partition("://")[2]):
        return "Netlify reads more than an address in the new one"
    return "Netlify cannot be told its query" if _netlify_query(old) is None else None


def _netlify_query(page: _Address) -> frozenset[tuple[str, str]] | None:
    """The parameters; None where they are not plain pairs, each with a name of its own and one value."""
    _, mark, query = page.path.partition("?")
    if not mark:
        return frozenset()
    found: dict[str, str] = {}
    for part in query.split("&"):
        try:
            name, value = (unquote_plus(text, errors="strict") for text in part.split("="))
        except ValueError:  # not two, or not UTF-8
            return None
        # without a value, or with one that begins with `:`, it might stand for any
        if not name or name in found or not re.match(r"[^:*]", value):
            return None
        found[name] = value
    return frozenset(found.items())


def _coded(text: str) -> str:
    return quote(text, safe="")


def _cloudflare(pairs: _Pairs) -> str:
    """A list of Bulk Redirects to import: no header and no remarks, and the first cell has no scheme, so that
    it holds for both. Of what is asked Cloudflare compares host and path; a query is passed over."""
    kept, _ = _told_cloudflare(pairs)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows((old.place, new.href, 301) for old, new in kept)
    return text.getvalue()


def _told_cloudflare(pairs: _Pairs) -> tuple[_Pairs, list[str]]:
    def place(page: _Address) -> Hashable:
        return page.host, unquote(page.path.partition("?")[0])

    return _sorted_out(pairs, _cloudflare_fault, place, place)


def _cloudflare_fault(old: _Address, _new: _Address) -> str | None:
    if not old.host[:1].isalnum():
        return "a spreadsheet could read a formula in it"
    if "?" in old.path:
        return "Cloudflare looks at no query"
    if "*" in old.path or "//" in old.path or "\\" in old.path:
        return "Cloudflare reads another path in it"
    return None


def left_out(rows: Sequence[Row], form: str) -> list[str]:
    """What the redirects for a server leave out, where its format has no place to say so; each with why."""
    if form != "cloudflare":
        return []
    return [line.removeprefix("# left out: ") for line in _told_cloudflare(_pairs_of(rows))[1]]


def _csv(pairs: _Pairs) -> str:
    """Every cell begins with `http` or is a number, so that no spreadsheet reads a formula."""
    live = {new.href for _, new in pairs}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("from", "to", "status"))
    writer.writerows((old.href, new.href, 301) for old, new in pairs if old.href not in live)
    return text.getvalue()


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


#: By name, what writes them.
FORMATS = {"nginx": _nginx, "apache": _apache, "netlify": _netlify, "cloudflare": _cloudflare, "csv": _csv}
