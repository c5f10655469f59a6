"""How do many questions share one open index?"""

import re
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache, partial
from pathlib import Path

import pyarrow as pa

from backlit.app.brand_terms import BrandTerms
from backlit.app.decided import decided_now
from backlit.app.demo_mark import MARK
from backlit.app.later import Later
from backlit.errors import HomeMissing, UsageError
from backlit.index.carried import Carried
from backlit.index.explain import explain_damage
from backlit.index.instance import Facts, Instance
from backlit.index.kept_answers import KeptAnswers, Shelf
from backlit.index.kept_judgements import KeptJudgements
from backlit.index.layout import has_layout
from backlit.index.leases import Lease
from backlit.index.profile import Profile
from backlit.index.tables import Index, Version
from backlit.index.target import Target
from backlit.report.days import chosen_among

__all__ = ["Asked", "Session", "Wanted", "begin", "is_version", "open_session", "parse_as_of", "parse_since"]

#: Targets whose folded links stay in memory (a small one takes 1 to 2 MB), and how many links they may hold
#: together (about 1 KB each).
KEPT_PROFILES = 256
KEPT_ROWS = 500_000
#: Versions, the newest among them, that somebody may be told of while others wait: of a few hundred targets,
#: the last is put together some minutes after the newest version came, and an import makes several.
_RECENT = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for, of whichever version."""

    target: Target
    as_of: datetime | None
    brands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The same of one version."""

    version: int
    asked: Asked


#: What was told so far within what is under way, which tells of one version of a target and not of two.
_told: ContextVar[dict[Asked, Profile]] = ContextVar("told")


def begin() -> None:
    """From now on something new is under way, a page for instance; outside of such, questions stand alone."""
    _told.set({})


def _never() -> bool:
    return False


class Session:
    """An open index, and the profiles asked of it lately. Safe to share between threads.

    While it `is_busy`, nobody waits for what can be told without: who asks for a target of which an earlier
    version is in memory is told of that one, and the newest is put together meanwhile, one target after the
    other, in a process `beside` where there is one; and nothing is judged here that was not judged before.
    Each answer says which version it tells of.
    """

    def __init__(self, home: Path, *, may_wait: bool = False, is_busy: Callable[[], bool] = _never) -> None:
        self.home = home
        #: puts together, in a process beside, what nobody waits for; None where there is no such process
        self.beside: Callable[[Wanted], Carried | None] = lambda _: None
        self._may_wait, self._is_busy = may_wait, is_busy
        self._kept, self._answers = KeptJudgements(home), KeptAnswers(home)
        self._terms = BrandTerms(home)
        self.index = _opened(home)
        self._opened: Instance | None = None
        self._lock = threading.Lock()
        self._leases: dict[int, Lease] = {}
        with explain_damage(home):
            self._version = self._newest()
        self._recent = deque([self._version.id], _RECENT)
        self._profiles: OrderedDict[Wanted, Profile] = OrderedDict()
        #: by version, of which one is kept: see `days`
        self._days: dict[int, Sequence[date]] = {}
        #: of what was asked for, the version that was put together last
        self._last: dict[Asked, int] = {}
        #: what is put together meanwhile, by nobody who waits for it
        self._later = Later()
        self._asked_later: set[Asked] = set()
        #: profiles that are being made: whose turn it is, and how many wait for it
        self._making: dict[Wanted, tuple[threading.Lock, int]] = {}

    @property
    def version(self) -> Version:
        """The version of the index that this session reads."""
        return self._version

    @property
    def _instance(self) -> Instance:
        """Where links are folded; opened when the first are, since many a session asks for no links."""
        with self._lock:
            if self._opened is None:
                self._opened = Instance(self.index)
            return self._opened

    @property
    def is_demo(self) -> bool:
        """Whether the home holds the made-up web and nothing else."""
        return (self.home / MARK).exists()

    def refresh(self) -> Version:
        """Read the newest version, and the brand terms as they are, from now on."""
        self._terms.refresh()
        with explain_damage(self.home):
            self._version = self._newest()
        with self._lock:
            if self._version.id not in self._recent:
                self._recent.append(self._version.id)
            told = {key.version for key in self._profiles if key.version in self._recent}
            for version in self._leases.keys() - told - {self._version.id}:
                self._leases.pop(version).release()
        return self._version

    def _newest(self) -> Version:
        """The newest version, held by a lease; it may be forgotten between the look and the lease."""
        while True:
            version = self.index.version()
            self._hold(version.id)
            if self.index.version().id == version.id:
                return version

    def _held(self, snapshot: int) -> Version:
        version = self.index.version(snapshot)
        self._hold(version.id)
        return version

    def _hold(self, version: int) -> None:
        with self._lock:
            if version not in self._leases:
                self._leases[version] = Lease(self.home, version)

    def profile(
        self, target: str, scope: str | None = None, as_of: str | None = None, *, snapshot: int | None = None
    ) -> Profile:
        """The folded links of a target, from memory where they were asked for before; of the version
        that is read, unless `as_of` or `snapshot` names one."""
        version, moment = self.resolve(as_of)
        if snapshot is not None and snapshot != version.id:
            version = self._held(snapshot)
        if moment is not None:
            self._refuse_before(version, moment)
        wanted = Target.parse(target, scope)
        key = Wanted(version.id, Asked(wanted, moment, self._terms.of(wanted)))
        if snapshot is not None or (as_of is not None and moment is None):
            return self._made(key, version)  # that version was asked for
        told = _told.get({})
        if key.asked not in told:
            before = (self._known(key) or self._before(key)) if self._is_busy() else None
            told[key.asked] = before or self._made(key, version)
        return told[key.asked]

    def _made(self, key: Wanted, version: Version) -> Profile:
        """What was asked for, put together if it is not in memory."""
        with self._alone(key):
            known = self._known(key)
            if known is not None:
                return known
            profile = self._folded(key, version)
            with self._lock:
                self._put(key, profile)
            return profile

    def _folded(self, key: Wanted, version: Version, carried: Carried | None = None) -> Profile:
        with explain_damage(self.home):
            target, as_of, instance = key.asked.target, key.asked.as_of, self._instance
            made = Profile(self.index, version, target, as_of, instance=instance, carried=carried)
            return self._dressed(made, key.asked.brands)

    def carry(self, wanted: Wanted, ask: Callable[[], object]) -> Carried:
        """What another session needs to tell of a target at a version, after `ask` has asked this one what is
        likely to be asked of that one."""
        from backlit.app.judging import judge_for_all

        self.refresh()
        profile = self._folded(wanted, self._held(wanted.version))
        if profile.is_large:
            profile.load_classes()
        else:
            judge_for_all(profile)
        told = _told.set({wanted.asked: profile})
        try:
            ask()
        finally:
            _told.reset(told)
        return profile.carry()

    def _put(self, key: Wanted, profile: Profile) -> None:
        """Keep a profile: that of a newer version in the place of the older, one of an older version, which
        somebody named, beside it; those asked for longest ago make room."""
        last = self._last.get(key.asked)
        if last is None or self._is_newer(key.version, last):
            if last is not None:
                self._profiles.pop(Wanted(last, key.asked), None)
            self._last[key.asked] = key.version
        self._profiles[key] = profile
        while len(self._profiles) > 1 and self._is_too_much():
            gone, _ = self._profiles.popitem(last=False)
            if self._last.get(gone.asked) == gone.version:
                del self._last[gone.asked]

    def _is_newer(self, version: int, other: int) -> bool:
        """Whether a version came after another one, as far as they are recent."""
        recent = list(self._recent)
        return other not in recent or (version in recent and recent.index(version) > recent.index(other))

    def _before(self, key: Wanted) -> Profile | None:
        """The same of an earlier version, if it is in memory; that of the asked one is put together then."""
        with self._lock:
            last = self._last.get(key.asked)
            if last is None or last not in self._recent:
                return None
            found = self._profiles[Wanted(last, key.asked)]
            if found.is_damaged:
                return None
            is_new = key.asked not in self._asked_later
            self._asked_later.add(key.asked)
        if is_new:
            self._later.ask(partial(self._make_later, key.asked))
        return found

    def _make_later(self, asked: Asked) -> None:
        """Put a target together that nobody waits for, at the version that is the newest when its turn comes.
        Who asks when there is time is told of errors."""
        try:
            version = self._version
            key = Wanted(version.id, asked)
            if self._known(key) is None:
                carried = self.beside(key)
                profile = self._folded(key, version, carried)
                if carried is not None:
                    profile.learn(carried)
                with self._lock:
                    self._put(key, profile)
        finally:
            with self._lock:
                self._asked_later.discard(asked)

    def _known(self, key: Wanted) -> Profile | None:
        """What was asked for lately, unless its tables turned out to be damaged."""
        with self._lock:
            known = self._profiles.get(key)
            if known is None or known.is_damaged:
                return None
            self._profiles.move_to_end(key)
            return known

    @contextmanager
    def _alone(self, key: Wanted) -> Iterator[None]:
        """Nobody else makes the same profile meanwhile: of many who ask at once, one makes it for all."""
        with self._lock:
            turn, waiting = self._making.get(key, (threading.Lock(), 0))
            self._making[key] = (turn, waiting + 1)
        try:
            with turn:
                yield
        finally:
            with self._lock:
                turn, waiting = self._making.pop(key)
                if waiting > 1:
                    self._making[key] = (turn, waiting - 1)

    def _dressed(self, profile: Profile, brands: tuple[str, ...]) -> Profile:
        """A profile that knows whom to ask for what stands higher up."""
        profile.brands = brands
        profile.rank_pages, profile.classify = self._pages, self._classes
        profile.relate, profile.type_site = self._relevances, _type_site
        profile.decide = decided_now
        profile.judge, profile.keep = self._judgements, self._keep
        profile.is_judged = self._place(profile).exists()
        profile.shelf = lambda: self._shelf(profile)
        profile.may_wait = lambda: self._may_wait and not self._is_busy()
        return profile

    def _refuse_before(self, version: Version, moment: datetime) -> None:
        """Before anything was observed, nothing is known: that is no answer with zeros."""
        first = self._instance.facts(version).observed[0]
        if first is not None and moment < first:
            raise UsageError(
                f"look at the index as of {moment:%Y-%m-%d}",
                f"its data begin on {first:%Y-%m-%d}",
                f"Ask for {first:%Y-%m-%d} or a later day.",
            )

    @property
    def instance(self) -> Instance:
        """The DuckDB that the questions of this session share."""
        return self._instance

    @property
    def facts(self) -> Facts:
        """What every question asks of the version that this session reads."""
        return self._instance.facts(self._version)

    @property
    def begins(self) -> datetime | None:
        """The first observation of the version that this session reads."""
        return self._instance.facts(self._version).observed[0]

    @property
    def days(self) -> Sequence[date]:
        """Days on which the version that this session reads was observed, for people to choose among; the
        last one counts as today."""
        version, facts = self._version.id, self.facts
        if version not in self._days:
            newest = facts.observed[1]
            self._days = {version: chosen_among(facts.days, newest.date() if newest else None)}
        return self._days[version]

    @property
    def is_large(self) -> bool:
        """Whether questions about any target of the version that this session reads may take long."""
        return self.facts.is_large

    @property
    def is_ranked(self) -> bool:
        """Whether the version that this session reads has ranks."""
        is_there = bool(self.index.files(self._version, "releases"))
        return is_there and bool(self._instance.facts(self._version).releases)

    def prepare(self, domain: str) -> bool:
        """Put a large target together for later questions; False where it was already."""
        with explain_damage(self.home):
            instance, target = self._instance, Target.parse(domain, "domain")
            made = Profile(self.index, self._version, target, instance=instance)
            profile = self._dressed(made, self._terms.of(target))
            if not profile.is_judged:
                profile.load_judgements()
            return profile.was_made

    def _pages(self, profile: Profile) -> pa.Table:
        """The ranks of a target's pages, which hang on the links to all pages of its domain."""
        from backlit.app.pages import rank_pages

        whole = Target.parse(profile.domain, "domain")
        if profile.target != whole:
            with explain_damage(self.home):
                instance = self._instance
                profile = Profile(self.index, profile.version, whole, profile.asked, instance=instance)
        return rank_pages(self.index, profile)

    def _classes(self, profile: Profile) -> pa.Table:
        """The classes of a target's anchors."""
        from backlit.app.anchor_texts import anchor_classes

        return anchor_classes(self.index, profile)

    def _relevances(self, profile: Profile, links: pa.Table) -> pa.Array:
        """How near the pages of links are to a target."""
        from backlit.app.topics import relevances

        return relevances(self.index, profile, links)

    def _judgements(self, profile: Profile) -> pa.Table:
        """The readings and values of a target's links."""
        from backlit.app.judging import judgements

        kept = self._kept.read(self._place(profile))
        return judgements(profile) if kept is None else kept

    def _keep(self, profile: Profile, found: pa.Table) -> None:
        """Keep judgements, unless they are."""
        path = self._place(profile)
        if not path.exists():
            self._kept.write(path, found)

    def _place(self, profile: Profile) -> Path:
        """Where the judgements of a target are kept."""
        return self._kept.path(profile.version, profile.target, profile.asked, _how(profile))

    def _shelf(self, profile: Profile) -> Shelf | None:
        """Where the answers about a target are kept, unless they are soon made."""
        if not profile.is_large:
            return None
        return self._answers.shelf(profile.version, profile.target, profile.asked, _how(profile))

    def forget(self) -> None:
        """Let go of the targets that were asked for; the next question reads its target anew."""
        with self._lock:
            self._profiles.clear()
            self._last.clear()

    def _is_too_much(self) -> bool:
        rows = sum(profile.size for profile in self._profiles.values())
        return len(self._profiles) > KEPT_PROFILES or rows > KEPT_ROWS

    def resolve(self, as_of: str | None) -> tuple[Version, datetime | None]:
        """The version that a date or a version's number means, and the moment up to which it is read."""
        if as_of is not None and is_version(as_of):
            return self._held(int(as_of)), None
        return self._version, parse_as_of(as_of) if as_of else None


def _how(profile: Profile) -> str:
    """How the links of a target are judged, whose brand somebody may have named."""
    return f"{_method()} {profile.brands}" if profile.brands else _method()


@cache
def _method() -> str:
    """How links are judged: another text when they are judged differently."""
    from backlit.score.findings import weighted

    return repr([(marker.code, marker.family, marker.spam, marker.unnatural) for marker in weighted()])


def _opened(home: Path) -> Index:
    try:
        return Index.open(home)
    except HomeMissing as missing:
        demo = home / "demo"
        if not has_layout(demo):
            raise
        do = f"Run `backlit ingest SOURCE…` first, or look at the demo beside it: --dir {demo}."
        raise HomeMissing(missing.asked, missing.found, do) from missing


def is_version(text: str) -> bool:
    """Whether a text is the id of a version rather than a date."""
    return text.isascii() and text.isdigit() and len("20260101") < len(text) <= len(str(2**63))


def open_session(home: Path, *, may_wait: bool = False, is_busy: Callable[[], bool] = _never) -> Session:
    """Open the index of a home for reading; HomeMissing when there is none.

    Whoever `may_wait` has the links of small targets judged for every list and overview, which takes a second
    for the first one; others see what is judged already. While it `is_busy`, nobody waits for what can be
    told without (see Session).
    """
    return Session(home, may_wait=may_wait, is_busy=is_busy)


def parse_since(text: str, newest: datetime | None) -> datetime:
    """The moment up to which things were as before: the end of the day before a date, or `30d` ago."""
    match = re.fullmatch(r"([0-9]{1,5})([dwmy])", text)
    if match is None:
        moment = parse_as_of(text)
        first = datetime(1, 1, 2, tzinfo=UTC)
        return max(moment, first) - timedelta(days=1) if moment.time() == time.max else moment
    if newest is None:
        return datetime.now(UTC)  # an empty index: nothing has changed since whenever
    days = int(match[1]) * {"d": 1, "w": 7, "m": 30, "y": 365}[match[2]]
    return newest - min(timedelta(days=days), newest - datetime(1, 1, 2, tzinfo=UTC))


def parse_as_of(text: str) -> datetime:
    """A date means the end of that day, UTC; a moment means itself."""
    try:
        moment = datetime.fromisoformat(text)
        if "T" not in text and " " not in text:
            moment = datetime.combine(moment.date(), time.max)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"look at the index as of {text[:60]!r}", "that is no date", "Write a date as 2026-03-01."
        ) from error


@lru_cache(maxsize=20_000)
def _type_site(domain: str, url: str, title: str | None) -> str | None:
    """The type of a site by its name and one of its pages."""
    from backlit.score.sitetype import PageFacts, type_of

    return type_of(domain, [PageFacts(url, title)]).type
