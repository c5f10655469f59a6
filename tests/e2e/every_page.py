"""Which pages are there? Read from the routes, so that a new page is in every walk by itself."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi.routing import APIRoute

from backlit.report.places import PLACES
from backlit.web.server import create_app

__all__ = ["FILTERED", "LISTS", "PAGES", "READ", "filled", "is_of_target"]

_field = re.compile(r"\{(\w+)\}")
#: What leads to another page, a part of a page, and what browsers keep as a file.
_NO_PAGES = {"/t", "/views/{view}", "/jobs/{job}/progress", "/t/{target}/reports/{name}", "/metrics"}


def _routes(found: Any) -> Iterator[APIRoute]:
    for route in found:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from _routes(getattr(getattr(route, "original_router", route), "routes", None) or ())


@cache
def _read() -> tuple[str, ...]:
    found = {
        route.path for route in _routes(create_app(Path("nowhere")).routes) if "GET" in (route.methods or ())
    }
    return tuple(sorted(path for path in found if not path.startswith("/static/")))


#: Everything that can be read, with what it is about in braces: pages, files, and calls of REST.
READ = _read()
#: The pages among them.
PAGES = tuple(
    path for path in READ if not path.startswith("/api/") and "." not in path and path not in _NO_PAGES
)


def is_of_target(path: str) -> bool:
    return "{target}" in path


def filled(path: str, known: Mapping[str, str]) -> str:
    """The address of something that is known, or of what is not there. Secrets go by the word before them."""
    room = path.split("/")[1]

    def value(field: re.Match[str]) -> str:
        return quote(known.get(room if field[1] == "token" else field[1], "0"), safe="")

    return _field.sub(value, path)


def _that_take(parameter: str) -> tuple[str, ...]:
    return tuple(f"/t/{{target}}/{name}" for name, place in PLACES.items() if parameter in place.takes)


#: The pages of a target that take a filter, and those that can be asked for few rows.
FILTERED, LISTS = _that_take("q"), _that_take("limit")
