"""Could so many share a thing by chance? The hypergeometric test, and the groups that pass it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from backlit.score.diversity import log_factorials
from backlit.score.networks.material import Flags, Footprint, Ints, Material

__all__ = ["LEAST", "Group", "by_chance", "groups_of", "shared_hosting"]

#: Domains from which on a shared thing is looked at: two may be friends, or two sites of one person.
LEAST = 3
#: A value that more domains have is a host's, a platform's or a theme's, not an owner's.
_MOST = 500
#: How unlikely a group must be, times the number of values that were looked at (Bonferroni).
_CHANCE = 1e-4
#: How unlikely a group must be for itself where the street that it comes from is odd.
_SOME = 1e-2


@dataclass(frozen=True, slots=True)
class Group:
    """Domains that share a value: `members` of those that are judged, of so many `everywhere`."""

    footprint: str
    value: str
    members: frozenset[int]
    everywhere: int
    chance: float  # that chance alone brings so many together, all values considered; 0 for what is owned


def by_chance(population: int, marked: int, drawn: int, found: int) -> float:
    """P[X ≥ found] where `drawn` of a population are taken, of which `marked` bear a mark."""
    if found <= 0:
        return 1.0
    log = log_factorials(population)

    def choose(n: Ints | int, k: Ints | int) -> np.ndarray[tuple[int, ...], np.dtype[np.longdouble]]:
        chosen = log[n] - log[k] - log[np.subtract(n, k)]
        return np.asarray(chosen, np.longdouble)

    most = min(marked, drawn)
    hits = np.arange(max(found, drawn - (population - marked)), most + 1)
    if not len(hits):
        return 0.0
    ways = choose(marked, hits) + choose(population - marked, drawn - hits) - choose(population, drawn)
    return float(min(np.exp(ways).sum(), 1.0))


def groups_of(
    material: Material, name: str, footprint: Footprint, judged: Flags, alone: Flags
) -> Iterator[Group]:
    """The groups of judged domains (bool[n]) that share a value of a footprint, and not by chance.

    Either more of them share it than would of as many domains at random, or clearly more, and so many of all
    that share it are `alone` (bool[n]: nobody vouches for them) as would not be among as many others: it is
    a street of empty houses, several of which link here.

    The population are all domains of which the footprint is known. Where it holds nobody but those that are
    judged, chance cannot be told: only what is owned makes groups then.
    """
    values, at, domains = footprint.pairs
    here_too = judged[domains]
    everywhere, here, bare = (
        np.bincount(at[part], minlength=len(values)) for part in (slice(None), here_too, alone[domains])
    )
    population, drawn, forsaken = (
        _distinct(part) for part in (domains, domains[here_too], domains[alone[domains]])
    )
    tried = max(int((here >= 1).sum()), 1)
    starts = np.searchsorted(at, np.arange(len(values) + 1))
    for value in np.flatnonzero((here >= LEAST) & (everywhere <= _MOST)).tolist():
        chance, many = 0.0, int(everywhere[value])
        if not footprint.owned:
            one = by_chance(population, many, drawn, int(here[value]))
            chance = min(one * tried, 1.0)
            if chance > _CHANCE and one <= _SOME:
                street = by_chance(population, forsaken, many, int(bare[value]))
                chance = min(street * tried, 1.0)
        if chance <= _CHANCE:
            span = slice(starts[value], starts[value + 1])
            members = frozenset(domains[span][here_too[span]].tolist())
            yield Group(name, values[value], members, many, chance)


def _distinct(domains: Ints) -> int:
    ordered = np.sort(domains)
    return int((np.diff(ordered, prepend=-1) > 0).sum())


#: Addresses at which strangers' sites live side by side: content delivery, builders of sites, parking.
_SHARED = (
    # Cloudflare, Fastly, Akamai, then pages of code hosts, builders of sites, blog hosts and parking
    *("103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "104.16.0.0/13", "104.24.0.0/14"),
    *("108.162.192.0/18", "131.0.72.0/22", "141.101.64.0/18", "162.158.0.0/15", "172.64.0.0/13"),
    *("173.245.48.0/20", "188.114.96.0/20", "190.93.240.0/20", "197.234.240.0/22", "198.41.128.0/17"),
    *("151.101.0.0/16", "199.232.0.0/16", "146.75.0.0/16"),
    *("23.32.0.0/11", "23.192.0.0/11", "2.16.0.0/13", "104.64.0.0/10", "184.24.0.0/13"),
    *("185.199.108.0/22", "192.0.64.0/18", "76.76.21.0/24", "75.2.60.0/24", "99.83.190.0/24"),
    *("198.185.159.0/24", "198.49.23.0/24", "185.230.60.0/22", "23.227.38.0/24", "199.34.228.0/22"),
    *("74.114.152.0/22", "216.239.32.0/19", "216.58.192.0/19", "172.217.0.0/16", "142.250.0.0/15"),
    *("3.33.130.0/24", "15.197.148.0/24", "13.248.213.0/24", "76.223.54.0/24", "34.102.136.0/24"),
)


def _bounds(networks: Sequence[str]) -> Ints:
    from ipaddress import ip_network

    spans = [ip_network(each) for each in networks]
    return np.array(sorted((int(span[0]), int(span[-1])) for span in spans), np.int64)


_BOUNDS = _bounds(_SHARED)


def shared_hosting(addresses: Sequence[str]) -> Flags:
    """bool[k]: which addresses are known to serve many strangers. IPv6 ones are not listed."""
    numbers = np.array([_number(address) for address in addresses], np.int64)
    at = np.searchsorted(_BOUNDS[:, 0], numbers, side="right") - 1
    shared: Flags = (at >= 0) & (numbers <= _BOUNDS[at, 1])
    return shared


def _number(address: str) -> int:
    """The number of an IPv4 address; −1 for anything else."""
    parts = address.split(".")
    if len(parts) != 4 or not all(part.isdigit() and len(part) < 4 and int(part) < 256 for part in parts):
        return -1
    return int.from_bytes(bytes(map(int, parts)), "big")
