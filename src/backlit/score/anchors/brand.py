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

__all__ = ["Brand", "Name", "brand_of", "initials_of", "is_one_edit", "known_names"]

_SHORTEST = 2
_TYPO_FROM = 6  # letters from which one wrong letter is a typo rather than another word
_LONGEST = 40
_REST = 4  # letters of a name that has to be left of a label
_AFTER_SHORT = ("lang", "js")  # after these even `go` is a name


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
    #: the same of sub-domains, which are services as often as names: they count where two words make one
    loose: Mapping[str, Name]
    #: squeezed labels that an anchor may spell out or mistype
    labels: tuple[str, ...]
    #: halves of labels of two words, which are a name where they are all there is: `lars` of lars-tesmer
    halves: frozenset[str]
    #: words that count beside a name only
    beside: frozenset[str]
    #: how forms begin, in all lengths; and the first letters of labels and halves
    beginnings: frozenset[str]
    letters: frozenset[str]

    def cover(self, found: Sequence[str]) -> tuple[list[bool], Name | None]:
        """Which words of an anchor are a name, and the first name found."""
        marks, first = [False] * len(found), None
        for start, word in enumerate(found):
            joined, end = word, start + 1
            while joined in self.beginnings:
                name = self.forms.get(joined) or (self.loose.get(joined) if end > start + 1 else None)
                if name is not None and self._stands(joined, len(found)):
                    first = first or name
                    marks[start:end] = [True] * (end - start)
                if end == len(found):
                    break
                joined, end = joined + found[end], end + 1
        return marks, first

    def inflected(self, found: Sequence[str]) -> int | None:
        """Where a name stands with an ending of its language, as in `na Facebooku`; None where none does."""
        for at, word in enumerate(found):
            if len(word) <= _TYPO_FROM or word[:_TYPO_FROM] not in self.beginnings:
                continue
            if any(len(word) - cut >= _TYPO_FROM and word[:-cut] in self.forms for cut in (1, 2)):
                return at
        return None

    def is_name(self, text: str) -> bool:
        """Whether the whole of a text is a name."""
        return "".join(map(fold, tokens(normalise(text)))) in self.forms

    def is_part(self, text: str) -> bool:
        """Whether a text is a beginning or a half of the name in the address and no name by itself.

        `Rosen` means rosenhof.de on a link to it, and may be any word elsewhere.
        """
        said = "".join(map(fold, tokens(normalise(text))))
        if not said or said in self.forms:
            return False
        return said in self.halves or any(label.startswith(said) for label in self.labels)

    def _stands(self, form: str, count: int) -> bool:
        """A name that is also a word of no meaning (`here`, `x`) counts only where it is all there is."""
        return count == 1 or (len(form) >= _SHORTEST and form not in words().idle)

    def spelt_out(self, found: Sequence[str], says: Sequence[str], name: Sequence[str]) -> str | None:
        """The label that the words as a whole spell out, begin, or mistype; None where they do not.

        `says` are those of them that do not only join, `name` those that say no kind of organisation.
        """
        if not found or len(found) > 8:
            return None
        squeezed, plain = "".join(found), "".join(name)
        if plain in self.halves:
            return plain
        first = {found[0][0], found[-1][0], says[0][0] if says else "", plain[:1]}
        for label in self.labels:
            if label[0] not in first:
                continue
            if _is_near(squeezed, label) or _is_near(plain, label):
                return label
            if len(found) > 1 and _is_made_of(label, found, says):
                return label
        return None


def _is_made_of(label: str, found: Sequence[str], plain: Sequence[str]) -> bool:
    if "".join(reversed(found)) == label:  # the family's name first, or last
        return True
    if initials_of(label, found) or initials_of(label, plain):
        return True
    return _blends(label, found) or _abbreviates(label, plain)


def _abbreviates(label: str, plain: Sequence[str]) -> bool:
    """Whether a label takes letters of all words in turn, the first of each among them: `bmel` of
    `Bundesministerium für Ernährung und Landwirtschaft`. Of two words only what cannot be said aloud."""
    vowels = sum(letter in "aeiouy" for letter in label)
    if not 2 <= len(plain) <= len(label) <= 8 or (len(plain) == 2 and (vowels > 1 or len(label) < 4)):
        return False
    places = {0}
    for word in plain:
        places = {end for start in places for end in _ends(label, start, word)}
    return len(label) in places


def _ends(label: str, start: int, word: str) -> set[int]:
    """Where a word can leave off that gives a label letters from a place on, its first letter first."""
    if start >= len(label) or label[start] != word[0]:
        return set()
    ends, at = {start + 1}, 1
    while start + len(ends) < len(label):
        at = word.find(label[start + len(ends)], at) + 1
        if not at:
            break
        ends.add(start + len(ends) + 1)
    return ends


def initials_of(label: str, found: Sequence[str]) -> bool:
    """Whether a label is the first letters of all the words."""
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
    own_name = Name(address.owner, f"the name of the domain {domain}")
    every.append(own_name)
    every += (Name(text, f"a name in the address {address.written[:80]}") for text in address.names)
    for place in dict.fromkeys((domain, address.url.host, address.url.host.removeprefix("www."))):
        every += (Name(text, f"a well-known name of {place}") for text in known_names().get(place, ()))
    every += names
    forms = _compiled(every)
    outer = [Name(text, f"a name in the address {address.written[:80]}") for text in address.outer]
    for label in (
        *sorted(address.beside),
        *address.outer,
    ):  # dockerhub of hub.docker.com, joinchat of join.chat
        forms.setdefault(_squeezed(address.owner) + _squeezed(label), own_name)
    spelt = [_squeezed(text) for text in (address.owner, *address.names)]
    loose = _compiled(outer)
    beginnings = frozenset(form[:end] for form in (*forms, *loose) for end in range(1, len(form) + 1))
    kept = tuple(dict.fromkeys(label for label in spelt if len(label) >= 2))
    beside = address.beside | {f"{label}s" for label in address.beside} | labels()["services"]
    halves = frozenset(half for text in (address.owner, *address.names) for half in _halves(text))
    letters = frozenset(text[0] for text in (*kept, *halves))
    return Brand(tuple(every), forms, loose, kept, halves, beside, beginnings, letters)


def _compiled(names: Iterable[Name]) -> dict[str, Name]:
    forms: dict[str, Name] = {}
    for name in names:
        for form in _forms(name.text):
            forms.setdefault(form, name)
    return forms


def _squeezed(text: str) -> str:
    return "".join(label_words(text))[:_LONGEST]


def _forms(text: str) -> Iterable[str]:
    """The squeezed spellings of a name: whole, without what domains carry beside it, and its parts."""
    parts = tokens(normalise(text))
    whole = "".join(map(fold, parts))[:_LONGEST]
    yield from (whole, "".join(map(fold_german, parts))[:_LONGEST])
    if len(parts) == 1:
        yield from _without(whole)
    elif len(parts) == 2:
        yield "".join(map(fold, reversed(parts)))[:_LONGEST]  # ann-lee of Lee Ann
    if len(parts) == 2 and " " not in text:
        yield from (
            fold(a)
            for a, b in (parts, parts[::-1])
            if b in labels()["before"] | labels()["after"] and len(a) > 1
        )


def _halves(text: str) -> Iterable[str]:
    """The words of a label of two, those that are words of trade or say nothing aside."""
    parts, lists = [fold(part) for part in tokens(normalise(text))], words()
    if len(parts) == 2 and " " not in text:
        said = (lists.idle, lists.money, lists.trade, lists.org)
        yield from (part for part in parts if len(part) > 2 and not any(part in of for of in said))


def _without(whole: str) -> Iterable[str]:
    """A label without a word that domains carry beside a name: `getfoo`, `foonews`, `revistafoo`."""
    for cut in range(2, len(whole) - 1):
        left, right = whole[:cut], whole[cut:]
        if len(right) >= _REST and _is_carried(left, "before"):
            yield right
        if (len(left) >= _REST or right in _AFTER_SHORT) and _is_carried(right, "after"):
            yield left


def _is_carried(word: str, side: str) -> bool:
    return word in labels()[side] or (len(word) > 3 and word in words().org)


@lru_cache(maxsize=1)
def known_names() -> Mapping[str, tuple[str, ...]]:
    """By domain or host, the other names of well-known sites."""
    found = {}
    for line in (files("backlit.score.anchors") / "known.txt").read_text("utf-8").splitlines():
        domain, colon, rest = line.partition(": ")
        if colon and not line.startswith("#"):
            found[domain] = tuple(name.strip() for name in rest.split(","))
    return found
