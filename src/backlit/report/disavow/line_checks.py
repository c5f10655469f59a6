"""What is wrong with one line of a disavow file, and which line would be right?

The first thing that makes a line something else than an entry is told, and not all that follows from it.
"""

import re
from collections.abc import Iterator

from backlit.report.disavow.characters import odd_characters
from backlit.report.disavow.domain_checks import breadth_of, domain_faults
from backlit.report.disavow.entries import Line, entry_of, host_of_name, plain
from backlit.report.disavow.faults import Fault, fault
from backlit.report.disavow.mending import (
    BAD_SCHEME,
    LIST_MARK,
    MOST_LINE,
    NEXT_ENTRY,
    NO_COLON,
    ODD_COLON,
    QUOTES,
    WORD,
    before_remark,
    is_near,
    mended,
)
from backlit.report.disavow.url_checks import url_faults

__all__ = ["faults_of_line"]

_TABS = re.compile(r"[,;\t|]")
_mark_after = re.compile(r"[,;.!|]+\Z")
_remark_mark = re.compile(r"//|--|;|!|'|＃|/\*|<!--|rem\b", re.IGNORECASE)
_markup = re.compile(r"<[a-z!/][^>]*(?:>|\Z)", re.IGNORECASE)
_scheme = re.compile(r"([a-z][a-z0-9+.-]{0,20}):", re.IGNORECASE)
_OTHER_SCHEMES = (
    "ftp",
    "ftps",
    "mailto",
    "javascript",
    "data",
    "file",
    "tel",
    "about",
    "android-app",
    "blob",
)
_WORDS = ("url", "site", "host", "link", "page", "subdomain", "website", "www", "web", "tld", "ip", "exclude")
_email = re.compile(r"[^\s/@:]+@([^\s/@:]+\.[^\s/@:]+)\Z")


def faults_of_line(line: Line) -> Iterator[Fault]:
    """The faults of a line, by itself."""
    if line.kind == "blank":
        return
    host = line.entry.value if line.entry else None
    if host and line.text == f"domain:{host}" and "xn--" not in host:  # as nearly all lines are
        yield from (fault(kind, line.number, line.text, found=found) for kind, found in breadth_of(host))
        return
    for kind, found in odd_characters(line.text, comment=line.kind == "comment"):
        right = mended(line.text) if line.kind != "comment" else None
        yield fault(kind, line.number, line.text, found=found, mended=right)
    if line.kind == "comment":
        if _is_entry(plain(line.text).lstrip("# \t")):
            yield fault("remarked-out", line.number, line.text)
        return
    yield from _edges(line)
    said = plain(line.text)
    found_fault = _shape(line, said)
    if found_fault is not None:
        yield found_fault
    elif said[:6].lower() == "domain":
        yield from domain_faults(line, said)
    else:
        yield from url_faults(line, said)


def _is_entry(said: str) -> bool:
    return len(said) <= MOST_LINE and entry_of(said) is not None


def _edges(line: Line) -> Iterator[Fault]:
    if line.text[:1] in (" ", "\t"):
        yield fault("space-before", line.number, line.text, mended=mended(line.text))
    if line.text[-1:] in (" ", "\t"):
        yield fault("space-after", line.number, line.text)


def _shape(line: Line, said: str) -> Fault | None:
    """The fault that makes a line something else than an entry."""
    number, text = line.number, line.text

    def told(kind: str, found: str = "") -> Fault:
        return fault(kind, number, text, found=found, mended=mended(said))

    if len(said) > MOST_LINE and not said[:8].lower().startswith(("http://", "https://")):
        return fault("line-too-long", number, text, found=f"{len(said):,}")
    mark = LIST_MARK.match(said)
    if NEXT_ENTRY.search(said[mark.end() if mark else 0 : MOST_LINE]):
        return fault("several-on-a-line", number, text)
    if match := ODD_COLON.match(said):
        return told("odd-colon", match[1])
    if _is_entry(before_remark(said)) and before_remark(said) != said:
        return told("remark-after-entry")
    if _markup.match(said):
        return told("markup")
    if said[0] in QUOTES and _is_entryish(said.strip(QUOTES)):
        return told("quoted")
    if mark and _is_entryish(said[mark.end() :]):
        return told("list-mark")
    if _is_url_or_domain(said):
        if (match := _mark_after.search(said[-40:])) and match[0].strip("."):
            return told("mark-after", match[0])
        return None
    return _no_entry(line, said)


def _is_url_or_domain(said: str) -> bool:
    return bool(re.match(r"domain[ \t]*:|https?://", said, re.IGNORECASE))


def _is_entryish(said: str) -> bool:
    return _is_entry(said) or (host_of_name(said) is not None and "." in said)


def _no_entry(line: Line, said: str) -> Fault:
    """Why a line that begins like none is no entry."""
    kind, found = _word_before(said) or _name_alone(said) or ("no-entry", "")
    return fault(kind, line.number, line.text, found=found, mended=mended(said))


def _word_before(said: str) -> tuple[str, str] | None:
    """What a line begins with that begins no entry."""
    if match := _remark_mark.match(said):
        return "other-remark-mark", match[0]
    if NO_COLON.match(said):
        return "no-colon", ""
    if match := BAD_SCHEME.match(said):
        return "scheme-misspelt", match[0]
    if match := WORD.match(said):
        word = match[1].lower()
        if is_near(word, "domain"):
            return "domain-misspelt", word
        if word in _OTHER_SCHEMES:
            return "other-scheme", f"{word}:"
        if word in _WORDS:
            return "unknown-word", word
    if (match := _scheme.match(said)) and said[match.end() : match.end() + 2] == "//":
        return "other-scheme", match[0]
    return None


def _name_alone(said: str) -> tuple[str, str] | None:
    """What a line without such a word seems to be: a name, an address, a row of a table."""
    if _email.match(said):
        return "domain-is-address", ""
    if host_of_name(said.lstrip("*.").rstrip(".,;")) and "." in said.strip("*."):
        return ("domain-has-wildcard" if "*" in said else "bare-name"), ""
    if _TABS.search(said) and any(map(_is_entryish, map(str.strip, _TABS.split(said)))):
        return "table-row", ""
    head, slash, _ = said.partition("/")
    if slash and host_of_name(head.removeprefix("//")) and "." in head:
        return "no-scheme", ""
    return None
