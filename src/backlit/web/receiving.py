"""How do files come in from a form, without any of them standing in memory?

The body is read as it arrives (RFC 7578) and each file goes straight to its place. What breaks off, or is too
much, leaves nothing behind.
"""

from typing import IO, TYPE_CHECKING

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from backlit.app.uploads import Drop
from backlit.errors import UsageError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

__all__ = ["receive"]

#: Bytes of a field that is no file, and fields.
_FIELD, _FIELDS = 8_192, 20
_HEADER = 4_096


async def receive(request: Request, drop: Drop) -> dict[str, str]:
    """Put the files of a form into a drop; its other fields."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        do = "Use the form of the page; programs send multipart/form-data."
        raise UsageError("take the files", "the request is no form with files", do)
    parts = _Parts(drop)
    try:
        parser = MultipartParser(boundary, parts.callbacks)
        async for chunk in request.stream():
            parser.write(chunk)
        parser.finalize()
    except FormParserError as error:
        raise UsageError("take the files", "the form broke off, or is none", "Send it again.") from error
    finally:
        parts.close()
    if not parts.is_whole:
        raise UsageError("take the files", "the form broke off", "Send it again.")
    return parts.fields


class _Parts:
    """What the parser tells, part by part."""

    def __init__(self, drop: Drop) -> None:
        self.fields: dict[str, str] = {}
        self.is_whole = False
        self._drop = drop
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = b"", b""
        self._field = ""
        self._text = b""
        self._file: IO[bytes] | None = None
        self._is_file = False

    @property
    def callbacks(self) -> "MultipartCallbacks":
        """By the parser's names."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def close(self) -> None:
        """Let go of the file in hand."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        self._headers, self._name, self._value, self._text = {}, b"", b"", b""
        self._is_file = False

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name = _short(self._name + data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value = _short(self._value + data[start:end])

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        name = options.get(b"filename")
        self._is_file = name is not None
        if name:  # a field of files where none was chosen has one without a name
            self._file = self._drop.open(name.decode("utf-8", "replace"))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._drop.grow(end - start)
            self._file.write(data[start:end])
        elif not self._is_file:
            self._text += data[start:end]
            if len(self._text) > _FIELD:
                raise UsageError("read the form", f"a field has more than {_FIELD:,} bytes", "Send less.")

    def _end(self) -> None:
        if not self._is_file:
            self.fields[self._field] = self._text.decode("utf-8", "replace")
            if len(self.fields) > _FIELDS:
                raise UsageError(
                    "read the form", f"it has more than {_FIELDS} fields", "Use the page's form."
                )
        self.close()

    def _finish(self) -> None:
        self.is_whole = True


def _short(header: bytes) -> bytes:
    if len(header) > _HEADER:
        raise UsageError("read the form", f"a header has more than {_HEADER:,} bytes", "Use the page's form.")
    return header
