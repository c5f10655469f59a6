"""Which networks are among the domains that link to a target of the index?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from backlit.index.neighbourhood import Neighbourhood, neighbourhood_of
from backlit.index.profile import Profile
from backlit.score.networks.find import networks_of
from backlit.score.networks.material import Clusters, Floats, Footprint, Ints, Material
from backlit.score.networks.rarity import shared_hosting
from backlit.urls import icann_domain

__all__ = ["Found", "material_of", "networks_in"]

#: Accounts on pages of many owners: a blog host's own, and one that came with a theme (a dozen unrelated
#: newspapers in six languages bear it, of pages of 1,060 hosts that were read by hand).
_EVERYBODYS = frozenset(
    ("ca-pub-1556223355139109", "ca-host-pub-1556223355139109", "ca-pub-2644536267352236")
)
#: How ids of advertisement accounts begin: themes bring them along, and they say less than other trackers.
_ACCOUNT = ("ca-pub-", "ca-host-pub-", "pub-")

#: Clusters that speak against their links; that two sites have one owner speaks against nobody.
_MADE = ("network", "farm", "mirror")


@dataclass(frozen=True, slots=True)
class Found:
    """The clusters among the referring domains of a target, and what they were found in."""

    material: Material
    clusters: Clusters

    @property
    def names(self) -> Sequence[str]:
        return self.material.names

    def facts(self) -> pa.Table:
        """A row for each referring domain.

        `domain`; of the cluster made for links that it is in `network`, its number, `network_domains` and
        `network_strength`, null in none; `tracker_domains`, how many referring domains bear one of its
        trackers, null where none is known; `links_back`, whether the target links there.
        """
        material, among = self.material, self.material.among
        number, size, strength = (np.full(len(material.names), np.nan) for _ in range(3))
        for at in range(len(self.clusters.found) - 1, -1, -1):
            cluster = self.clusters.found[at]
            if cluster.kind in _MADE:
                members = list(cluster.members)
                number[members], size[members] = at, len(members)
                strength[members] = cluster.confidence
        back = np.zeros(len(material.names), np.bool_)
        back[material.dst[material.src == material.target]] = True
        columns = {"network": number, "network_domains": size, "network_strength": strength}
        columns["tracker_domains"] = _sharing(material)
        known = {
            name: pa.array(values[among], mask=np.isnan(values[among])) for name, values in columns.items()
        }
        domains = pa.array([material.names[at] for at in among.tolist()], pa.string())
        return pa.table({"domain": domains, **known, "links_back": pa.array(back[among])})


def networks_in(profile: Profile) -> Found:
    """The clusters among the referring domains of a profile. Reads the links of all of them, once."""
    material = material_of(neighbourhood_of(profile), profile.domain)
    return Found(material, networks_of(material))


def material_of(near: Neighbourhood, domain: str) -> Material:
    """What was read, as arrays over the names of all domains in it, in order."""
    columns = [
        near.referring["domain"],
        near.links["source"],
        near.links["target"],
        pa.chunked_array([[domain]]),
    ]
    columns += [table["domain"] for table in (near.addresses, near.trackers, near.ranks, near.copies)]
    coded = pa.chunked_array([part for column in columns for part in column.chunks], pa.string())
    names = sorted(coded.unique().to_pylist())
    place = {name: at for at, name in enumerate(names)}
    src, dst = (_places(place, near.links[end]) for end in ("source", "target"))
    words = zip(near.referring["domain"].to_pylist(), near.referring["words"].to_pylist(), strict=True)
    ranked = near.ranks.num_rows > 0
    return Material(
        names=names,
        src=src,
        dst=dst,
        among=_places(place, near.referring["domain"]),
        target=place[domain],
        in_degree=_votes(near, place),
        trust=_trust(near, place)
        if ranked and near.ranks["trust"].null_count < near.ranks.num_rows
        else None,
        template=near.links["template"].to_numpy(zero_copy_only=False).astype(np.bool_),
        words={place[name]: said for name, said in words if said is not None},
        footprints=_footprints(near, place),
    )


def _places(place: dict[str, int], names: pa.ChunkedArray) -> Ints:
    return np.array([place[name] for name in names.to_pylist()], np.int64)


def _votes(near: Neighbourhood, place: dict[str, int]) -> Ints:
    """How many vote for each; −1 for those that were not ranked, sub-sites of platforms among them."""
    votes = np.full(len(place), -1, np.int64)
    votes[_places(place, near.ranks["domain"])] = near.ranks["votes"].to_numpy()
    return votes


def _trust(near: Neighbourhood, place: dict[str, int]) -> Floats:
    trust = np.full(len(place), np.nan)
    trust[_places(place, near.ranks["domain"])] = near.ranks["trust"].to_numpy(zero_copy_only=False)
    return trust


def _footprints(near: Neighbourhood, place: dict[str, int]) -> dict[str, Footprint]:
    """What can tell one hand. Sub-sites of platforms have their platform's address and trackers, and sites
    behind a content delivery network its address: neither says who owns them."""
    ips = [str(ip) for ip in near.addresses["value"].to_pylist()]
    domains = near.addresses["domain"].to_pylist()
    shared = shared_hosting(ips)
    own = [at for at, name in enumerate(domains) if not shared[at] and icann_domain(name) == name]
    at_home = np.array([place[domains[at]] for at in own], np.int64)
    found = zip(near.trackers["domain"].to_pylist(), near.trackers["value"].to_pylist(), strict=True)
    tracked = [
        (place[name], str(value))
        for name, value in found
        if icann_domain(name) == name and value not in _EVERYBODYS
    ]
    copies = near.copies["domain"].to_pylist()
    return {
        "network": Footprint(at_home, [_network(ips[at]) for at in own]),
        "ip": Footprint(at_home, [ips[at] for at in own]),
        "tracker": _owned(tracked, account=False),
        "ad-account": _owned(tracked, account=True),
        "mirror": Footprint(
            np.array([place[name] for name in copies], np.int64), near.copies["value"].to_pylist(), True
        ),
    }


def _owned(tracked: Sequence[tuple[int, str]], *, account: bool) -> Footprint:
    chosen = [(at, value) for at, value in tracked if value.startswith(_ACCOUNT) == account]
    return Footprint(np.array([at for at, _ in chosen], np.int64), [value for _, value in chosen], True)


def _network(ip: str) -> str:
    """The /24, or of IPv6 the first three groups as they are written."""
    return f"{ip.rpartition('.')[0]}.0/24" if ":" not in ip else ":".join(ip.split(":")[:3])


def _sharing(material: Material) -> Floats:
    """float64[n]: with how many judged domains each shares a tracker, itself included; NaN where unknown."""
    many = np.full(len(material.names), np.nan)
    footprint = material.footprints.get("tracker")
    if footprint is None or not len(footprint.domains):
        return many
    values, at, domains = footprint.pairs
    judged = material.is_among[domains]
    counts = np.bincount(at[judged], minlength=len(values))
    np.fmax.at(many, domains, counts[at].astype(np.float64))
    return many
