"""Which line was meant, where one is wrong and there is only one that would be right?

What covers less or more than what stands there is never offered: `domain:a.example/path` has no right form.
"""

import re

from backlit.report.disavow.entries import MOST_URL, entry_of, host_of_name, plain

__all__ = [
    "BAD_SCHEME",
    "LIST_MARK",
    "MOST_LINE",
    "NEXT_ENTRY",
    "NO_COLON",
    "ODD_COLON",
    "QUOTES",
    "WORD",
    "before_remark",
    "is_near",
    "mended",
]

#: A longer line is no entry, and is not taken apart.
MOST_LINE = MOST_URL + 256
NEXT_ENTRY = re.compile(r"[\s,;](?:domain[ \t]*:[ \t]*\S|https?://\S)", re.IGNORECASE)
QUOTES = "\"'“”„«»‘’`´()[]<>"
LIST_MARK = re.compile(r"(?:[-*•·–—+]|\d{1,6}[.)])[ \t]+(?=\S)")
WORD = re.compile(r"([a-z_-]{1,20})[ \t]*:(?!\d)", re.IGNORECASE)
NO_COLON = re.compile(r"domain[ \t]*[= \t][ \t]*([^\s:]+)\Z", re.IGNORECASE)
ODD_COLON = re.compile(r"domain[ \t]*([：∶꞉ː˸;])[ \t]*(\S+)\Z", re.IGNORECASE)
BAD_SCHEME = re.compile(
    r"h[tx]{1,3}ps?:?/{1,2}(?!/)|https?[;:]?/{1,2}(?!/)|https?[:;]\\\\|ttps?://|https?:(?=[^/])|h[tx]{1,3}ps?:///+",
    re.IGNORECASE,
)


def mended(text: str) -> str | None:
    """The line that was meant, where there is only one: as it would be right, or None.

    A line that covers less or more than what stands there is never offered: `domain:a.example/path` has none.
    """
    said = plain(text)
    if not said or said.startswith("#") or len(said) > MOST_LINE:
        return None
    said = before_remark(said).strip(QUOTES + " \t")
    said = LIST_MARK.sub("", said, count=1).strip(QUOTES + " \t").rstrip(",;!|.")
    if NEXT_ENTRY.search(said):
        return None
    return _as_entry(said)


def _as_entry(said: str) -> str | None:
    if match := ODD_COLON.match(said) or NO_COLON.match(said):
        said = f"domain:{match[match.lastindex or 1]}"
    if (match := WORD.match(said)) and is_near(match[1].lower(), "domain"):
        said = f"domain:{said[match.end() :].strip()}"
    if said[:6].lower() == "domain" and ":" in said:
        return _domain(said.partition(":")[2].strip())
    if match := BAD_SCHEME.match(said):
        scheme = "https" if "s" in match[0].lower() else "http"
        said = (
            f"{scheme}://{said[match.end() :].lstrip('/')}"
            if not said.lower().startswith(scheme + "://")
            else said
        )
    entry = entry_of(said)
    if entry is not None:
        return str(entry)
    return _domain(said) if "/" not in said and "@" not in said else None


def _domain(name: str) -> str | None:
    bare = re.sub(r"\Ahttps?://", "", name, flags=re.IGNORECASE)
    host, slash, rest = bare.partition("/")
    if rest or (slash and bare == name):
        return None
    host = re.sub(r":\d{1,5}\Z", "", host.rpartition("@")[2])
    host = host.removeprefix("*").lstrip(".").rstrip(".").replace(",", ".")
    found = host_of_name(host)
    return f"domain:{found}" if found and ("." in found) else None


def before_remark(said: str) -> str:
    """A line up to what looks like a remark after it."""
    return re.split(r"\s#|\s//|\s--\s", said, maxsplit=1)[0].rstrip() if len(said) <= MOST_LINE else said


def is_near(word: str, other: str) -> bool:
    """Whether a word is another but for one letter, added, dropped or changed, or two that changed places."""
    if word == other or abs(len(word) - len(other)) > 1:
        return False
    if len(word) == len(other):
        wrong = [at for at in range(len(word)) if word[at] != other[at]]
        swapped = len(wrong) == 2 and sorted(word) == sorted(other)
        return len(wrong) == 1 or swapped
    longer, shorter = sorted((word, other), key=len, reverse=True)
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
