"""Which live page should a dead one lead to, and how is that written for a server?

A page is near another by the words of their addresses, and a little by those of the links to it; rare words
say more. Where no page is near, none is suggested: a redirect to the home page is an error page in disguise.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from math import log, sqrt
from typing import Any
from urllib.parse import unquote, urlsplit

from backlit.urls import parse_url

__all__ = ["FORMATS", "NEAR", "Pages", "redirects"]

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


def redirects(rows: Sequence[Row], form: str) -> str:
    """The redirects of the pages that have a suggestion, for a server: one of FORMATS."""
    return FORMATS[form]([(row["target_url"], row["suggestion"]) for row in rows if row["suggestion"]])


_Pairs = Sequence[tuple[str, str]]


def _nginx(pairs: _Pairs) -> str:
    """A map by host and raw address: a `location` sees neither the query nor what is escaped."""
    lines = [f'    "{_host(old)}{_path(old)}" "{new.replace("$", "%24")}";' for old, new in pairs]
    head = ["# In http { }:", "map $host$request_uri $moved_to {", '    default "";']
    return _joined([*head, *lines, "}", "# In server { }:", "if ($moved_to) { return 301 $moved_to; }"])


def _apache(pairs: _Pairs) -> str:
    """By what was asked as it came: `Redirect` takes all that begins so, and sees no query."""
    lines = ["RewriteEngine On"]
    for old, new in pairs:
        lines.append(f'RewriteCond "%{{HTTP_HOST}}" "^{re.escape(_host(old))}(:\\d+)?$" [NC]')
        lines.append(f'RewriteCond "%{{THE_REQUEST}}" "^[A-Z]+ {re.escape(_path(old))} HTTP/"')
        target = new.replace("\\", "%5C").replace("%", "\\%").replace("$", "\\$")
        lines.append(f'RewriteRule "^" "{target}" [R=301,L,NE,QSD]')
    return _joined(lines)


def _netlify(pairs: _Pairs) -> str:
    lines = []
    for old, new in pairs:
        path, _, query = _path(old).partition("?")
        path = path.replace("*", "%2A").replace(":", "%3A")
        lines.append(" ".join([path, *filter(None, query.split("&")), new, "301!"]))
    return _joined(lines)


def _csv(pairs: _Pairs) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("from", "to", "status"))
    writer.writerows((old, new, 301) for old, new in pairs)
    return text.getvalue()


def _host(url: str) -> str:
    return parse_url(url).host


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


#: By name, what writes them.
FORMATS = {"nginx": _nginx, "apache": _apache, "netlify": _netlify, "csv": _csv}
