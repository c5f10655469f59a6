"""What would the next disavow file hold: the file that Google has, without what is to be kept, with what was
decided since?

Only live links that vouch are ever disavowed: not those that are gone, nor what is marked nofollow, ugc or
sponsored. A whole domain only if nothing good comes from it, else its pages one by one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from backlit.report.disavow import Disavow
from backlit.report.disavow.domain_checks import breadth_of
from backlit.report.disavow.entries import MOST_URL, Entry
from backlit.score.findings import LIMIT
from backlit.store.standing import Decision, Standing, Verdict
from backlit.urls import registrable_domain

__all__ = ["Fact", "LeftOut", "Plan", "facts_by_domain", "kept_urls", "planned"]


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one link: is it there, does it vouch, how does it read; None for unknown."""

    id: str
    domain: str
    source_url: str
    live: bool
    vouches: bool
    unnatural: float | None = None
    spam: float | None = None
    authority: float | None = None
    first_seen: datetime | None = None
    #: when it was found gone
    lost_at: datetime | None = None

    @property
    def counts(self) -> bool:
        """Whether there is anything to disavow."""
        return self.live and self.vouches

    @property
    def is_unnatural(self) -> bool:
        """Whether it reads as paid, placed, exchanged or made by a network."""
        return self.unnatural is not None and self.unnatural >= LIMIT


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was decided to be disavowed and is not, and why."""

    subject: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The next file, what in the last one it leaves out, and what was decided and cannot be disavowed.

    `held` are the pages of links that were decided to be kept; `without_basis` says that something was
    decided on and is left out because nobody says any more why anything should be disavowed.
    """

    file: Disavow
    kept: tuple[LeftOut, ...]
    left_out: tuple[LeftOut, ...]
    held: tuple[str, ...] = ()
    without_basis: bool = False


def facts_by_domain(facts: Sequence[Fact]) -> dict[str, list[Fact]]:
    """Links by their domain."""
    ordered = sorted(facts, key=lambda each: each.domain)
    return {domain: list(found) for domain, found in groupby(ordered, key=lambda each: each.domain)}


def planned(
    site: str,
    base: Disavow | None,
    events: Sequence[Decision],
    decided: Standing,
    facts: Mapping[str, Sequence[Fact]],
    *,
    basis: str | None,
    platforms: Sequence[str] = (),
) -> Plan:
    """The next file of a site. `platforms` are homes of many people's sites, accepted by name."""
    links = {each.id: each for found in facts.values() for each in found}
    held = _held(decided, links)
    stays, kept = _stays(base, decided, held)
    told, left = dict(stays), list[LeftOut]()
    asked = _asked(events, links)
    wanted = sorted(
        _wanted(site, decided, facts, platforms, held), key=lambda each: (each[1].id, str(each[0]))
    )
    for entry, decision, problem in wanted:
        if problem or entry is None:
            left.append(LeftOut(str(entry) if entry else decision.subject, problem or ""))
        elif entry in told or _covered(entry, told):
            continue
        elif basis is None:
            left.append(LeftOut(str(entry), _NO_BASIS))
        else:
            told[entry] = _reason(decision, asked.get(registrable_domain(entry.host)))
    head = [f"Disavow file of {site}."] + ([f"Basis: {basis}."] if basis else [])
    made = Disavow.of(told.items(), head) if told else Disavow.parse("")
    left_out = tuple(dict.fromkeys(left))
    without_basis = any(each.why == _NO_BASIS for each in left_out)
    return Plan(made, tuple(kept), left_out, tuple(held.urls), without_basis)


# what is kept ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Held:
    """The links that were decided to be kept: by their page, and a page for each host that is above one."""

    urls: Mapping[str, Decision]
    below: Mapping[str, str]

    def why(self, entry: Entry) -> str | None:
        """What keeps an entry out: it would take a link with it that somebody wants to keep."""
        url = entry.value if entry.kind == "url" else self.below.get(entry.value)
        decision = self.urls.get(url or "")
        return None if decision is None else f"decision {decision.id}, keep {url}: {decision.why}"


def kept_urls(decided: Standing, links: Mapping[str, Fact]) -> dict[str, Decision]:
    """The pages of the links that are to be kept, where it is known which they are."""
    found = {}
    for name, each in decided.links.items():
        url = links[name].source_url if name in links else each.known.get("source_url")
        if url and each.verdict is Verdict.KEEP:
            domain = registrable_domain(Entry("url", str(url)).host)
            if (
                decided.of(domain, name) is each
            ):  # what a rule kept, a person may have decided otherwise since
                found[str(url)] = each
    return found


def _held(decided: Standing, links: Mapping[str, Fact]) -> _Held:
    urls, below = kept_urls(decided, links), dict[str, str]()
    for url in urls:
        labels = Entry("url", url).host.split(".")
        for at in range(len(labels)):
            below.setdefault(".".join(labels[at:]), url)
    return _Held(urls, below)


_NO_BASIS = "no basis is recorded any more: neither a manual action nor links that were bought or placed"


# the last file ---------------------------------------------------------------


def _stays(base: Disavow | None, decided: Standing, held: _Held) -> tuple[dict[Entry, str], list[LeftOut]]:
    """The entries of the last file that stay, with their reasons, and those that were decided to be kept.

    A whole domain with a kept link on it leaves once its other pages were decided on; until then it stays, as
    an error, for nobody said what is to become of them.
    """
    stays: dict[Entry, str] = {}
    kept: list[LeftOut] = []
    for entry, reason in (base.reasons if base else {}).items():
        found = decided.domains.get(registrable_domain(entry.host))
        why = held.why(entry)
        if found is not None and found.verdict is Verdict.KEEP:
            kept.append(LeftOut(str(entry), f"decision {found.id}, keep: {found.why}"))
        elif why and (entry.kind == "url" or (found and found.verdict is Verdict.DISAVOW)):
            kept.append(LeftOut(str(entry), why))
        else:
            stays[entry] = reason or "From the file before, without a reason."
    return stays, kept


def _covered(entry: Entry, told: Mapping[Entry, str]) -> bool:
    labels = entry.host.split(".")
    return any(Entry("domain", ".".join(labels[at:])) in told for at in range(len(labels)))


# what was decided ------------------------------------------------------------

_Wanted = tuple[Entry | None, Decision, str | None]


def _wanted(
    site: str,
    decided: Standing,
    facts: Mapping[str, Sequence[Fact]],
    platforms: Sequence[str],
    held: _Held,
) -> Iterator[_Wanted]:
    """Each entry that was decided on, by domain, and what keeps it from being disavowed."""
    chosen = {name: each for name, each in decided.domains.items() if each.verdict is Verdict.DISAVOW}
    by_link = {name: each for name, each in decided.links.items() if each.verdict is Verdict.DISAVOW}
    near = {each.domain for found in facts.values() for each in found if each.id in by_link}
    for domain in sorted({*chosen, *near}):
        known = facts.get(domain, ())
        whole = chosen.get(domain)
        wanted = [each for each in known if _verdict_of(decided, each) is Verdict.DISAVOW]
        decision = whole or next(by_link[each.id] for each in known if each.id in by_link)
        problem = _problem(domain, site, known, wanted)
        if problem:
            yield Entry("domain", domain), decision, problem
        elif _may_be_whole(known, wanted, whole):
            why = held.why(Entry("domain", domain))
            yield Entry("domain", domain), decision, why or _too_wide(domain, platforms)
            yield from _pages(wanted, decided, held) if why else ()
        else:
            yield from _pages(wanted, decided, held)
    for name in by_link.keys() - {each.id for found in facts.values() for each in found}:
        yield None, by_link[name], "the index knows no such link any more"


def _verdict_of(decided: Standing, fact: Fact) -> Verdict | None:
    found = decided.of(fact.domain, fact.id)
    return found.verdict if found else None


def _problem(domain: str, site: str, known: Sequence[Fact], wanted: Sequence[Fact]) -> str | None:
    if domain == site:
        return "it is the site itself"
    if known and not wanted:
        return "every link from it that is known was decided to be kept, or otherwise since"
    if not wanted:
        return "no link from it is known here: verify it first"
    if not any(each.live for each in wanted):
        return "its links are gone: there is nothing to disavow"
    if not any(each.counts for each in wanted):
        return "its links are marked nofollow, ugc or sponsored: they pass nothing"
    return None


def _may_be_whole(known: Sequence[Fact], wanted: Sequence[Fact], whole: Decision | None) -> bool:
    """Whether nothing is lost with the whole domain: somebody named it, or all that counts reads as unnatural
    and was decided on."""
    if whole is not None and whole.kind == "domain":
        return True
    chosen = {each.id for each in wanted}
    return all(each.id in chosen and each.is_unnatural for each in known if each.counts)


def _too_wide(domain: str, platforms: Sequence[str]) -> str | None:
    kinds = {kind for kind, _ in breadth_of(domain)}
    if "public-suffix" in kinds:
        return "everybody's sites end so: name the sites that are meant"
    if kinds & {"platform", "well-known"} and domain not in platforms:
        return (
            "it is the home of many people's sites: decide on their pages, or accept it by name (--platform)"
        )
    return None


def _pages(wanted: Sequence[Fact], decided: Standing, held: _Held) -> Iterator[_Wanted]:
    """The pages one by one; those that read as natural stay, unless somebody named the link or the domain,
    and so do those with a link that is kept."""
    for each in wanted:
        decision = decided.of(each.domain, each.id)
        if decision is None or not each.counts:
            continue
        if why := held.why(Entry("url", each.source_url)):
            yield Entry("url", each.source_url), decision, why
        elif not each.is_unnatural and decision.kind == "cluster":
            yield Entry("url", each.source_url), decision, "it reads as natural: decide on the link itself"
        elif len(each.source_url) > MOST_URL:
            yield Entry("url", each.source_url), decision, "its address is longer than Google takes"
        else:
            yield Entry("url", each.source_url), decision, None


# reasons ---------------------------------------------------------------------


def _asked(events: Sequence[Decision], links: Mapping[str, Fact]) -> dict[str, Decision]:
    """Of each domain the last event that asked for removal."""
    found: dict[str, Decision] = {}
    for each in events:
        if each.verdict is Verdict.ASK_REMOVAL:
            domains = (*each.domains, *(links[name].domain for name in each.links if name in links))
            found |= dict.fromkeys(domains, each)
    return found


def _reason(decision: Decision, asked: Decision | None) -> str:
    why = decision.why.rstrip(".")
    first = f" Removal was asked for on {asked.at:%Y-%m-%d}." if asked else ""
    return f"{decision.at:%Y-%m-%d} {why}.{first} Decision {decision.id} of {decision.who}."
