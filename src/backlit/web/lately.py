"""What was asked lately of each target? With newer data it is asked again before anybody waits."""

import threading
from collections import OrderedDict
from dataclasses import replace
from typing import TypeVar

from backlit.index.target import Target
from backlit.web.asking import Ask

__all__ = ["Lately"]

Key = TypeVar("Key")
Value = TypeVar("Value")

#: Targets that are remembered, and questions of each.
_TARGETS, _QUESTIONS = 512, 16
#: Characters of a question that is remembered: addresses may have thousands, and filters be as long as they.
_LONGEST = 1_000
#: Views whose answers are kept with the target: others would be asked again in vain.
_KEPT = ("overview", "backlinks", "domains", "anchors", "pages", "changes", "diversity", "audit", "leads")


class Lately:
    """The questions of targets as they are now, not of a day nor from a row on. Threads may share it."""

    def __init__(self) -> None:
        self._asked: OrderedDict[Target, OrderedDict[str, tuple[str, Ask]]] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, view: str, ask: Ask) -> None:
        """Remember a question that was answered."""
        if ask.as_of or ask.cursor or view not in _KEPT:
            return
        target, question = Target.parse(ask.target, ask.scope), f"{view} {ask.url(view)}"
        if len(question) > _LONGEST:
            return
        ask = replace(ask, given=frozenset(), sent=(), origin="")  # what came with it may be of any size
        with self._lock:
            questions = self._asked.pop(target, OrderedDict())
            questions.pop(question, None)
            _put(questions, question, (view, ask), _QUESTIONS)
            _put(self._asked, target, questions, _TARGETS)

    def of(self, target: Target) -> list[tuple[str, Ask]]:
        """The views and questions that were asked of a target."""
        with self._lock:
            return list(self._asked.get(target, {}).values())


def _put(known: OrderedDict[Key, Value], key: Key, value: Value, most: int) -> None:
    """Put something last, and let go of what was put first where there is too much."""
    known[key] = value
    if len(known) > most:
        known.popitem(last=False)
