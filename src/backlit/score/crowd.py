"""What do all links to a target together say of each of them?

Everything is counted by domain, so that nobody counts more than once for repeating itself, and once for a
whole profile; the checks then look at any part of it.
"""

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backlit.model import Placement
from backlit.score.links import Links
from backlit.score.numbers import Bools, Floats, Ints, coded, distinct, grouped, known, sized
from backlit.score.texts import each, icann_of, lowered, money_of, names_target, same_names

__all__ = ["TEMPLATE", "Crowd", "crowd_of"]

#: Parts of a page that a template fills.
TEMPLATE = (Placement.NAV, Placement.HEADER, Placement.FOOTER, Placement.SIDEBAR)
#: Characters around a link from which on no two authors write the same.
_OWN_WORDS = 60
#: Of the domains that use a text, the share that the shortest stretch of days must hold (science: 80 %).
_MOST = 0.8
#: Domains with one text below which nobody asks how fast they took it up.
_SEVERAL = 4


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """float64[rows] each; NaN where unknown. All counts are of different domains unless they say
    otherwise."""

    #: text of the link: what somebody wants to be found for (0 to 1); the target's name or address (0 or 1)
    money: Floats
    names: Floats
    #: 1 where the linking domain bears the target's name
    same_name: Floats
    #: domains that link to the target at all; links of this link's domain; those of them in a template
    referring: Floats
    domain_links: Floats
    template_links: Floats
    #: links of the page to the target, and those of them that sell
    page_links: Floats
    page_money: Floats
    #: domains that use the text of the link; in the same part of their pages
    anchor_domains: Floats
    anchor_places: Floats
    #: the days within which four fifths of them took it up
    anchor_days: Floats
    #: domains with the same words around the same link; whether this one had them later, or is less known
    copies: Floats
    is_copy: Floats
    #: domains with the same title, path and link
    mirrors: Floats
    #: registrable names on one address, and in one network; those whose address is known
    ip_domains: Floats
    subnet_domains: Floats
    ip_known: Floats
    #: endings under which the same name links
    endings: Floats
    #: the day of the first look at any link to the target
    first_look: Floats
    #: share of the referring domains that use words that sell, and words of trades that live on spam
    money_share: Floats
    spam_trade_share: Floats

    def take(self, rows: Ints | slice) -> "Crowd":
        """The counts for some of the links."""
        return Crowd(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


def crowd_of(links: Links) -> Crowd:
    """Count the links of one target, or of several at once: each link is counted among those to its
    domain."""
    who = _Who.of(links)
    money, names = _worded(links)
    anchors = coded(lowered(links.text("anchor")))
    by_anchor = grouped(who.target, np.where(_empty(links.text("anchor")), -1, anchors))
    placement = _codes(links.number("placement"))
    in_template = np.isin(placement, [int(place) for place in TEMPLATE])
    page = grouped(who.target, coded(links.text("source_key")))
    sells = money >= 0.5
    copies, is_copy = _copied(links, who)
    addresses = _addresses(links, who)
    return Crowd(
        money=money,
        names=names,
        same_name=same_names(links.text("source_domain"), links.text("target_domain")),
        referring=distinct(who.target, who.domain),
        domain_links=sized(grouped(who.target, who.domain)),
        template_links=_summed(grouped(who.target, who.domain), in_template),
        page_links=sized(page),
        page_money=_summed(page, sells),
        anchor_domains=distinct(by_anchor, who.domain),
        anchor_places=distinct(grouped(by_anchor, placement), who.domain),
        anchor_days=_days(by_anchor, who.domain, links.number("first_seen")),
        copies=copies,
        is_copy=is_copy,
        mirrors=_mirrors(links, who, anchors),
        ip_domains=addresses[0],
        subnet_domains=addresses[1],
        ip_known=addresses[2],
        endings=_endings(links, who),
        first_look=_first_look(who.target, links.number("first_seen")),
        money_share=_share(who, sells),
        spam_trade_share=_share(who, each(links.text("anchor"), _spam_trade) == 1),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Who:
    """Codes of the target and of the linking domain; of the name that somebody rents, platforms folded."""

    target: Ints
    domain: Ints
    owner: Ints
    is_guest: Bools

    @classmethod
    def of(cls, links: Links) -> "_Who":
        domains = links.text("source_domain")
        whole = icann_of(domains)
        guest = np.asarray(pc.fill_null(pc.not_equal(domains, whole), False), bool)
        target = coded(links.text("target_domain"))
        return cls(np.maximum(target, 0), coded(domains), coded(whole), guest)


def _worded(links: Links) -> tuple[Floats, Floats]:
    """How far each text sells, and whether it names the target: by its words, or by what was found out.

    Who is named for what it sells is named only by the whole name: "cheap loans" sells, whoever it leads to.
    """
    anchor = links.text("anchor")
    sells = each(anchor, money_of)
    found = np.where(np.nan_to_num(sells) > 0, np.nan, links.number("names_target"))
    names = np.fmax(names_target(anchor, links.text("target_domain")), found)
    known = links.number("money")
    money = np.fmax(sells, known)
    money = np.where((known == 0) & (sells < 1), 0.0, money)
    return np.where(names == 1, 0.0, np.nan_to_num(money)), names


def _spam_trade(texts: pa.Array) -> Floats:
    found: Floats = (money_of(texts) == 1).astype(float)
    return found


def _empty(column: pa.Array) -> Bools:
    trimmed = pc.utf8_length(pc.utf8_trim_whitespace(column))
    return np.asarray(pc.fill_null(pc.equal(trimmed, 0), True), bool)


def _codes(numbers: Floats) -> Ints:
    return np.where(np.isnan(numbers), -1, numbers).astype(np.int64)


def _summed(group: Ints, flags: Bools) -> Floats:
    """How many rows of the group of each row have the flag; NaN in group -1."""
    counts = np.bincount(group + 1, weights=flags.astype(float))
    return np.where(group < 0, np.nan, counts[group + 1])


def _share(who: _Who, flags: Bools) -> Floats:
    """The share of the target's referring domains with a link that has the flag."""
    some = distinct(who.target, np.where(flags, who.domain, -1))
    return some / np.maximum(distinct(who.target, who.domain), 1)


def _first_look(target: Ints, seen: Floats) -> Floats:
    found = np.full(int(target.max(initial=0)) + 1, np.inf)
    np.minimum.at(found, target, np.nan_to_num(seen, nan=np.inf))
    return np.where(np.isinf(found), np.nan, found)[target]


def _days(by_anchor: Ints, domain: Ints, seen: Floats) -> Floats:
    """Of each text that several use, the shortest stretch of days in which `_MOST` of its domains took it
    up."""
    valid = (by_anchor >= 0) & ~np.isnan(seen)
    order = np.lexsort((seen[valid], domain[valid], by_anchor[valid]))
    group, who, day = by_anchor[valid][order], domain[valid][order], seen[valid][order]
    first = np.ones(len(group), bool)
    first[1:] = (group[1:] != group[:-1]) | (who[1:] != who[:-1])
    group, day = group[first], day[first]
    order = np.lexsort((day, group))
    group, day = group[order], day[order]
    found = np.full(int(by_anchor.max(initial=-1)) + 2, np.nan)
    edges = np.flatnonzero(np.r_[True, group[1:] != group[:-1], True]) if len(group) else np.zeros(1, int)
    for at in np.flatnonzero(np.diff(edges) >= _SEVERAL).tolist():
        run = day[edges[at] : edges[at + 1]]
        need = int(np.ceil(_MOST * len(run)))
        found[group[edges[at]]] = float((run[need - 1 :] - run[: len(run) - need + 1]).min())
    return np.where(by_anchor < 0, np.nan, found[by_anchor])


def _copied(links: Links, who: _Who) -> tuple[Floats, Floats]:
    """Domains that share the words around a link, and whether each but copies: the first, or of several first
    ones the best known, is the author."""
    before, after = links.text("before"), links.text("after")
    length = _length(before) + _length(after)
    words = [coded(links.text(name).fill_null("")) for name in ("target_key", "anchor", "before", "after")]
    group = np.where(length >= _OWN_WORDS, grouped(*words), -1)
    copies = distinct(group, who.domain)
    known_by = -np.nan_to_num(links.number("authority"), nan=-1.0)
    order = np.lexsort((who.domain, known_by, _fortnights(group, links.number("first_seen")), group))
    first = np.ones(len(order), bool)
    first[1:] = group[order][1:] != group[order][:-1]
    author = np.full(int(group.max(initial=-1)) + 2, -1)
    author[group[order][first]] = who.domain[order][first]
    return copies, np.where(copies >= 2, (author[group] != who.domain).astype(float), 0.0)


def _fortnights(group: Ints, seen: Floats) -> Floats:
    """How many fortnights after the first of its group each row was seen; one crawl takes days and tells
    nothing of who was first."""
    first = np.full(int(group.max(initial=-1)) + 2, np.inf)
    np.minimum.at(first, group, np.nan_to_num(seen, nan=np.inf))
    return np.floor((np.nan_to_num(seen, nan=np.inf) - np.where(np.isinf(first), 0.0, first)[group]) / 14.0)


def _length(column: pa.Array) -> Floats:
    found: Floats = pc.fill_null(pc.utf8_length(column), 0).to_numpy(zero_copy_only=False)
    return found.astype(float)


def _mirrors(links: Links, who: _Who, anchors: Ints) -> Floats:
    """Domains whose pages have the same title and path and carry the same link; home pages have no path."""
    path = pc.replace_substring_regex(links.text("source_key"), r"^[^/]*", "")
    title = links.text("source_title")
    home = np.asarray(pc.fill_null(pc.less(pc.utf8_length(path), 5), True), bool)
    usable = known(title) & ~_empty(title) & ~home
    group = grouped(who.target, coded(title), coded(path), anchors, coded(links.text("target_key")))
    return distinct(np.where(usable, group, -1), who.domain)


def _addresses(links: Links, who: _Who) -> tuple[Floats, Floats, Floats]:
    """Names on one address and in one /24, without guests of platforms, and names whose address is known."""
    ip = links.text("source_ip")
    four = pc.match_substring_regex(ip, r"^\d+\.\d+\.\d+\.\d+$")
    net = pc.replace_substring_regex(ip, r"\.\d+$", "")
    owner = np.where(who.is_guest, -1, who.owner)
    is_four = np.asarray(pc.fill_null(four, False), bool)
    by_ip = np.where(who.is_guest, -1, grouped(who.target, coded(ip)))
    by_net = np.where(is_four & ~who.is_guest, grouped(who.target, coded(net)), -1)
    known_ip = distinct(who.target, np.where(known(ip), owner, -1))
    return distinct(by_ip, owner), distinct(by_net, owner), known_ip


def _endings(links: Links, who: _Who) -> Floats:
    """Under how many endings the name of the domain links to the target."""
    whole = icann_of(links.text("source_domain"))
    name = pc.replace_substring_regex(whole, r"\..*$", "")
    group = np.where(who.is_guest, -1, grouped(who.target, coded(name)))
    return distinct(group, who.owner)
