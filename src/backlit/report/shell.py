"""How is a command written so that any shell reads just its words, and pasting it does nothing else?

What cannot be seen (line breaks, escapes, marks that turn the direction of text) is spelt out by printf: a
terminal acts on such characters before a shell ever quotes them, and nobody can check what is not shown.
"""

import shlex
from collections.abc import Sequence

__all__ = ["command_line"]

#: Bytes that mean themselves to printf (a leading - begins an option), in quotes of either kind, and to the
#: history of an interactive shell.
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._:/=<>,()@+")


def command_line(words: Sequence[str]) -> str:
    """Words as one line of POSIX shell. ValueError for NUL, which no argument of a program can hold."""
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    if "\0" in word:
        raise ValueError("no argument holds NUL")
    if word.isprintable():
        return shlex.quote(word)
    spelt = "".join(chr(byte) if byte in _PLAIN else f"\\{byte:03o}" for byte in word.encode())
    return f"\"$(printf '{spelt}')\""
