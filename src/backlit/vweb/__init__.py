"""Where do examples with known answers come from? A seeded, made-up web.

`VirtualWeb` gives pages, WARC and WAT files, exports and a local server, and the truth about every
link on it. It stands beside the engine and shares no code with it, so that it can judge it.
"""

from backlit.vweb.life import LAST_CRAWL
from backlit.vweb.names import TrueName
from backlit.vweb.plan import Site
from backlit.vweb.truth import Mention, TrueChange, TrueLink
from backlit.vweb.web import VirtualWeb, VPage, VResponse

__all__ = [
    "LAST_CRAWL",
    "Mention",
    "Site",
    "TrueChange",
    "TrueLink",
    "TrueName",
    "VPage",
    "VResponse",
    "VirtualWeb",
]
