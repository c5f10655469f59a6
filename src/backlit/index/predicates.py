"""Which data files may hold the keys that are asked for, in Iceberg's own words?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # heavy, and imported when used
    from pyiceberg.expressions import BooleanExpression

__all__ = ["everything", "one_of", "within"]


def everything() -> "BooleanExpression":
    """No condition."""
    from pyiceberg.expressions import AlwaysTrue

    return AlwaysTrue()


def within(column: str, lower: str, upper: str) -> "BooleanExpression":
    """Files that may hold keys of the half-open range."""
    from pyiceberg import expressions

    at_least: Any = expressions.GreaterThanOrEqual  # its pydantic signature hides (column, value)
    below: Any = expressions.LessThan
    return expressions.And(at_least(column, lower), below(column, upper))


#: More keys than these are not looked for one by one in the bounds of files (pyiceberg's own limit).
_KEYS_COMPARED = 200


def one_of(column: str, keys: Sequence[str]) -> "BooleanExpression":
    """Files that may hold one of the keys."""
    from pyiceberg import expressions

    if len(keys) > _KEYS_COMPARED:
        return within(column, min(keys), max(keys) + "\0")
    among: Any = expressions.In
    found: BooleanExpression = among(column, set(keys))
    return found
