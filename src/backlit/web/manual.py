"""What does the page about REST say? Written from the OpenAPI document, for docs/reference and for /docs.

`python -m backlit.web.manual FILE` writes it, with `--check` it fails where the file differs.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["main", "rest_page"]

Described = Mapping[str, Any]

_INTRO = """\
# REST

Everything that the pages of the app show, programs can ask for: `backlit up` serves both. Answers are
JSON in one envelope; an unknown value is `null`, never 0. This page is written by `scripts/docs` from
the OpenAPI document at `/api/v1/openapi.json`.

```
curl 'http://127.0.0.1:8000/api/v1/targets/example.com/backlinks?q=rel:follow&limit=2'
```

| part of the envelope | holds |
|---|---|
| `data` | one object, or the rows of a list |
| `page` | of lists: `next` (a cursor, else `null`), `limit`, `total`, and whether it is `exact` or `approx` |
| `meta` | `snapshot` and `as_of` of the data, `sources`, `query` as it was understood, `took_ms` |
| `schema_version` | 1 |

A target in the path is a domain, a host or a URL, percent-encoded:
`/api/v1/targets/https%3A%2F%2Fexample.com%2F/audit`. Follow `page.next` as `cursor`, or the `Link`
header. Lists leave whole as `csv`, `ndjson`, `parquet` or `xlsx`, by `format=` or by `Accept`;
`Backlit-Total` tells how many rows exist.

An error is a problem (RFC 9457) of type `application/problem+json`: `title`, `status`, `detail`, `code`
for programs and `do`, the next step. A wrong parameter, filter or target is 400, a cursor into data that
is gone 410, a server without an index 503.
"""


def rest_page(described: Described) -> str:
    """The whole page."""
    parts = [_INTRO]
    for path, methods in described["paths"].items():
        for method, told in methods.items():
            parts.append("\n".join(_operation(method.upper(), path, told)))
    return "\n".join(parts)


def _operation(method: str, path: str, told: Described) -> Iterator[str]:
    yield f"## {method} {path}\n\n{told['summary']}.\n"
    asked = [each for each in told.get("parameters", []) if each["in"] == "query"]
    if asked:
        yield "| parameter | kind | meaning |\n|---|---|---|"
        yield from (_parameter(each) for each in asked)
        yield ""
    yield from _answer(told["responses"]["200"])


def _parameter(each: Described) -> str:
    schema = each["schema"]
    kinds = [kind for one in schema.get("anyOf", [schema]) if (kind := one.get("type")) not in (None, "null")]
    default = "" if schema.get("default") is None else f"default `{schema['default']}`"
    cells = (f"`{each['name']}`", ", ".join([*kinds, default]).strip(", "), each.get("description", ""))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _answer(response: Described) -> Iterator[str]:
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    data = schema.get("properties", {}).get("data", schema)
    rows = data.get("items", data).get("properties", {})
    if rows:
        names = ", ".join(f"`{name}` {_kind(kind)}" for name, kind in rows.items())
        yield f"Each row: {names}.\n" if "items" in data else f"Answer: {names}.\n"


def _kind(schema: Described) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    if schema.get("format") == "date-time":
        return "time"
    kind = schema.get("type", "")
    names = [kind] if isinstance(kind, str) else [name for name in kind if name != "null"]
    return (
        {"string": "text", "boolean": "true or false", "array": "list"}.get(names[0], names[0])
        if names
        else ""
    )


def main(arguments: list[str]) -> int:
    """Write the page at a path, or with --check compare it."""
    from backlit.web.server import create_app

    page = rest_page(create_app(Path("nowhere")).openapi())
    [path] = [Path(each) for each in arguments if each != "--check"]
    if "--check" not in arguments:
        path.write_text(page, encoding="utf-8")
    elif not path.is_file() or path.read_text(encoding="utf-8") != page:
        sys.stderr.write(f"{path} is not what the code says; scripts/docs writes it again.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
