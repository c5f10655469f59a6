"""Who stands around a target, and who of them link to each other?"""

from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command
from backlit.cli.helping import LOOK
from backlit.cli.look import AsOf, Filter, Scope, TargetName, hint_at_folder
from backlit.errors import UsageError

if TYPE_CHECKING:
    from backlit.app.answer import Row

Limit = Annotated[int, typer.Option(metavar="N", min=1, max=500, help="The strongest domains, so many.")]
_FORMS = (".svg", ".gexf", ".json")


@command(
    "graph",
    "backlit graph example.com -o graph.svg",
    "backlit graph example.com -q 'unnatural:>=50' --limit 300 -o graph.gexf",
    panel=LOOK,
    files=True,
)
def graph(
    face: Face,
    target: TargetName,
    *,
    q: Filter = None,
    limit: Limit = 100,
    scope: Scope = None,
    as_of: AsOf = None,
) -> None:
    """Draw who links to a target and to each other: a picture, or a file for programs such as Gephi.

    Domains near each other link to each other, and groups that do so more than to the rest have a colour.
    Without -o the groups are listed. -o takes .svg, .gexf and .json.
    """
    from backlit import app
    from backlit.cli.output import show
    from backlit.report.text import count

    if face.out is not None and face.out.suffix.lower() not in _FORMS:
        found = f"a graph is no {face.out.suffix or 'file without a suffix'}"
        raise UsageError(f"write {face.out}", found, f"Name a file that ends in {', '.join(_FORMS)}.")
    answer = app.graph(face.session(), target, q=q, limit=limit, scope=scope, as_of=as_of)
    hint_at_folder(face, target, scope)
    if face.out is not None and face.out.suffix.lower() != ".json":
        _write(face, answer.row)
        return
    left = answer.row["left_out"]
    if left:
        face.remark(f"{count(left)} more domains are left out: --limit N takes up to 500")
    show(face, answer, lambda: _groups(answer.row), answer.row["communities"])


def _write(face: Face, row: "Row") -> None:
    from backlit.cli.output import replaced
    from backlit.report.graph_picture import graph_gexf, graph_picture

    assert face.out is not None
    parts = [graph_picture(row)] if face.out.suffix.lower() == ".svg" else graph_gexf(row)
    with replaced(face.out) as stream:
        for part in parts:
            stream.write(part.encode())
    face.remark(f"wrote {face.out}")


def _groups(row: "Row") -> str:
    from backlit.report.text import plural, visible

    nodes, edges = len(row["nodes"]) - 1, len(row["edges"])
    lines = [f"{plural(nodes, 'domain')} around {visible(row['target'])}, {plural(edges, 'pair')} that link"]
    for group in row["communities"]:
        names = ", ".join(map(visible, group["strongest"]))
        odd = "" if group["unnatural"] is None else f", unnatural {group['unnatural']:.0f} on average"
        lines.append(f"  {group['community']:>2}  {plural(group['domains'], 'domain')} around {names}{odd}")
    if not row["communities"]:
        lines.append("  none of them link to each other, as far as was seen")
    return "\n".join(lines) + "\nSee it: -o graph.svg, or the page Graph of the app\n"
