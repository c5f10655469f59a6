"""How does a call of REST get its route? With its name, what it answers, and what may be asked of it."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse

from backlit.web.asking import only
from backlit.web.forms import own_page
from backlit.web.openapi import Responses, Schema, answers

__all__ = ["add_call"]


def add_call(
    routes: APIRouter,
    method: str,
    path: str,
    call: Callable[..., Response],
    *,
    name: str,
    summary: str,
    data: Schema,
    refused: Responses,
    taken: Sequence[str] = (),
) -> None:
    """Add a call: one that reads takes no parameter but `taken`; one that changes something comes from a page
    of ours or a program, and takes just what it names. `data` is the schema of its answer."""
    guards: list[Callable[..., Any]] = [only(*taken)] if method == "GET" else [own_page]
    routes.add_api_route(
        path,
        call,
        methods=[method],
        summary=summary,
        operation_id=name,
        responses=answers(data, refused),
        response_class=JSONResponse,
        dependencies=[Depends(guard) for guard in guards],
    )
