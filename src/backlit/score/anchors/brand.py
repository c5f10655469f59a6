"""Does an anchor name the site, its owner, or the account or project that the page belongs to?

A name is compared squeezed: `New York Times`, `new-york-times` and `newyorktimes` are one, with ä as a
and as ae, other alphabets in Latin letters. The owner's label of the domain counts, also without what
domains carry beside a name (`getfoo`, `foo-app`, `foohq`), so do accounts and projects in the path, the
names that evidence brought (see `evidence`), and those a user gave. An anchor may also spell the label
out: `Electronic Frontier Foundation` of eff.org, `New York Times` of nytimes.com; or miss it by a letter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from backlit.score.anchors.normal import fold, fold_german, normalise, tokens
from backlit.score.anchors.target import Address, label_words, labels
from backlit.score.anchors.words import words

__all__ = ["Brand", "Name", "brand_of", "known_names"]

_SHORTEST = 2
_TYPO_FROM = 6  # letters from which one wrong letter is a typo rather than another word
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Name:
    """One way to write a brand, and how it is known."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Brand:
    """The names of a target, compiled; build it with `brand_of`."""

    names: tuple[Name, ...]
    #: squeezed form → the name it is a form of
    forms: Mapping[str, Name]
    #: squeezed labels that an anchor may spell out or mistype
    labels: tuple[str, ...]
    #: words that count beside a name only
    beside: frozenset[str]
    longest: int

    def cover(self, found: Sequence[str]) -> tuple[list[bool], Name | None]:
        """Which words of an anchor are a name, and the first name found."""
        marks, first = [False] * len(found), None
        for start in range(len(found)):
            joined = ""
            for end in range(start, len(found)):
                joined += found[end]
                if len(joined) > self.longest:
                    break
                name = self.forms.get(joined)
                if name is not None and self._stands(joined, len(found)):
                    first = first or name
                    marks[start : end + 1] = [True] * (end + 1 - start)
        return marks, first

    def is_name(self, text: str) -> bool:
        """Whether the whole of a text is a name."""
        return "".join(map(fold, tokens(normalise(text)))) in self.forms

    def _stands(self, form: str, count: int) -> bool:
        """A name that is also a word of no meaning (`here`, `x`) counts only where it is all there is."""
        return count == 1 or (len(form) >= _SHORTEST and form not in words().idle)

    def spelt_out(self, found: Sequence[str], joining: Sequence[bool]) -> str | None:
        """The label that the words as a whole spell out, begin, or mistype; None where they do not."""
        if not found or len(found) > 8:
            return None
        squeezed = "".join(found)
        plain = [word for word, is_joining in zip(found, joining, strict=True) if not is_joining]
        for label in self.labels:
            if _is_near(squeezed, label) or _is_near("".join(plain), label):
                return label
            if len(found) > 1 and (
                _initials(label, found) or _initials(label, plain) or _blends(label, found)
            ):
                return label
        return None


def _initials(label: str, found: Sequence[str]) -> bool:
    return (
        len(label) >= 3
        and len(label) == len(found)
        and all(w[0] == c for w, c in zip(found, label, strict=True))
    )


def _is_near(said: str, label: str) -> bool:
    """Whether the words are the label with a letter wrong, or most of its beginning."""
    if said == label:
        return True
    if len(said) >= 5 and len(label) * 0.6 <= len(said) and label.startswith(said):
        return True
    if min(len(said), len(label)) < _TYPO_FROM or abs(len(said) - len(label)) > 1:
        return False
    return said[0] == label[0] and is_one_edit(said, label)


def is_one_edit(a: str, b: str) -> bool:
    """Whether two different texts differ by one letter put in, left out or exchanged; linear."""
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1:
        return False
    at = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    return a[at + (len(a) == len(b)) :] == b[at + 1 :]


def _blends(label: str, found: Sequence[str]) -> bool:
    """Whether the label is made of the beginnings of all words in turn, of one of them three letters
    or more: `nytimes` of `new york times`."""
    if not 5 <= len(label) <= _LONGEST or len(found) > 6:
        return False
    places = {(0, 0)}  # (letters used, longest piece)
    for word in found:
        following = set()
        for used, longest in places:
            most = 0
            while most < len(word) and used + most < len(label) and word[most] == label[used + most]:
                most += 1
                following.add((used + most, max(longest, most)))
        places = following
    return any(used == len(label) and longest >= 3 for used, longest in places)


def brand_of(address: Address, names: Iterable[Name] = (), own: Iterable[str] = ()) -> Brand:
    """The names of a target: from its address, from evidence, and a user's `own`."""
    domain = address.url.domain
    every = [Name(text, "a name you gave") for text in own]
    every.append(Name(address.owner, f"the name of the domain {domain}"))
    every += (Name(text, f"a name in the address {address.written[:80]}") for text in address.names)
    for place in dict.fromkeys((domain, address.url.host, address.url.host.removeprefix("www."))):
        every += (Name(text, f"a well-known name of {place}") for text in known_names().get(place, ()))
    every += names
    forms: dict[str, Name] = {}
    for name in every:
        for form in _forms(name.text):
            forms.setdefault(form, name)
    spelt = [_squeezed(text) for text in (address.owner, *address.names)]
    longest = max(map(len, forms), default=0)
    kept = tuple(dict.fromkeys(label for label in spelt if len(label) >= 2))
    beside = address.beside | labels()["services"]
    return Brand(tuple(every), forms, kept, beside, longest)


def _squeezed(text: str) -> str:
    return "".join(label_words(text))[:_LONGEST]


def _forms(text: str) -> Iterable[str]:
    """The squeezed spellings of a name: whole, without what domains carry beside it, and its parts."""
    parts = tokens(normalise(text))
    whole = "".join(map(fold, parts))[:_LONGEST]
    yield from (whole, "".join(map(fold_german, parts))[:_LONGEST])
    if len(parts) == 1:
        yield from _without(whole)
    elif len(parts) == 2 and "-" in text:
        yield from (
            fold(a)
            for a, b in (parts, parts[::-1])
            if b in labels()["before"] | labels()["after"] and len(a) > 1
        )


def _without(whole: str) -> Iterable[str]:
    for before in labels()["before"]:
        if whole.startswith(before) and len(whole) - len(before) >= 4:
            yield whole[len(before) :]
    for after in labels()["after"]:
        least = 2 if after in ("lang", "js") else 4
        if whole.endswith(after) and len(whole) - len(after) >= least:
            yield whole[: -len(after)]


@lru_cache(maxsize=1)
def known_names() -> Mapping[str, tuple[str, ...]]:
    """By domain or host, the other names of well-known sites."""
    found = {}
    for line in (files("backlit.score.anchors") / "known.txt").read_text("utf-8").splitlines():
        domain, colon, rest = line.partition(": ")
        if colon and not line.startswith("#"):
            found[domain] = tuple(name.strip() for name in rest.split(","))
    return found
