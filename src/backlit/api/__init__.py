"""How is Backlit used from Python? `backlit.open(folder)`, and on from there.

The same use cases as on the command line, with the same names:

    index = backlit.open("links")
    index.ingest("crawl.warc.gz")
    index.target("example.com").backlinks(group="domain").df()
"""

from pathlib import Path

from backlit import app
from backlit.api.index import Index
from backlit.api.job import Job
from backlit.api.outreach import Outreach
from backlit.api.result import Result
from backlit.api.target import Target

__all__ = ["Index", "Job", "Outreach", "Result", "Target", "open"]


def open(folder: str | Path | None = None) -> Index:  # noqa: A001  # the name users meet: backlit.open
    """The index in a folder (else BACKLIT_DIR, else the user's data folder), there already or not yet."""
    return Index(app.home_folder(None if folder is None else str(folder)))
