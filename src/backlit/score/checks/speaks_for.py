"""What speaks for a link? These markers have negative weights.

Known false alarms end here: encyclopaedias, platforms that everybody knows, public institutions, links that
ask for no credit, and the name of a site as the text of a link to it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backlit.model import Placement, Rel, rel_tokens
from backlit.score.batch import Batch
from backlit.score.checks.check import Check, count, told, value
from backlit.score.numbers import Bools, Floats, has, ramp
from backlit.score.texts import each, icann_of

__all__ = ["CHECKS", "WELL_KNOWN"]

#: Sites of which everybody knows that they are no farms: encyclopaedias, archives, standards, platforms whose
#: own pages are meant (their guests' are judged by themselves), the best known of the press.
_NAMES = """
    wikipedia.org wikimedia.org wikidata.org wiktionary.org mediawiki.org mozilla.org apache.org
    archive.org w3.org ietf.org iana.org gnu.org debian.org python.org kernel.org github.com gitlab.com
    stackoverflow.com stackexchange.com google.com youtube.com microsoft.com apple.com amazon.com adobe.com
    ibm.com oracle.com facebook.com instagram.com twitter.com x.com linkedin.com reddit.com pinterest.com
    tiktok.com tumblr.com medium.com wordpress.org wordpress.com blogger.com vimeo.com flickr.com spotify.com
    soundcloud.com bbc.co.uk bbc.com nytimes.com theguardian.com washingtonpost.com reuters.com apnews.com
    bloomberg.com ft.com economist.com wsj.com cnn.com npr.org lemonde.fr lefigaro.fr elpais.com elmundo.es
    corriere.it repubblica.it spiegel.de zeit.de sueddeutsche.de faz.net heise.de nzz.ch derstandard.at
    nature.com science.org sciencedirect.com springer.com wiley.com ieee.org acm.org arxiv.org doi.org nih.gov
    who.int un.org europa.eu nasa.gov loc.gov crossref.org jstor.org mit.edu harvard.edu stanford.edu
    cam.ac.uk ox.ac.uk creativecommons.org eff.org
"""
WELL_KNOWN = frozenset(_NAMES.split())
#: Names that are given out under supervision.
_SUPERVISED = (
    r"\.(?:gov|edu|mil|int)$"
    r"|\.(?:gov|gob|gouv|gouvernement|govt|go|gv|gub|admin|edu|ac|mil|k12|sch)\.[a-z]{2,3}$"
    r"|\.(?:gc\.ca|europa\.eu|admin\.ch)$"
)
_OWN_WORDS = 40


def _trusted(batch: Batch) -> Floats:
    """Of the site's own words: what passers-by write there nobody vouches for."""
    return ramp(batch.number("percentile"), 75.0, 95.0) * (1 - batch.in_passing)


def _in_text(batch: Batch) -> Floats:
    """In the text, with words on one side at least, and a text of its own that sells nothing."""
    around = np.maximum(_length(batch.before), _length(batch.after))
    found = batch.placed(Placement.CONTENT) * ramp(around, 0.0, _OWN_WORDS)
    return found * (batch.sells < 0.5)


def _length(column: pa.Array) -> Floats:
    return np.asarray(pc.fill_null(pc.utf8_length(column), 0), float)


def _qualified(batch: Batch) -> Floats:
    """Marked nofollow or ugc; what is marked sponsored has a marker of its own."""
    return batch.bits("rel", int(Rel.NOFOLLOW | Rel.UGC)) * (1 - batch.bits("rel", int(Rel.SPONSORED)))


def _tokens(batch: Batch, row: int) -> Mapping[str, Any]:
    return {"rel": ", ".join(rel_tokens(count(batch.number("rel")[row])) or [])}


def _well_known(batch: Batch) -> Floats:
    """On the list above, or among the first 100,000 of published ranks; fully among the first 20,000."""
    listed = each(batch.links.text("source_domain"), _listed)
    published = ramp(np.log10(batch.number("published_place")), 5.0, np.log10(2e4))
    return np.fmax(listed, published) * (1 - batch.in_passing)


def _listed(domains: pa.Array) -> Bools:
    """Sub-domains of a listed site are its own, guests on it (their names end with a private suffix) are
    not."""
    whole = icann_of(domains)
    guest = np.asarray(pc.not_equal(domains, whole), bool)
    found: Bools = np.asarray(pc.is_in(whole, pa.array(sorted(WELL_KNOWN))), bool) & ~guest
    return found


def _why_known(batch: Batch, row: int) -> Mapping[str, Any]:
    place = count(batch.number("published_place")[row])
    domain = value(batch.links.text("source_domain"), row)
    return {"why": f"{domain}, place {place:,} of published ranks" if place is not None else domain}


CHECKS = (
    Check("N1", _trusted, told(share=lambda batch: 1 - batch.number("percentile") / 100)),
    Check(
        "N2", _in_text, told(before=lambda b: b.links.text("before"), after=lambda b: b.links.text("after"))
    ),
    Check("N4", _qualified, _tokens),
    Check("N5", _well_known, _why_known),
    Check(
        "N6",
        lambda batch: (
            each(batch.links.text("source_domain"), lambda names: has(names, _SUPERVISED))
            * (1 - batch.in_passing)
        ),
        told(domain=lambda batch: batch.links.text("source_domain")),
    ),
    Check("N8", lambda batch: batch.in_passing, told(page=lambda batch: batch.source_url)),
    Check(
        "N9",
        lambda batch: batch.crowd.same_name,
        told(domain=lambda batch: batch.links.text("source_domain")),
    ),
    Check("N7", lambda batch: batch.crowd.names, told(anchor=lambda batch: batch.links.text("anchor"))),
)
