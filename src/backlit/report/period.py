"""What happened to the links of a target in a period, what was done, and what comes next, in sentences?

Every sentence is made of figures, and what nobody can know is said. None says why something happened: that
two things came together is all that an index can tell.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backlit.report.readable import called
from backlit.report.steps import next_steps
from backlit.report.text import clip, count, day, plural, visible

__all__ = ["AUDIENCES", "MOST", "Material", "build_report"]

Row = Mapping[str, Any]

#: Whom a report is for: the owner of the site, somebody who pays for it, somebody with a minute.
AUDIENCES = ("owner", "client", "executive")
#: Steps that fit on the one page of an executive; the template shows as many.
_FIRST_STEPS = 3
#: Rows of each list of a report; the workbook and the bundle have more.
MOST = 100

_FOUND = {
    "removed": ("page no longer has the link", "pages no longer have the link"),
    "page-gone": ("page is gone", "pages are gone"),
    "page-redirected": ("page leads elsewhere", "pages lead elsewhere"),
    "soft-404": ("page says that it is gone", "pages say that they are gone"),
    "parked": ("page is of a parked domain", "pages are of parked domains"),
    "domain-dead": ("host is no more", "hosts are no more"),
    "alias-ended": (
        "link names an address that leads here no more",
        "links name addresses that lead here no more",
    ),
}
_CHANGED = {
    "anchor": "words",
    "rel": "rel",
    "placement": "place on the page",
    "hidden": "whether a reader sees it",
    "noindex": "whether the page may be indexed",
    "canonical-moved": "which page it names as its original",
    "redirect": "the way to the target",
    "one-more": "one more on the page",
    "one-fewer": "one fewer on the page",
}


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made of: answers of the index, and what somebody decided.

    `now` and `before` are overviews at the end and at the start of the period, `before` None where the data
    `begin` later. `changes` are rows of new, lost and changed links, `counts` how many there are by kind,
    `looked` how many links were looked at again in the period, and `unread` how many stand that were not.
    `asked` is what the command line is told to ask for the same changes; `linking` are the domains with a
    link that is not lost, of those that lost one.
    """

    target: str
    since: datetime
    until: datetime
    now: Row
    before: Row | None
    begins: datetime | None
    changes: Sequence[Row]
    counts: Mapping[str, int]
    looked: int
    unread: int
    audit: Row
    broken: Sequence[Row]
    done: Sequence[Row]
    sources: Row
    asked: str
    scope: str | None = None
    linking: Collection[str] = ()

    @property
    def days(self) -> int:
        """The length of the period, in days."""
        return max(round((self.until - self.since).total_seconds() / 86_400), 0)

    def of(self, kind: str) -> list[Row]:
        """The changes of a kind, those of the strongest sites first."""
        found = [row for row in self.changes if row["kind"] == kind]
        return sorted(found, key=lambda row: (-(row["link"]["source_authority"] or -1), row["link"]["id"]))


def build_report(of: Material, audience: str) -> dict[str, Any]:
    """The report of one target and one period: sentences, numbers, what was won and lost, what was done, what
    comes next, and what none of it says."""
    gone = [row for row in of.of("lost") if row["link"]["source_domain"] not in of.linking]
    steps = next_steps(of.target, of.audit, of.broken, gone, of.unread, of.now.get("leads") or 0)
    kept = ("clusters", "clusters_total", "noise", "findings", "conclusion", "referring_domains", "anchors")
    more = ("anchor_mix", "top_links", "mix", "timeline", "unknowns", "sources", "sources_total")
    lists: dict[str, Any] = {}
    for name, kind in (("won", "new"), ("lost", "lost"), ("changed", "changed")):
        rows = of.of(kind)
        lists |= {name: rows[:MOST], f"{name}_total": of.counts.get(kind, 0), f"{name}_sites": _sites(rows)}
    return {
        "target": of.target,
        "scope": of.scope,
        "for": audience,
        "since": of.since,
        "until": of.until,
        "days": of.days,
        "as_of": of.until,
        "narrative": list(_narrative(of, steps, audience)),
        "numbers": _numbers(of),
        **lists,
        "done": list(of.done),
        "next": steps,
        **{name: of.audit[name] for name in (*kept, *more)},
        "coverage": list(_coverage(of)),
        "source_rows": list(of.sources.get("sources") or ()),
        "method": _method(of),
    }


def _sites(rows: Sequence[Row]) -> int:
    return len({row["link"]["source_domain"] for row in rows})


# sentences ---------------------------------------------------------------------


def _narrative(of: Material, steps: Sequence[Row], audience: str) -> Iterator[str]:
    """The period in sentences: where things stand, what came, went and changed, and what nobody knows."""
    yield from _standing(of)
    if _was_looked(of):
        yield from _moved(of, audience)
    else:
        first = bool(of.counts.get("first-read"))
        read = "read before these days" if first else "read in these days"
        yield (
            f"No page that links here was {read}, so what changed is not known. "
            "That is no sign that nothing did."
        )
    yield from _not_known(of)
    yield _conclusion(of, steps, audience)


def _was_looked(of: Material) -> bool:
    """Whether any page was read that had been read before: without one nobody can know what came or went."""
    return bool(of.looked or any(of.counts.get(kind) for kind in ("new", "lost", "changed")))


def _standing(of: Material) -> Iterator[str]:
    sites, name = of.now.get("referring_domains") or 0, called(of.target)
    yield (
        f"{plural(sites, 'site links', 'sites link')} to {name}, with {plural(of.now['links'], 'link')}."
        if sites
        else f"No link to {name} was found in these sources."
    )
    if of.before is None:
        begins = f"the data begin on {day(of.begins)}" if of.begins else "there are no data of then"
        yield f"How many it were on {day(of.since)} is not known: {begins}."
        return
    then = of.before.get("referring_domains") or 0
    if then == sites:
        then_too = (
            "there was one, too" if then == 1 else "there were as many" if then else "there was none, either"
        )
        yield f"On {day(of.since)} {then_too}."
    else:
        yield f"On {day(of.since)} {plural(then, 'site was', 'sites were')} known."


def _moved(of: Material, audience: str) -> Iterator[str]:
    won, lost, changed = (of.counts.get(kind, 0) for kind in ("new", "lost", "changed"))
    if not won and not lost and not changed:
        many = plural(of.looked, "link was", "links were")
        yield f"Nothing happened: {many} looked at again, and none was won, lost or changed."
        return
    yield _won(of, won)
    yield _lost(of, lost)
    if audience == "executive":
        return
    if changed:
        how = f" ({_reasons(of.of('changed'))})" if audience == "owner" else ""
        yield f"{plural(changed, 'link')} changed{how}."
    yield from _strongest(of)


def _won(of: Material, won: int) -> str:
    if not won:
        return "No link was won on a page that had been read before."
    sites = _from(of.of("new"), won)
    verb = "was" if won == 1 else "were"
    return f"{plural(won, 'link')} from {sites} {verb} won, on pages that had been read before without."


def _lost(of: Material, lost: int) -> str:
    if not lost:
        return "No link was lost."
    rows = of.of("lost")
    why = Counter(str(row["reason"]) for row in rows)
    told = [plural(number, *_FOUND[name]) for name, number in why.most_common() if name in _FOUND]
    verb = "was" if lost == 1 else "were"
    found = f": {', '.join(told)}" if told and lost == len(rows) else ""
    return f"{plural(lost, 'link')} from {_from(rows, lost)} {verb} lost{found}."


def _from(rows: Sequence[Row], total: int) -> str:
    """From how many sites; of more links than were read, at least."""
    return f"{'at least ' if total > len(rows) else ''}{plural(_sites(rows), 'site')}"


def _reasons(rows: Sequence[Row]) -> str:
    """What changed of links, the most frequent first."""
    parts = Counter(part for row in rows for part in str(row["reason"]).split(","))
    return ", ".join(f"{_CHANGED.get(name, name)} {count(number)}" for name, number in parts.most_common())


def _strongest(of: Material) -> Iterator[str]:
    for kind, verb in (("new", "won"), ("lost", "lost")):
        known = [row["link"] for row in of.of(kind) if row["link"]["source_authority"] is not None]
        if known:
            link = known[0]
            words = link["anchor"] or link["alt"]
            said = f", with the words “{clip(visible(words), 60)}”" if words else ""
            name = visible(link["source_domain"])
            yield f"The strongest site {verb} is {name} (authority {link['source_authority']:.0f}){said}."


def _not_known(of: Material) -> Iterator[str]:
    first, claims = of.counts.get("first-read", 0), of.counts.get("reported", 0)
    if first:
        of_them = "it was" if first == 1 else "they were"
        links = plural(first, "more link stands", "more links stand")
        yield f"{links} on pages that were read for the first time: when {of_them} made is not known."
    if claims:
        yield f"{plural(claims, 'link is', 'links are')} named by exports alone; no look has confirmed that."
    if of.unread and of.looked:
        yield (
            f"{plural(of.unread, 'link was', 'links were')} not looked at in these days: "
            f"whether {'it still stands' if of.unread == 1 else 'they still stand'} is not known."
        )


def _conclusion(of: Material, steps: Sequence[Row], audience: str) -> str:
    if not of.now.get("links"):
        return "There is nothing to judge yet."
    if audience == "executive" and len(steps) > _FIRST_STEPS:
        return f"{plural(len(steps), 'thing')} to do, the first {_FIRST_STEPS} below."
    return f"{plural(len(steps), 'thing')} to do, below." if steps else "There is nothing to do."


# numbers -----------------------------------------------------------------------


def _numbers(of: Material) -> list[dict[str, Any]]:
    """Figures at the end of the period, each with what it was at the start as far as that is known."""
    before = of.before or {}
    score = (of.now.get("authority") or {}).get("score")
    then = (before.get("authority") or {}).get("score")
    counting = of.now.get("counting_domains")
    no_look = not _was_looked(of)
    told: list[tuple[str, str, Any, Any, str | None]] = [
        ("referring_domains", "Sites that link", of.now.get("referring_domains"),
         before.get("referring_domains"), None),
        ("links", "Links", of.now.get("links"), before.get("links"), None),
        ("won", "Links won", None if no_look else of.counts.get("new", 0), None, "on pages read before"),
        ("lost", "Links lost", None if no_look else of.counts.get("lost", 0), None, "found gone by a look"),
        ("authority", "Authority", _rounded(score), _rounded(then), "0 to 100"),
        ("counting_domains", "Sites that count", counting, None, "neither noise nor unnatural"),
    ]  # fmt: skip
    names = ("id", "label", "value", "before", "note")
    return [dict(zip(names, each, strict=True)) for each in told]


def _rounded(score: float | None) -> int | None:
    return None if score is None else round(score)


# where it comes from -------------------------------------------------------------


def _coverage(of: Material) -> Iterator[str]:
    """From what the figures were read, and how much of it there is."""
    total = of.audit.get("sources_total") or len(of.audit["sources"])
    yield f"Read from {plural(total, 'source')}; data as of {day(of.until)}."
    yield (
        f"In the period {plural(of.looked, 'known link was', 'known links were')} looked at again, "
        f"{count(of.unread)} {'was' if of.unread == 1 else 'were'} not."
    )
    unseen = of.sources.get("unseen") or {}
    if unseen.get("at_least"):
        yield (
            f"By what the sources share, {plural(unseen['at_least'], 'more site links', 'more sites link')} "
            "at least that none of them has seen."
        )
    else:
        yield "How many links none of the sources has seen is not known."


def _method(of: Material) -> list[dict[str, str]]:
    """How each figure is counted, and the command that shows its rows: the receipts of the report."""
    name = visible(of.target)
    told = (
        ("Sites that link", "Registrable domains with a link that is not lost.", f"backlit domains {name}"),
        ("Links", "One for each page, target and place; lost ones are left out.",
         f"backlit backlinks {name} -q state:live"),
        ("Links won", "A look found the link on a page that an earlier look had read without it.",
         f"backlit changes {name} {of.asked} --kind new"),
        ("Links lost", "A later look at the page shows that the link is gone, with what it found instead. "
         "A page that nobody looked at loses nothing.",
         f"backlit changes {name} {of.asked} --kind lost"),
        ("Authority", "From who links to the domain and who links to them, 0 to 100 within these data; "
         "with a receipt that can be recomputed.", f"backlit explain {name}"),
        ("Sites that count", "With a link that reads neither as noise nor as unnatural, on a ranked domain.",
         "backlit explain counting_domains"),
        ("Groups to look at", "Links that read as unnatural, put together by their cause, with evidence and "
         "what speaks for them.", f"backlit audit {name}"),
    )  # fmt: skip
    return [dict(zip(("figure", "how", "command"), each, strict=True)) for each in told]
