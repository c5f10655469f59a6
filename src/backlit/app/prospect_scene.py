"""What do all kinds of prospects have to know of a target: who links, its rivals, its pages?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from backlit.app.answer import Row
from backlit.app.session import Session
from backlit.errors import DataError, UsageError
from backlit.index.catalogue import all_sources
from backlit.index.contexts import CONTEXT
from backlit.index.engine import rows_of
from backlit.index.profile import Profile
from backlit.index.questions import Question
from backlit.index.target import Target
from backlit.index.texts import Signs, Texts, now
from backlit.model import State
from backlit.prospect.cues import DENIED, INVITES, OFFERS, PRICED, REFUSES, SPEAKS_OF_DEALS, UNPRICED
from backlit.prospect.names import names_of
from backlit.report.redirects import Pages
from backlit.score.cues import PAID
from backlit.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MOST_RIVALS", "NO_OFFER", "Scene", "kept_decision", "keys_of", "ranges", "relevance_of"]

MOST_RIVALS = 20
#: Rivals that are looked for where none is named, and how many times more domains may link to one: whoever
#: links to a site links to the large platforms, too.
_FOUND_RIVALS, _AS_LARGE = 5, 10
#: Links of a target that are looked through, live pages that a suggestion is chosen among.
MOST_LINKS, _LIVE = 100_000, 20_000
#: Pages whose nearness to the target is worked out.
_MOST_NEAR = 5_000
#: Anchors that are looked through for names, and domains that have to use one.
_BRANDS, _KNOWN_BY = 50, 2
#: What is looked for in every text, by the name of the sign.
PATTERNS = {
    "offer": OFFERS,
    "deal": SPEAKS_OF_DEALS,
    "invites": INVITES,
    "refuses": REFUSES,
    "priced": PRICED,
    "paid": PAID,
}
#: Words that are no offer whatever stands in them.
NO_OFFER = f"{DENIED}|{UNPRICED}"


@dataclass(eq=False)
class Scene:
    """A target with what its prospects are found from. What takes long is found out when it is asked for."""

    session: Session
    profile: Profile
    named: Sequence[str]
    as_of: str | None
    brands: Sequence[str] = ()

    @cached_property
    def links(self) -> list[Row]:
        """The standing links to the target, the best of each domain."""
        return list(self._rows("backlinks", group="domain"))

    @cached_property
    def site(self) -> Profile:
        """The whole site that the target is a part of: who links to another page of it needs no asking."""
        whole = Target.parse(self.profile.domain, "domain")
        if self.profile.target == whole:
            return self.profile
        return self.session.profile(self.profile.domain, "domain", self.as_of)

    @cached_property
    def site_links(self) -> list[Row]:
        """The standing links to any page of the site, the best of each domain."""
        if self.site is self.profile:
            return self.links
        question = Question.ask("backlinks", "-authority", group="domain")
        return list(self.rows_of(self.site, question))

    @cached_property
    def has(self) -> frozenset[str]:
        """The domains that link to any page of the site."""
        return frozenset(row["source_domain"] for row in self.site_links)

    @cached_property
    def lost(self) -> list[Row]:
        """The links that a later look found gone."""
        return list(self._rows("backlinks", states=(State.LOST,), most=MOST_LINKS))

    @cached_property
    def live(self) -> Pages:
        """The target's own pages that answered well, those with most links first."""
        rows = self._rows("pages", sort="-domains", q="status:200", most=_LIVE)
        return Pages([row["url"] for row in rows if parse_url(row["url"]).domain == self.profile.domain])

    @cached_property
    def rivals(self) -> "Mapping[str, Profile]":
        """The rivals by name: those that were named, else those that the same sites vote for."""
        names = list(dict.fromkeys(self.named)) or self._alike()
        if len(names) > MOST_RIVALS:
            do = f"Name {MOST_RIVALS} at most."
            raise UsageError(f"compare with {len(names)} rivals", "each of them is read", do)
        for name in names:
            if Target.parse(name) == self.profile.target:
                raise UsageError(
                    "compare with rivals", f"{name[:100]!r} is the target itself", "Leave it out."
                )
        return {name: self.session.profile(name, None, self.as_of) for name in names}

    @property
    def own(self) -> frozenset[str]:
        """The domains of the target and its rivals: nobody asks those."""
        return frozenset((self.profile.domain, *(each.domain for each in self.rivals.values())))

    @property
    def own_domains(self) -> frozenset[str]:
        """The target's domain, and those of rivals that were named."""
        named = (self.rivals[name].domain for name in self.named) if self.named else ()
        return frozenset((self.profile.domain, *named))

    # what pages say ---------------------------------------------------------------

    @cached_property
    def texts(self) -> Texts:
        """The texts of pages that were read."""
        return Texts(self.session.home)

    @cached_property
    def signs(self) -> list[Row]:
        """The pages that sell, swap, ask for articles or were paid for, with the words that say so."""
        columns = f"page_key, page_domain, fetched_at, title, heading, {', '.join(PATTERNS)}"
        unless = dict.fromkeys(("offer", "priced"), NO_OFFER)
        return now(self.profile, Signs(self.texts, PATTERNS, unless).files, columns, "true")

    @cached_property
    def sellers(self) -> dict[str, str]:
        """The sites that offer to sell links or to swap them, with the words that say so."""
        return {row["page_domain"]: offer for row in self.signs if (offer := _offer(row))}

    @cached_property
    def deals(self) -> frozenset[str]:
        """The keys of pages that speak of paid, followed or swapped links."""
        return frozenset(row["page_key"] for row in self.signs if _offer(row) or row["deal"])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """By which names the target is spoken of."""
        anchors = self._rows("anchors", sort="-domains", q="class:brand", most=_BRANDS)
        brands = [row["anchor"] for row in anchors if row["domains"] >= _KNOWN_BY]
        return names_of(self.profile.domain, brands, tuple(self.brands))

    @cached_property
    def linking_pages(self) -> frozenset[str]:
        """The keys of the pages that link to any page of the site."""
        return keys_of(self.site)

    def needs_texts(self) -> str | None:
        """What is missing to know what pages say."""
        kinds = {each["name"]: each["kind"] for each in all_sources(self.profile.index, self.profile.version)}
        warc = {name for name, kind in kinds.items() if kind == "warc"}
        if not warc:
            have = ", ".join(sorted(set(kinds.values()))) or "nothing"
            return (
                "Needs what pages say, which WARC files hold; this index was read from files of kind"
                f" {have}: `backlit crawl`, or ingest WARC files."
            )
        unread = sorted(warc - self.texts.names())
        if not unread:
            return None
        many = f"{len(unread)} of {len(warc)} WARC files were" if len(warc) > 1 else "its WARC file was"
        do = f"`backlit prospects {self.profile.domain} --read`"
        return f"Needs what pages say: {many} not read for it yet. {do}"

    def _alike(self) -> list[str]:
        """Domains that the same sites vote for, without those that everybody links to."""
        from backlit.app.receipts import explain

        try:
            related = explain(self.session, self.profile.domain, limit=1).row.get("related") or []
        except (UsageError, DataError):
            return []  # not ranked, or no votes
        most = max(_AS_LARGE * len(self.has), _AS_LARGE)
        names = [each["domain"] for each in related]
        sizes = {name: self.session.profile(name, None, self.as_of).size for name in names}
        return [name for name in names if sizes[name] <= most * 10][:_FOUND_RIVALS]

    def rows_of(self, profile: Profile, question: Question, most: int | None = None) -> Iterator[Row]:
        """The rows of a list of some target."""
        for batch in profile.batches(question, most):
            yield from batch

    def _rows(
        self,
        view: str,
        *,
        sort: str = "-authority",
        q: str | None = None,
        group: str = "none",
        states: Sequence[State] = (),
        most: int | None = None,
    ) -> Iterator[Row]:
        question = Question.ask(view, sort, q, group=group, states=states)
        yield from self.rows_of(self.profile, question, most)


def keys_of(profile: Profile) -> frozenset[str]:
    """The keys of the pages that link to a target."""
    rows = rows_of(profile.connect(), "SELECT DISTINCT source_key FROM current")
    return frozenset(row["source_key"] for row in rows)


def relevance_of(profile: Profile, rows: Sequence[Row]) -> list[float | None]:
    """How near pages are to what the target is about, by `language`, `source_title`, `before` and `after`."""
    if profile.relate is None or not rows:
        return [None] * len(rows)
    first = rows[:_MOST_NEAR]
    columns = dict(zip(CONTEXT, ("language", "source_title", "before", "after"), strict=True))
    table = pa.table(
        {name: pa.array([row.get(told) for row in first], pa.string()) for name, told in columns.items()}
    )
    near = [None if each is None else round(each, 2) for each in profile.relate(profile, table).to_pylist()]
    return near + [None] * (len(rows) - len(first))


def ranges(rows: Iterable[Row]) -> list[tuple[float | None, float | None]]:
    """The least and the most that a followed or declined link from each page would be worth; by `authority`,
    `external_links`, `relevance` and `followed`, the share of its links that hand something on."""
    import numpy as np

    from backlit.score.value import values_ahead

    told = list(rows)
    names = ("authority", "external_links", "relevance", "followed")
    columns = (np.array([_number(row.get(name)) for row in told], float) for name in names)
    low, high = values_ahead(*columns)
    return [
        (None, None) if np.isnan(least) else (round(float(least), 1), round(float(most), 1))
        for least, most in zip(low, high, strict=True)
    ]


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def kept_decision(session: Session, target: str) -> frozenset[str]:
    """The domains that somebody decided to have nothing to do with: ignored, disavowed or asked to remove."""
    from backlit.app.decided import decided_of

    closed = ("ignore", "disavow", "ask-removal", "snooze")
    held = decided_of(session.home, target)
    return frozenset(name for name, each in held.domains.items() if each.verdict.value in closed)


def _offer(row: Row) -> str | None:
    """The words by which a page sells or swaps links: an offer, or a price where it asks for articles."""
    said = row["offer"] or (row["priced"] if row["invites"] and not row["refuses"] else None)
    return None if said is None else str(said)
