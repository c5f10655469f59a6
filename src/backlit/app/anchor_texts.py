"""What are the anchors of a target, by its own titles and searches and by what others call it?"""

from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.app.answer import Row
from backlit.index.anchor_texts import queries_of, titles_of
from backlit.index.profile import Profile
from backlit.index.tables import Index
from backlit.report.anchor_mix import told
from backlit.score.anchors.groups import variation_groups
from backlit.score.anchors.kinds import AnchorKind, class_name
from backlit.score.anchors.mix import Votes, anchor_mix, sketch
from backlit.score.anchors.site import site_of

__all__ = ["anchor_classes", "mix_of"]

#: Texts that are compared for spellings of the same words: the most used of all.
_COMPARED = 20_000

_NAMES = {int(kind): class_name(kind) for kind in AnchorKind}


def anchor_classes(index: Index, profile: Profile) -> pa.Table:
    """A table of said, pictured, class, money and links, of all that the links to a target say."""
    texts = profile.anchor_texts()
    said, pictured, domains = (texts[name].to_pylist() for name in ("said", "pictured", "domains"))
    site = site_of(
        profile.domain,
        titles=titles_of(index, profile.version, profile.domain, profile.asked),
        anchors={text: number for text, number in zip(said, domains, strict=True) if text},
        queries=queries_of(index, profile.version, profile.domain, profile.asked),
        brand=profile.brands,
    )
    codes, money = site.codes(said, pictured, texts["target_key"].to_pylist(), texts["language"].to_pylist())
    names = pa.array([_NAMES[code] for code in codes.tolist()], pa.string())
    kept = texts.select(["said", "pictured", "links"])
    return kept.append_column("class", names).append_column("money", pa.array(money))


def mix_of(profile: Profile) -> Row | None:
    """The classes of a profile's anchors by the votes of its domains; None where nothing links to it."""
    return profile.once("anchor mix", lambda: _mix_of(profile))


def _mix_of(profile: Profile) -> Row | None:
    uses = profile.anchor_texts(uses=True).combine_chunks()
    if not uses.num_rows:
        return None
    domains, texts = (uses[name].combine_chunks().dictionary_encode() for name in ("domain", "text"))
    links = uses["links"].to_numpy()
    spelt = texts.indices.to_numpy()
    wordings = _wordings(texts.dictionary.to_pylist(), np.bincount(spelt, links))[spelt]
    kinds = pc.index_in(uses["class"], pa.array(list(_NAMES.values()))).to_numpy()
    numbers = np.array(list(_NAMES), np.int64)[kinds]
    money = uses["money"].to_numpy(zero_copy_only=False)
    mix = anchor_mix(Votes(domains.indices.to_numpy().astype(np.int64), links, numbers, money, wordings))
    assert mix is not None  # there are rows
    top = None
    if mix.top is not None:
        top = {"anchor": texts.dictionary[mix.top[0]].as_py(), "share": mix.top[1]}
    row = {**asdict(mix), "top": top}
    judged = sketch(mix)
    return {**row, "level": judged[0] if judged else None, "told": told(row, judged[1] if judged else None)}


def _wordings(texts: list[str], links: NDArray[Any]) -> NDArray[np.int64]:
    """For each text the number of its wording: of spellings of the same words the most used speaks."""
    ranked = np.argsort(-links, kind="stable")
    own = np.arange(len(texts), dtype=np.int64)
    compared = ranked[:_COMPARED]
    own[compared] = compared[variation_groups([texts[at] for at in compared.tolist()])]
    return own
