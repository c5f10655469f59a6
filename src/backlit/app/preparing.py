"""Who sees to it that nobody waits for the pages of a project on a large index?

After something was read, whoever opens a page first would wait until its target is put together, judged, and
compared with others: seconds on an index of millions of links. It is all asked before, by a job that gives
way to everything else, and the answers are kept (see `index.kept_answers`).
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from backlit.app import look
from backlit.app.answer import Answer
from backlit.app.progress import Progress, ProgressEvent, silent
from backlit.app.session import Session, open_session
from backlit.app.spreading import diversity
from backlit.errors import BacklitError
from backlit.index import judgements
from backlit.index.catalogue import largest_targets, rows_of_links
from backlit.index.explain import explain_damage
from backlit.index.tables import Index
from backlit.index.target import Target
from backlit.store.database import opened
from backlit.store.place import has_state
from backlit.store.projects import Projects

__all__ = ["USUAL", "prepare_answers", "worth_preparing"]

#: What pages ask of a target, as they ask it where nobody chose anything; first what judges its links.
USUAL: Sequence[Callable[[Session, str], Answer]] = (
    look.audit,
    look.overview,
    look.arrivals,
    look.backlinks,
    look.domains,
    look.anchors,
    look.best_pages,
    look.changes,
    look.leads,
    diversity,
)


def prepare_answers(home: Path, *, progress: Progress = silent) -> Answer:
    """Ask what pages ask of the targets of all projects, so that the answers are there when somebody opens
    one: `targets` says of how many. Of a small index, where each is soon made, of none."""
    started = time.perf_counter()
    session = open_session(home, may_wait=True)
    targets = worth_preparing(home)
    for done, target in enumerate(targets):
        progress(ProgressEvent("asking what pages will ask", done, len(targets), "targets"))
        for ask in USUAL:
            with suppress(BacklitError):  # whoever opens the page is told
                ask(session, target)
        session.forget()  # one large target at a time is enough to hold
    took = time.perf_counter() - started
    data = {"targets": len(targets), "seconds": round(took, 3)}
    return Answer(data, {}, session.version.id, took_ms=took * 1000)


def worth_preparing(home: Path) -> list[str]:
    """The targets of projects, where the index is large; of a smaller one, those that have many links."""
    if not has_state(home):
        return []
    with opened(home) as engine:
        targets = [each.target for each in Projects(engine).all()]
    if not targets:
        return []
    with explain_damage(home):
        index = Index.open(home)
        version = index.version()
        links = rows_of_links(index, version)
        if links > judgements.QUICK_INDEX:
            return targets
        large = set(largest_targets(index, version, judgements.QUICK)) if links > judgements.QUICK else set()
    return [each for each in targets if Target.parse(each).domain in large]
