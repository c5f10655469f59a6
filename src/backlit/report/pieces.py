"""What does a writer write into whose bytes leave while it writes?"""

import io

__all__ = ["Sink"]


class Sink(io.RawIOBase):
    """Takes what a writer writes, to be handed on in pieces."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        self._pieces.append(bytes(data))  # type: ignore[call-overload]  # anything that shows its bytes
        return len(self._pieces[-1])

    def taken(self) -> bytes:
        """What came since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
