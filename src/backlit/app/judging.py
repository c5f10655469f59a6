"""How are the links of a target judged, and what is said of some of them?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backlit.app.answer import Row
from backlit.index.judged_rows import links_to_judge
from backlit.index.profile import Profile
from backlit.model import Kind
from backlit.store.standing import NOTHING, Decision, Standing
from backlit.urls import page_key, parse_url

if TYPE_CHECKING:
    from backlit.score.assess import Assessment
    from backlit.score.batch import Batch
    from backlit.score.networks.reading import Found
    from backlit.score.numbers import Bools, Floats, Ints
    from backlit.score.review import Flagged, Noise
    from backlit.score.value import Values

__all__ = [
    "MOST",
    "Judged",
    "judge_for_all",
    "judge_links",
    "judged_link",
    "judgements",
    "open_noise",
    "review",
    "told",
]

#: Links of one target that are judged: the best of them, by authority. Others have no reading.
MOST = 200_000
#: Links of the whole index that are read for the networks among the referring domains.
MOST_READ = 20_000_000
#: Links of a network that its picture is made of.
_EDGES = 500
_DAY = 86_400
#: Links up to which all that is known of each stays in memory with its target: some 2 kB a link.
_REMEMBERED = 5_000
_judged: "WeakKeyDictionary[Profile, Judged]" = WeakKeyDictionary()
#: What audits told of the targets in memory.
_reviews: WeakKeyDictionary[Profile, "Reviewed"] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The links of a target with their readings and values; `lines` are their places in its list."""

    batch: "Batch"
    lines: "Ints"
    spam: "Floats"
    unnatural: "Floats"
    values: "Values"
    networks: "Found | None"


def judge_links(profile: Profile) -> Judged:
    """Judge the links of a target that are not lost, the best first; of a small target once, while it is in
    memory."""
    if profile not in _judged:
        found = _judge(profile)
        if found.batch.rows > _REMEMBERED:
            return found
        _judged[profile] = found
    return _judged[profile]


def _judge(profile: Profile) -> Judged:
    from backlit.score.batch import Batch
    from backlit.score.links import Links
    from backlit.score.readings import read
    from backlit.score.spam import SPAM
    from backlit.score.unnatural import UNNATURAL
    from backlit.score.value import values_of

    table, networks = _with_networks(profile, links_to_judge(profile, MOST))
    if profile.relate is not None:
        table = table.append_column("relevance", profile.relate(profile, table))
    batch = Batch.whole(Links.from_table(table))
    spam, unnatural = read(batch, SPAM, UNNATURAL)
    today = profile.as_of.timestamp() / _DAY if profile.as_of else 0.0
    lines = table["line"].to_numpy().astype(np.int64)
    return Judged(batch, lines, spam, unnatural, values_of(batch, spam, unnatural, today), networks)


def _with_networks(profile: Profile, table: pa.Table) -> tuple[pa.Table, "Found | None"]:
    """The links with what is known of the networks of their domains, and those. Of an index with so many
    links that reading them all would take longer than judging, networks stay unknown."""
    if not len(table) or profile.facts.links > MOST_READ:
        return table, None
    from backlit.score.networks.reading import networks_in

    found = networks_in(profile)
    facts = found.facts()
    at = pc.index_in(table["source_domain"], facts["domain"].combine_chunks())
    for name in facts.column_names[1:]:
        column = facts[name].combine_chunks().take(pc.cast(at, pa.int64()).combine_chunks())
        if name in table.column_names:
            table = table.drop_columns([name])
        table = table.append_column(name, column.cast(pa.float64()))
    return table, found


def judgements(profile: Profile) -> pa.Table:
    """A table of line, spam, unnatural, value, value_low, value_high and relevance."""
    return _table(judge_links(profile))


def _table(found: Judged) -> pa.Table:
    columns = {
        "spam": found.spam,
        "unnatural": found.unnatural,
        "value": found.values.middle,
        "value_low": found.values.low,
        "value_high": found.values.high,
    }
    rounded = {name: pa.array(np.round(column, 1)) for name, column in columns.items()}
    near = pa.array(np.round(found.batch.number("relevance"), 2), from_pandas=True)
    return pa.table({"line": pa.array(found.lines), **rounded, "relevance": near})


def judged_link(profile: Profile, link: Row) -> Row | None:
    """What is said of one link: its assessment and all factors of its value; None of one that is lost."""
    from backlit.score.assess import assessments

    found = judge_links(profile)
    texts = found.batch.links
    same = [
        pc.equal(texts.text(f"{end}_key"), page_key(parse_url(link[f"{end}_url"]).href))
        for end in ("source", "target")
    ]
    of_kind = found.batch.number("kind") == int(Kind[str(link["kind"]).upper()])
    at = np.flatnonzero(np.asarray(pc.and_(*same), bool) & of_kind)
    at = _most_alike(found, at, link)
    if not len(at):
        return None
    row = int(at[0])
    return {
        "assessment": told(assessments(found.batch, [row])[0]),
        "worth": _worth(found.values, row),
        "visitors": profile.visits_from(link["source_domain"]),
    }


def _most_alike(found: Judged, rows: "Ints", link: Row) -> "Ints":
    """Of links that share an identity, one page linking twice, those with the readings that a row tells."""
    told = link.get("spam"), link.get("unnatural")
    if None in told:
        return rows
    own = [
        row for row in rows.tolist() if (round(found.spam[row], 1), round(found.unnatural[row], 1)) == told
    ]
    return np.array(own, np.int64) if own else rows


@dataclass(frozen=True, slots=True, eq=False)
class Reviewed:
    """What an audit keeps of the judged links of a target: those to look at, and the noise."""

    flagged: "Flagged"
    noise: "Noise"
    quiet_anchors: frozenset[str]
    judged: int
    #: of each network that links to look at belong to, by its number
    pictures: Mapping[int, Row]


def review(
    profile: Profile, decided: Standing = NOTHING, at: datetime | None = None, *, every: bool = False
) -> Row:
    """What an audit tells of a target's links: clusters to look at, and the noise in one row; without the
    links that somebody decided on, until they are to be looked at again. `every` has as many clusters as are
    ever looked at, and not those alone that are told.

    What was judged is kept for the lists that are asked for next, and what may be told as long as the profile
    is.
    """
    found = _reviewed(profile)
    from backlit.score.review import ALL_CLUSTERS, CLUSTERS, clusters_of

    most = ALL_CLUSTERS if every else CLUSTERS
    clusters, total = clusters_of(found.flagged, _is_open(found.flagged, decided, at), most)
    return {
        "clusters": [_drawn(each, found.pictures) for each in clusters],
        "clusters_total": total,
        "noise": found.noise.told(_is_open(found.noise, decided, at)),
        "quiet_anchors": found.quiet_anchors,
        "judged": found.judged,
    }


def open_noise(profile: Profile, decided: Standing, at: datetime) -> list[str]:
    """The ids of links that are noise and that nobody decided on."""
    noise = _reviewed(profile).noise
    left = _is_open(noise, decided, at)
    return list(dict.fromkeys(link for at, link in enumerate(noise.ids) if left is None or left[at]))


def _is_open(found: "Flagged | Noise", decided: Standing, at: datetime | None) -> "Bools | None":
    """Which of some links nobody decided on, or are to be looked at again."""
    if not decided.domains and not decided.links:
        return None
    ids = found.ids if decided.links else [None] * len(found.domains)
    pairs = zip(found.domains, ids, strict=True)
    return _open_of([decided.of(domain, link) for domain, link in pairs], at)


def _open_of(found: Sequence[Decision | None], at: datetime | None) -> "Bools":
    return np.array([each is None or (at is not None and each.is_due(at)) for each in found], bool)


def judge_for_all(profile: Profile) -> None:
    """Judge the links once, for lists, numbers and audits alike."""
    _reviewed(profile)


def _reviewed(profile: Profile) -> Reviewed:
    """What is kept of a small target with its answers, as bytes, and of a large one as it is."""
    found = _reviews.get(profile) or profile.once("review", lambda: _review(profile))
    if found.judged > _REMEMBERED:
        _reviews[profile] = found
    return found


def _review(profile: Profile) -> Reviewed:
    from backlit.score.review import flag, noise_in, quiet_anchors

    found = judge_links(profile)
    profile.load_judgements(lambda _: _table(found))
    readings = found.batch, found.spam, found.unnatural
    told = flag(*readings), noise_in(*readings), quiet_anchors(*readings)
    return Reviewed(*told, found.batch.rows, _pictures(found.networks, told[0]))


def _pictures(networks: "Found | None", flagged: "Flagged") -> Mapping[int, Row]:
    """Each network with its domains and the links that show it, by name."""
    if networks is None:
        return {}
    names, numbers = networks.names, flagged.batch.number("network")
    pictures = {}
    for number in np.unique(numbers[~np.isnan(numbers)]).astype(int).tolist():
        cluster = networks.clusters.found[number]
        edges = [[names[start], names[end]] for start, end in cluster.edges[:_EDGES]]
        pictures[number] = {"domains": [names[member] for member in cluster.members], "edges": edges}
    return pictures


def _drawn(told: Row, pictures: Mapping[int, Row]) -> Row:
    """A cluster; of a network with its picture."""
    number = told["network"]
    row = {name: value for name, value in told.items() if name != "network"}
    return row | {"graph": pictures[number]} if number in pictures else row


def told(assessment: "Assessment") -> Row:
    """An assessment as faces print it."""
    row = asdict(assessment)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}


def _worth(values: "Values", row: int) -> Row:
    """The value of a link with every factor, and what would narrow those that are not known."""
    from backlit.score.value import NARROWS

    parts = []
    for name, (least, most) in values.factors.items():
        low, high = float(least[row]), float(most[row])
        narrows = NARROWS.get(name) if high > low else None
        parts.append({"name": name, "low": round(low, 3), "high": round(high, 3), "narrows": narrows})
    low, high = float(values.low[row]), float(values.high[row])
    return {"value": round((low + high) / 2, 1), "low": round(low, 1), "high": round(high, 1), "parts": parts}
