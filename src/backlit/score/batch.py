"""What do the checks look at: some links, what is counted over all of them, and what many checks ask?"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backlit.model import Placement, Rel
from backlit.score import cues
from backlit.score.crowd import Crowd, crowd_of
from backlit.score.links import Links
from backlit.score.numbers import Bools, Floats, Ints, has, known
from backlit.score.texts import each, lowered

__all__ = ["Batch"]

#: Referring domains from which on their words say what a target is.
_VOICES = 10
_QUALIFIED = int(Rel.NOFOLLOW | Rel.UGC | Rel.SPONSORED)


@dataclass(frozen=True)
class Batch:
    """Some links with the counts that belong to them."""

    links: Links
    crowd: Crowd

    @classmethod
    def whole(cls, links: Links) -> "Batch":
        """All links of one or several targets."""
        return cls(links, crowd_of(links))

    def take(self, rows: Ints | slice) -> "Batch":
        """Some of them, with the same counts."""
        return Batch(self.links.take(rows), self.crowd.take(rows))

    @property
    def rows(self) -> int:
        return self.links.rows

    def number(self, name: str) -> Floats:
        return self.links.number(name)

    @cached_property
    def sells(self) -> Floats:
        """How far the text of a link is what somebody wants to be found for, 0 to 1."""
        return self.crowd.money

    @cached_property
    def qualified(self) -> Floats:
        """1 where rel asks for no credit, 0 where it does not; NaN where it was not read."""
        return self.bits("rel", _QUALIFIED)

    @cached_property
    def unqualified(self) -> Floats:
        """How far a link passes as a vote: 1, 0, and a half where rel was not read."""
        return np.nan_to_num(1 - self.qualified, nan=0.5)

    @cached_property
    def in_passing(self) -> Floats:
        """1 where the link stands where anybody may write: a comment, a forum, a guestbook."""
        comment = np.nan_to_num(self.placed(Placement.COMMENT)) == 1
        written = (
            self.addressed(cues.FORUM)
            | self.addressed(cues.PROFILE)
            | self.addressed(cues.GUESTBOOK)
            | self.titled(cues.GUESTBOOK)
        )
        found: Floats = (comment | self.signed | written).astype(float)
        return found

    @cached_property
    def signed(self) -> Bools:
        """Whether the link follows the stroke under which people sign."""
        return has(self.before, r"(?:^|\n)\s*(?:--|—|__+|\*\*+)\s*$")

    @cached_property
    def title(self) -> pa.Array:
        return lowered(self.links.text("source_title"))

    @cached_property
    def before(self) -> pa.Array:
        return lowered(self.links.text("before"))

    @cached_property
    def after(self) -> pa.Array:
        return lowered(self.links.text("after"))

    @cached_property
    def source_url(self) -> pa.Array:
        """The page's key in lower case: host turned round, path and query as in its address."""
        return _address(self.links.text("source_key"))

    @cached_property
    def target_url(self) -> pa.Array:
        return _address(self.links.text("target_key"))

    @cached_property
    def has_words(self) -> Bools:
        """Whether anything is known that could give a page away by its words."""
        return known(self.title) | known(self.before) | known(self.after)

    def placed(self, *places: Placement) -> Floats:
        """1 where the link stands in one of these parts of the page; NaN where that is not known."""
        placement = self.number("placement")
        found = np.isin(placement, [int(place) for place in places]).astype(float)
        return np.where(np.isnan(placement), np.nan, found)

    def bits(self, name: str, mask: int) -> Floats:
        """1 where a mask has one of these bits; NaN where it is not known."""
        values = self.number(name)
        codes = np.nan_to_num(values).astype(np.int64)
        return np.where(np.isnan(values), np.nan, (codes & mask != 0).astype(float))

    def titled(self, pattern: str) -> Bools:
        """Whether the title of the page matches."""
        found: Bools = each(self.title, lambda texts: has(texts, pattern)) == 1
        return found

    def addressed(self, pattern: str) -> Bools:
        """Whether the address of the page matches."""
        return has(self.source_url, pattern)

    def near(self, pattern: str) -> Bools:
        """Whether the words before or after the link match."""
        return has(self.before, pattern) | has(self.after, pattern)

    @cached_property
    def in_spam_trade(self) -> Bools:
        """Whether the text of the link speaks of a trade that lives on spam."""
        anchors = lowered(self.links.text("anchor"))
        found: Bools = each(anchors, lambda texts: has(texts, cues.SPAM_TRADE)) == 1
        return found

    @cached_property
    def target_in_spam_trade(self) -> Bools:
        """Whether the target itself is in such a trade: by its domain, or by a tenth of ten that link."""
        own = each(self.links.text("target_domain"), _spam_name) == 1
        many = (self.crowd.spam_trade_share >= 0.1) & (self.crowd.referring >= _VOICES)
        found: Bools = own | many
        return found


def _address(keys: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(pc.utf8_lower(keys), r" .*$", "")


def _spam_name(domains: pa.Array) -> Bools:
    """Domains whose names hold a word of these trades; hyphens and dots part words."""
    return has(pc.replace_substring_regex(domains, r"[-.]", " "), cues.SPAM_TRADE)
