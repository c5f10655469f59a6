"""What does the page about Python say? Written from the public names, their signatures and docstrings."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

import backlit

__all__ = ["python_page"]

_INTRO = """\
# Python

The names below are all that is public; everything else may change. They load on first use, so `import
backlit` is quick. This page is written by `scripts/docs` from their docstrings.

```python
import backlit

index = backlit.open("links")  # a folder, there already or not yet
index.ingest("crawl.warc.gz", "export.csv")
index.rank()
site = index.target("example.com")
print(site.overview()["referring_domains"])
for link in site.backlinks(q="rel:follow", group="none"):
    print(link["source_url"], link["anchor"])
site.domains().df()  # pandas; else .pl(), .arrow(), .write("domains.csv")
print(site.explain()["value"], site.whatif(add=["news.example"])["delta"])
```

Rows have the fields that [REST](rest.md) lists; `q` takes a [filter](filters.md). What is not known is
`None`, never 0. Errors are subclasses of `backlit.errors.BacklitError` with `asked`, `found` and `do`.
"""
_FIRST = ("open", "Index", "Target", "Result")


def python_page() -> str:
    """The whole page: how to begin, then every public name."""
    names = [
        *_FIRST,
        *sorted(set(backlit.__all__) - {*_FIRST, "errors"}, key=lambda name: (name.lower(), name)),
    ]
    parts = [_INTRO, *("\n".join(_described(name, getattr(backlit, name))) for name in names)]
    return "\n".join([*parts, "\n".join(_errors())])


def _described(name: str, what: Any) -> Iterator[str]:
    yield f"## {name}\n"
    if not inspect.isclass(what):
        yield f"```python\n{_signature(what)}\n```\n"
    yield _told(what)
    yield from _members(what)


def _members(what: Any) -> Iterator[str]:
    """The methods and properties of a class, in their order in the source."""
    if not inspect.isclass(what):
        return
    for name, member in vars(what).items():
        if name.startswith("_"):
            continue
        if inspect.isfunction(member):
            yield f"### {what.__name__}.{name}\n\n```python\n{_signature(member)}\n```\n\n{_told(member)}"
        elif inner := getattr(member, "fget", None) or getattr(member, "func", None):
            yield f"### {what.__name__}.{name}\n\n{_told(inner)}"


def _signature(function: Any) -> str:
    """As the source writes it, on one line where it fits."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    arguments = [*_arguments(tree.args)]
    answer = f" -> {ast.unparse(tree.returns)}" if tree.returns else ""
    line = f"{tree.name}({', '.join(arguments)}){answer}"
    if len(line) <= 100:
        return line
    listed = "".join(f"    {each},\n" for each in arguments)
    return f"{tree.name}(\n{listed}){answer}"


def _arguments(given: ast.arguments) -> Iterator[str]:
    plain = [*given.posonlyargs, *given.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(given.defaults))
    for argument, default in zip(plain, [*defaults, *given.defaults], strict=True):
        if argument.arg != "self":
            yield _argument(argument, default)
    if given.vararg:
        yield f"*{ast.unparse(given.vararg)}"
    elif given.kwonlyargs:
        yield "*"
    for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        yield _argument(argument, default)
    if given.kwarg:
        yield f"**{ast.unparse(given.kwarg)}"


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(argument) + ("" if default is None else f" = {ast.unparse(default)}")


def _told(what: Any) -> str:
    return (inspect.getdoc(what) or "") + "\n"


def _errors() -> Iterator[str]:
    yield "## errors\n\n| error | when |\n|---|---|"
    for name, kind in vars(backlit.errors).items():
        if inspect.isclass(kind) and issubclass(kind, backlit.errors.BacklitError):
            first = (inspect.getdoc(kind) or "").partition("\n\n")[0]
            yield f"| `{name}` | {' '.join(first.split())} |"
    yield ""
