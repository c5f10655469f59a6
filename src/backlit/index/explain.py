"""What do the layers below mean when they fail, in words that help?"""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from backlit.errors import BacklitError, DiskFailing, DiskFull, IndexDamaged

__all__ = ["explain_damage", "explain_full_disk"]


@contextlib.contextmanager
def explain_full_disk(home: Path) -> Iterator[None]:
    """Turn "no space left" from any layer into DiskFull, and a disk that fails into DiskFailing.

    What was committed before stays readable.
    """
    try:
        yield
    except BacklitError:
        raise
    except Exception as error:
        if _says(error, _FULL):
            raise DiskFull(
                f"write to {home}",
                "the disk is full",
                "Nothing was committed. Free some space and run the same command again.",
            ) from error
        if _says(error, _FAILING):
            raise _failing(home, "write to", error) from error
        raise


@contextlib.contextmanager
def explain_damage(home: Path) -> Iterator[None]:
    """Turn what the layers below say of missing, cut or garbled files of the index into IndexDamaged."""
    try:
        yield
    except BacklitError:
        raise
    except Exception as error:
        if _says(error, _FAILING):
            raise _failing(home, "read", error) from error
        if _is_damage(error):
            raise _damage(home, error) from error
        raise


#: What the layers below raise for files that are cut, garbled or gone; named, since importing them is slow.
_DAMAGE = {
    *(
        ("_duckdb", "IOException"),
        ("_duckdb", "InvalidInputException"),
        ("_duckdb", "SerializationException"),
    ),
    *(
        ("pydantic_core", "ValidationError"),
        ("msgspec", "DecodeError"),
        ("msgspec", "ValidationError"),
        ("pyiceberg", "ValidationError"),
        ("sqlalchemy", "DatabaseError"),
        ("sqlalchemy", "OperationalError"),
    ),
    *(("builtins", "EOFError"), ("builtins", "FileNotFoundError")),
}


def _is_damage(error: Exception) -> bool:
    return (type(error).__module__.partition(".")[0], type(error).__name__) in _DAMAGE


def _damage(home: Path, error: Exception) -> IndexDamaged:
    first = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
    return IndexDamaged(
        f"read the index in {home}",
        first,
        "A file of it is missing or damaged: restore the home from a backup.",
    )


_FULL = {
    errno.ENOSPC: "No space left on device",
    errno.EDQUOT: "Disk quota exceeded",
    errno.EFBIG: "File too large",
}

#: A disk that is broken, gone, or will not be written to. DuckDB and SQLite carry no errno, only the words.
_FAILING = {
    errno.EIO: "Input/output error",
    errno.EROFS: "Read-only file system",
    errno.ENODEV: "No such device",
    errno.ENXIO: "No such device or address",
    errno.ENOTCONN: "Transport endpoint is not connected",
    errno.ESTALE: "Stale file handle",
}
_SQLITE = {"database or disk is full": _FULL, "disk I/O error": _FAILING, "readonly database": _FAILING}


def _failing(home: Path, what: str, error: Exception) -> DiskFailing:
    first = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
    return DiskFailing(
        f"{what} {home}",
        f"the disk failed ({first})",
        "What was committed before stands. Check that the disk is there and sound, then run this again.",
    )


def _says(error: BaseException | None, meant: dict[int, str]) -> bool:
    """Whether an error, or one that led to it, is of the operating system and one of those meant."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in meant:
            return True
        said = str(error)
        if any(words in said for words in meant.values()):
            return True
        if any(words in said for words, kind in _SQLITE.items() if kind is meant):
            return True
        error = error.__cause__ or error.__context__
    return False
