"""What did somebody write into a form? The fields of a request that changes something, read within limits."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request

from backlit.errors import UsageError
from backlit.web.security import refuse_foreign

__all__ = ["Fields", "own_form", "own_page"]

Fields = Mapping[str, str]

#: Bytes of a form: some ten thousand addresses.
_LIMIT = 1 << 20
_MOST = 100


def own_page(bound: str) -> Callable[[Request], None]:
    """Refuses requests that change something and come from elsewhere."""

    def check(request: Request) -> None:
        refuse_foreign(request.headers, bound)

    return check


def own_form(bound: str) -> Callable[[Request], Any]:
    """The fields of a form of our own pages; of several with one name the last."""

    async def fields(request: Request) -> Fields:
        refuse_foreign(request.headers, bound)
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LIMIT:
                do = "Send less at once, or use the command line."
                raise UsageError("read the form", f"it has more than {_LIMIT >> 10:,} KiB", do)
        try:
            return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST))
        except ValueError as error:  # no UTF-8, or too many fields
            raise UsageError("read the form", str(error)[:100], "Send it from the page.") from error

    return fields
