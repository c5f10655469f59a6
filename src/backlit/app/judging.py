"""How are the links of a target judged, and what is said of some of them?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from backlit.index.profile import Profile

if TYPE_CHECKING:
    from backlit.score.batch import Batch
    from backlit.score.numbers import Floats, Ints
    from backlit.score.value import Values

__all__ = ["MOST", "Judged", "judge_links", "judgements"]

#: Links of one target that are judged: the best of them, by authority. Others have no reading.
MOST = 200_000
_DAY = 86_400


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The links of a target with their readings and values; `lines` are their places in its list."""

    batch: "Batch"
    lines: "Ints"
    spam: "Floats"
    unnatural: "Floats"
    values: "Values"

    def rows_of(self, lines: Sequence[int]) -> "Ints":
        """Where links of some lines stand in the batch."""
        return np.searchsorted(self.lines, np.asarray(lines, np.int64))


def judge_links(profile: Profile) -> Judged:
    """Judge the links of a target that are not lost, the best first."""
    from backlit.score.batch import Batch
    from backlit.score.links import Links
    from backlit.score.readings import read
    from backlit.score.spam import SPAM
    from backlit.score.unnatural import UNNATURAL
    from backlit.score.value import values_of

    table = profile.links_to_judge(MOST)
    batch = Batch.whole(Links.from_table(table))
    spam, unnatural = read(batch, SPAM, UNNATURAL)
    today = profile.as_of.timestamp() / _DAY if profile.as_of else 0.0
    lines = table["line"].to_numpy().astype(np.int64)
    return Judged(batch, lines, spam, unnatural, values_of(batch, spam, unnatural, today))


def judgements(profile: Profile) -> pa.Table:
    """A table of line, spam, unnatural, value, value_low and value_high."""
    found = judge_links(profile)
    columns = {
        "spam": found.spam,
        "unnatural": found.unnatural,
        "value": found.values.middle,
        "value_low": found.values.low,
        "value_high": found.values.high,
    }
    rounded = {name: pa.array(np.round(column, 1)) for name, column in columns.items()}
    return pa.table({"line": pa.array(found.lines), **rounded})
