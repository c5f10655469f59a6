"""What are the anchors of a target, by its own titles and searches and by what others call it?"""

import pyarrow as pa

from backlit.index.anchor_texts import queries_of, titles_of
from backlit.index.profile import Profile
from backlit.index.tables import Index
from backlit.score.anchors.kinds import AnchorKind, class_name
from backlit.score.anchors.site import site_of

__all__ = ["anchor_classes"]

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
    )
    codes, money = site.codes(said, pictured, texts["target_key"].to_pylist(), texts["language"].to_pylist())
    names = pa.array([_NAMES[code] for code in codes.tolist()], pa.string())
    kept = texts.select(["said", "pictured", "links"])
    return kept.append_column("class", names).append_column("money", pa.array(money))
