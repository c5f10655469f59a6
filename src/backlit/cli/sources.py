"""How is told who knows the links of a target?"""

from typing import TYPE_CHECKING

from backlit.cli.face import Face

if TYPE_CHECKING:
    from backlit.app.answer import Row

__all__ = ["who_knows"]


def who_knows(face: Face, target: str, scope: str | None, as_of: str | None) -> None:
    """Put out each source's links to a target, and what none of them has seen."""
    from dataclasses import replace

    from backlit import app
    from backlit.cli.output import draw, put, put_json, put_rows, way_of, write_file
    from backlit.cli.tables import KNOWN_BY, table_of

    answer = app.sources(face.session(), target, scope=scope, as_of=as_of)
    rows: list[Row] = answer.row["sources"]
    listed = replace(answer, data=rows, total=len(rows), limit=len(rows))
    way = way_of(face)
    if face.out is not None:
        write_file(face, answer if face.out.suffix.lower() == ".json" else listed, face.out)
    elif way == "json":
        put_json(answer.envelope())
    elif way == "screen":
        put(draw(*table_of(listed, KNOWN_BY)) + _unseen(answer.row["unseen"]))
    else:
        put_rows(face, rows)


def _unseen(told: "Row") -> str:
    from textwrap import fill

    from backlit.report.text import count, plural

    if told["at_least"] is None:
        return f"{told['why']}\n"
    low, high = told["interval"]
    inputs = told["inputs"]
    said = (
        f"At least {plural(told['at_least'], 'more domain')} that none of them has seen, beside the"
        f" {count(told['seen'])} known (95 % interval {count(low)} to {count(high)})."
    )
    method = (
        f"{told['method']}: {told['formula']}, m = {inputs['m']}, Q1 = {inputs['Q1']}, Q2 = {inputs['Q2']}."
    )
    return f"{said}\n{fill(told['assumptions'], 100)}\n{method}\n"
