"""Objects by the thousand that form no reference cycles: the search for cycles can leave them out."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["without_cycles"]


@contextmanager
def without_cycles() -> Iterator[None]:
    """Leave out the search for reference cycles, which looks at every object that is kept again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
