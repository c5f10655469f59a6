"""What marks domains that were made to link, whoever owns them?

A mark is a property of one domain. It counts for a group where nearly all its members bear it and chance
would not bring so many together: in a crawl in which most domains have no votes, having none is no sign.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from backlit.score.networks.material import Evidence, Flags, Ints, Material
from backlit.score.networks.rarity import by_chance
from backlit.score.texts import money_of

__all__ = ["STRENGTH", "Signs"]

#: How sure a sign alone makes. Fitted by hand on virtual webs of seeds 1 to 6; what they come to is measured
#: on others (docs/concepts/networks.md). Signs of one hand above, marks of being made to link below.
STRENGTH: Mapping[str, float] = {
    "tracker": 0.95,
    "favicon": 0.8,
    "ad-account": 0.75,
    "mirror": 0.85,
    "ip": 0.6,
    "dense": 0.6,
    "shared-targets": 0.2,
    "network": 0.5,
    "template": 0.5,
    "author": 0.5,
    "name": 0.5,
    "week": 0.4,
    "unsupported": 0.5,
    "words": 0.4,
    "sells": 0.4,
    "few-targets": 0.15,
}
#: Domains that lead to at most so many others have little to say but those.
_FEW = 10
#: The share of a group that must bear a mark, and how unlikely that must be.
_SHARE, _CHANCE = 0.8, 1e-2
#: Place in trust from which on a domain is nobody's throw-away.
_TRUSTED = 0.95


#: How texts begin that are addresses.
_ADDRESS = ("http://", "https://", "www.")


def _squeezed(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


@dataclass(frozen=True, eq=False)
class Signs:
    """The marks of every domain of a material."""

    material: Material

    @cached_property
    def trusted(self) -> Flags:
        """bool[n]: the twentieth part with most trust, of those that have any."""
        trust = self.material.trust
        if trust is None or not (trust > 0).any():
            return np.zeros(len(self.material.names), np.bool_)
        line = np.quantile(trust[trust > 0], _TRUSTED)
        flags: Flags = np.nan_to_num(trust) >= line
        return flags

    @cached_property
    def unsupported(self) -> Flags:
        """bool[n]: nobody votes for it, or no trusted seed leads to it."""
        alone: Flags = self.material.votes == 0
        if self.material.trust is not None and (self.material.trust > 0).any():
            alone = alone | np.isnan(self.material.trust)
        return alone

    @cached_property
    def few(self) -> Flags:
        """bool[n]: it leads to few others."""
        out = self.material.out_degree
        flags: Flags = (out > 0) & (out <= _FEW)
        return flags

    @cached_property
    def credits(self) -> Flags:
        """bool[n]: its links to the target stand in templates alone, as those of an agency's clients do."""
        material = self.material
        flags = np.zeros(len(material.names), np.bool_)
        if material.target is not None and material.template is not None:
            here = material.dst == material.target
            flags[material.src[here]] = True
            flags[material.src[here & ~material.template]] = False
        return flags

    @cached_property
    def natural(self) -> Flags:
        """bool[n]: it calls the target by its name or address, as those do who mean it."""
        material = self.material
        flags = np.zeros(len(material.names), np.bool_)
        if material.target is not None:
            name = _squeezed(material.names[material.target].partition(".")[0])
            for member, said in material.words.items():
                flags[member] = said.startswith(_ADDRESS) or (len(name) >= 3 and name in _squeezed(said))
        return flags

    @cached_property
    def bare(self) -> Flags:
        """bool[n]: the judged domains with both marks."""
        flags: Flags = self.material.is_among & self.unsupported & self.few & ~self.credits
        return flags

    @cached_property
    def _populations(self) -> dict[str, tuple[int, int]]:
        """By mark, how many domains that link are known, and how many bear it."""
        links = self.material.out_degree > 0
        known = links & (self.material.votes >= 0)
        return {
            "unsupported": (int(known.sum()), int((self.unsupported & known).sum())),
            "few-targets": (int(links.sum()), int((self.few & links).sum())),
        }

    @cached_property
    def selling(self) -> Flags:
        """bool[n]: its words to the target are some that one wants to be found for."""
        said = sorted(set(self.material.words.values()))
        flags = np.zeros(len(self.material.names), np.bool_)
        if said:
            worth = dict(zip(said, (money_of(pa.array(said, pa.string())) > 0).tolist(), strict=True))
            flags[[member for member, text in self.material.words.items() if worth[text]]] = True
        return flags & ~self.natural

    @cached_property
    def _word_counts(self) -> Counter[str]:
        return Counter(self.material.words.values())

    def marks(self, members: Collection[int]) -> dict[str, set[int]]:
        """Of each mark that counts for a group, the members that bear it."""
        ids = np.array(sorted(members), np.int64)
        ids = ids[~self.credits[ids]]
        found: dict[str, set[int]] = {}
        for name, flags in (("unsupported", self._alone(ids)), ("few-targets", self.few[ids])):
            population, marked = self._populations[name]
            if self._counts(len(ids), int(flags.sum()), population, marked):
                found[name] = set(ids[flags].tolist())
        sells = self.selling[ids]
        if len(ids) and sells.sum() >= _SHARE * len(ids):
            found["sells"] = set(ids[sells].tolist())
        elif words := self._same_words(ids):  # of words that sell that is no second reason
            found["words"] = words
        return found

    def _alone(self, ids: Ints) -> Flags:
        """Which members nobody outside the group votes for."""
        src, offsets = self.material.inner
        inside = set(ids.tolist())
        friends = np.array(
            [len(inside.intersection(src[offsets[at] : offsets[at + 1]].tolist())) for at in ids.tolist()]
        )
        votes = self.material.votes[ids]
        alone: Flags = self.unsupported[ids] | ((votes >= 0) & (votes - friends <= 0))
        return alone

    def _counts(self, size: int, bearing: int, population: int, marked: int) -> bool:
        if size == 0 or bearing < _SHARE * size or population < size:
            return False
        return by_chance(population, max(marked, bearing), size, bearing) <= _CHANCE

    def _same_words(self, ids: Ints) -> set[int]:
        """The members whose words to the target another member uses too, where that is no chance."""
        words = {
            member: self.material.words[member] for member in ids.tolist() if member in self.material.words
        }
        used = Counter(words.values())
        if not used:
            return set()
        common, found = max(used.items(), key=lambda each: (each[1], each[0]))
        everywhere, population = self._word_counts[common], self._word_counts.total()
        if found < 2 or by_chance(population, everywhere, len(words), found) > _CHANCE:
            return set()
        return {member for member, said in words.items() if used[said] > 1}

    def evidence(self, members: Collection[int]) -> list[Evidence]:
        """The marks that count for a group, in sentences."""
        return [self._told(name, members, bearing) for name, bearing in self.marks(members).items()]

    def _told(self, name: str, members: Collection[int], bearing: set[int]) -> Evidence:
        part = f"{len(bearing)} of {len(members)}"
        numbers: dict[str, Any] = {"domains": len(members), "of_them": len(bearing)}
        if name == "words":
            said = Counter(self.material.words[member] for member in sorted(bearing)).most_common(3)
            numbers["words"] = [text for text, _ in said]
            sentence = f"{part} link with words that others of them use too."
        elif name == "sells":
            numbers["words"] = sorted({self.material.words[member] for member in bearing})[:3]
            sentence = f"{part} link with words that sell."
        elif name == "unsupported":
            known, marked = self._populations[name]
            numbers |= {"known": known, "like_that": marked}
            sentence = (
                f"For {part} no domain outside the group vouches; that is so of {marked} in {known} here."
            )
        else:
            known, marked = self._populations[name]
            numbers |= {"known": known, "like_that": marked, "at_most": _FEW}
            sentence = f"{part} lead to {_FEW} domains at most."
        return Evidence(name, sentence, numbers, STRENGTH[name])
