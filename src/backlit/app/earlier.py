"""Which pages need not be sent again? Answers that were kept, for as long as their servers stand by them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from backlit.monitor.captures import Captures, Place
from backlit.monitor.look import Look
from backlit.monitor.unchanged import Before
from backlit.monitor.verdicts import VerdictKind
from backlit.store.answers import AnswerRow, Answers
from backlit.store.looks import LookRow

__all__ = ["Earlier"]

#: A server's word that nothing changed is taken for so long; then the page is asked for in full.
_TRUSTED = timedelta(days=90)


class Earlier:
    """The answers that are kept of the pages of a run, those of the run itself once they are on the disk."""

    def __init__(self, answers: Answers, captures: Captures, pages: Sequence[str]) -> None:
        self._answers, self._captures = answers, captures
        self._known: Mapping[str, AnswerRow] = answers.of_pages(pages)
        self._new: dict[str, AnswerRow] = {}
        self._forget: list[str] = []

    def of(self, url: str, past: Iterable[LookRow], now: datetime) -> Before | None:
        """By what to ask for a page; None where it is to be sent in full.

        That is so where its last look did not find every link: what is to be confirmed is looked at.
        """
        row, last = self._known.get(url), _last(past)
        if row is None or not last or any(VerdictKind(each.verdict).group != "found" for each in last):
            return None
        place = Place(row.file, row.offset, row.length)
        if not timedelta() <= now - row.at < _TRUSTED or not self._captures.holds(place):
            return None
        told = {"If-None-Match": row.etag, "If-Modified-Since": row.modified}
        validators = {name: value for name, value in told.items() if value}
        return Before(validators, row.at, partial(self._captures.read, place))

    def took(self, look: Look, places: Sequence[Place]) -> None:
        """A look whose responses were kept at these places."""
        validators = look.validators
        if look.moved or len(places) != 1 or not look.complete or not validators or look.by_hand is not None:
            if look.url in self._known:
                self._forget.append(look.url)
            return
        [place] = places
        self._new[look.url] = AnswerRow(
            look.url,
            validators.get("If-None-Match"),
            validators.get("If-Modified-Since"),
            look.unchanged_since or look.at,
            place.file,
            place.offset,
            place.length,
        )

    def keep(self) -> None:
        """Put what is new on the disk; what it speaks of has to be there."""
        self._answers.keep(self._new.values(), forget=self._forget)
        self._new, self._forget = {}, []


def _last(past: Iterable[LookRow]) -> list[LookRow]:
    """What the last look said of each link."""
    rows = list(past)
    newest = max((row.at for row in rows), default=None)
    return [row for row in rows if row.at == newest]
