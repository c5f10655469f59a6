"""How do compiled kernels look at bytes: one, eight or sixteen at a time?

Kernels take the address of a batch and offsets into it: numba counts references to an array each time that
it is passed on, and cannot load more of it at once than an item. Every batch ends in enough zero bytes for
the longest load at its end.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from backlit.ingest.compiled import digest_of_sources

__all__ = [
    "PADDING",
    "Bytes",
    "Flags",
    "Floats",
    "Ints",
    "Words",
    "byte_at",
    "copy_run",
    "kernel",
    "number_at",
    "plain_run",
    "put_byte",
    "put_number",
    "put_real",
    "put_word",
    "real_at",
    "run_without",
    "text_run",
    "utf8_length",
    "which",
    "word_at",
    "words",
]

F = TypeVar("F", bound=Callable[..., Any])
Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Words = NDArray[np.uint64]

#: Zero bytes that every batch ends in.
PADDING = 32


def _forget_others(folder: Path) -> None:
    """Remove what was compiled from other sources than are here.

    Numba looks at the file of a kernel alone, but kernels call each other across files and share tables and
    limits: after an upgrade, old code would read memory that is laid out in a new way.
    """
    digest = digest_of_sources()
    stamp = folder / "__pycache__" / "kernels.sha256"
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return
    for compiled in folder.rglob("__pycache__/*.nb[ic]"):
        compiled.unlink(missing_ok=True)
    stamp.parent.mkdir(exist_ok=True)
    fresh = stamp.with_suffix(f".{os.getpid()}")
    fresh.write_text(digest, encoding="ascii")
    fresh.replace(stamp)


_HERE = Path(__file__).parent
if os.access(_HERE, os.W_OK):  # else numba keeps nothing here either
    _forget_others(_HERE)


def kernel(function: F) -> F:
    """Compile a function at its first call, and keep it on disk for the next process."""
    return cast("F", njit(cache=True, nogil=True)(function))


def _inline(function: Any) -> Callable[[int, int], int]:
    return cast("Callable[[int, int], int]", intrinsic(function))


def _inline_of_four(function: Any) -> Callable[[int, int, int, int], int]:
    return cast("Callable[[int, int, int, int], int]", intrinsic(function))


def _loaded(builder: Any, address: Any, kind: Any) -> Any:
    return builder.load(builder.inttoptr(address, kind.as_pointer()), align=1)


@_inline
def byte_at(_context: Any, start: Any, offset: Any) -> Any:
    """The byte at an offset from an address."""

    def code(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.zext(_loaded(builder, builder.add(*arguments), ir.IntType(8)), ir.IntType(64))

    return types.int64(types.int64, types.int64), code


@_inline
def word_at(_context: Any, start: Any, offset: Any) -> Any:
    """The eight bytes at an offset from an address, as they lie there."""

    def code(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return _loaded(builder, builder.add(*arguments), ir.IntType(64))

    return types.uint64(types.int64, types.int64), code


@_inline
def plain_run(_context: Any, start: Any, offset: Any) -> Any:
    """How many of the 16 bytes there go on a string as they are, up to the first that does not.

    Below 32 as signed numbers are the control characters and all that is no ASCII.
    """

    def code(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(ir.IntType(8), 16)
        word = _loaded(builder, builder.add(*arguments), vector)

        stops = builder.icmp_signed("<", word, ir.Constant(vector, [32] * 16))
        for character in b'"\\':
            stops = builder.or_(stops, _equal(builder, word, character))
        return _first_of(builder, stops)

    return types.int64(types.int64, types.int64), code


@_inline
def text_run(_context: Any, start: Any, offset: Any) -> Any:
    """How many of the 16 bytes there are ASCII that stands for itself in HTML: no control, no reference."""

    def code(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(ir.IntType(8), 16)
        word = _loaded(builder, builder.add(*arguments), vector)
        stops = builder.icmp_signed("<", word, ir.Constant(vector, [32] * 16))
        return _first_of(builder, builder.or_(stops, _equal(builder, word, ord("&"))))

    return types.int64(types.int64, types.int64), code


def _equal(builder: Any, word: Any, character: int) -> Any:
    return builder.icmp_unsigned("==", word, ir.Constant(word.type, [character] * 16))


def _first_of(builder: Any, found: Any) -> Any:
    """The place of the first of 16 bits, 16 for none."""
    mask = builder.zext(builder.bitcast(found, ir.IntType(16)), ir.IntType(64))
    mask = builder.or_(mask, ir.Constant(ir.IntType(64), 1 << 16))
    return builder.cttz(mask, cgutils.true_bit)


@_inline_of_four
def copy_run(_context: Any, start: Any, offset: Any, to: Any, place: Any) -> Any:
    """Copy the 16 bytes there; how many come before the first carriage return, zero or byte of no ASCII."""

    def code(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(ir.IntType(8), 16)
        word = _loaded(builder, builder.add(*arguments[:2]), vector)
        address = builder.inttoptr(builder.add(*arguments[2:]), vector.as_pointer())
        builder.store(word, address, align=1)
        stops = builder.icmp_signed("<", word, ir.Constant(vector, [1] * 16))
        return _first_of(builder, builder.or_(stops, _equal(builder, word, ord("\r"))))

    return types.int64(types.int64, types.int64, types.int64, types.int64), code


@_inline
def number_at(_context: Any, start: Any, place: Any) -> Any:
    """The 32-bit number at a place in a row of such numbers that begins at an address."""

    def code(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        address = builder.add(arguments[0], builder.shl(arguments[1], ir.Constant(ir.IntType(64), 2)))
        return builder.sext(_loaded(builder, address, ir.IntType(32)), ir.IntType(64))

    return types.int64(types.int64, types.int64), code


def _stored(size: int, shift: int) -> Any:
    def store(_context: Any, start: Any, place: Any, value: Any) -> Any:
        def code(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            offset = builder.shl(arguments[1], ir.Constant(ir.IntType(64), shift))
            kind = ir.IntType(size)
            address = builder.inttoptr(builder.add(arguments[0], offset), kind.as_pointer())
            builder.store(builder.trunc(arguments[2], kind), address, align=1)
            return arguments[2]

        return types.int64(types.int64, types.int64, types.int64), code

    return intrinsic(store)


#: Write a 32-bit number, or a byte, at a place in a row that begins at an address.
put_number = cast("Callable[[int, int, int], int]", _stored(32, 2))
put_byte = cast("Callable[[int, int, int], int]", _stored(8, 0))


@intrinsic
def _put_word(_context: Any, start: Any, offset: Any, word: Any) -> Any:
    def code(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        address = builder.inttoptr(builder.add(*arguments[:2]), ir.IntType(64).as_pointer())
        builder.store(arguments[2], address, align=1)
        return arguments[2]

    return types.uint64(types.int64, types.int64, types.uint64), code


#: Write eight bytes at an offset from an address.
put_word = cast("Callable[[int, int, int], int]", _put_word)


@_inline
def real_at(_context: Any, start: Any, place: Any) -> Any:
    """The 64-bit float at a place in a row of such that begins at an address."""

    def code(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        address = builder.add(arguments[0], builder.shl(arguments[1], ir.Constant(ir.IntType(64), 3)))
        return _loaded(builder, address, ir.DoubleType())

    return types.float64(types.int64, types.int64), code


def _put_real(_context: Any, start: Any, place: Any, value: Any) -> Any:
    def code(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        offset = builder.shl(arguments[1], ir.Constant(ir.IntType(64), 3))
        address = builder.inttoptr(builder.add(arguments[0], offset), ir.DoubleType().as_pointer())
        builder.store(arguments[2], address, align=1)
        return arguments[2]

    return types.float64(types.int64, types.int64, types.float64), code


#: Write a 64-bit float at a place in a row of such.
put_real = cast("Callable[[int, int, float], float]", intrinsic(_put_real))


@_inline_of_four
def run_without(_context: Any, start: Any, offset: Any, first: Any, second: Any) -> Any:
    """How many of the 16 bytes there come before the first that is one of two characters."""

    def code(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(ir.IntType(8), 16)
        word = _loaded(builder, builder.add(*arguments[:2]), vector)
        stops = ir.Constant(ir.VectorType(ir.IntType(1), 16), [0] * 16)
        for character in arguments[2:]:
            one = builder.insert_element(
                ir.Constant(vector, ir.Undefined),
                builder.trunc(character, ir.IntType(8)),
                ir.Constant(ir.IntType(32), 0),
            )
            mask = ir.Constant(ir.VectorType(ir.IntType(32), 16), [0] * 16)
            every = builder.shuffle_vector(one, one, mask)
            stops = builder.or_(stops, builder.icmp_unsigned("==", word, every))
        return _first_of(builder, stops)

    return types.int64(types.int64, types.int64, types.int64, types.int64), code


def words(names: list[str]) -> Words:
    """Names as rows: the length, 24 bytes, and as many that are 255 where the name has a byte."""
    table = np.zeros((len(names), 7, 8), np.uint8)
    for row, name in zip(table, names, strict=True):
        row[0, 0] = len(name)
        row[1:4].reshape(-1)[: len(name)] = list(name.encode())
        row[4:7].reshape(-1)[: len(name)] = 255
    return table.reshape(len(names), 56).view(np.uint64)


@kernel
def utf8_length(buf: int, i: int) -> int:
    """The length of the UTF-8 sequence at `i` (RFC 3629, table 3-7 of Unicode); 0 where it is none."""
    c, d = byte_at(buf, i), byte_at(buf, i + 1)
    if c < 0xC2 or c > 0xF4 or (d & 0xC0) != 0x80:
        return 0
    if c < 0xE0:
        return 2
    if (byte_at(buf, i + 2) & 0xC0) != 0x80:
        return 0
    if c < 0xF0:
        return 0 if (c == 0xE0 and d < 0xA0) or (c == 0xED and d > 0x9F) else 3
    if (byte_at(buf, i + 3) & 0xC0) != 0x80 or (c == 0xF0 and d < 0x90) or (c == 0xF4 and d > 0x8F):
        return 0
    return 4


@kernel
def which(buf: int, start: int, end: int, names: Words, first: int, last: int) -> int:
    """Which of some names stands there; -1 for none of them."""
    length = end - start
    for n in range(first, last):
        if names[n, 0] == length:
            k = 0
            while 8 * k < length and (word_at(buf, start + 8 * k) & names[n, 4 + k]) == names[n, 1 + k]:
                k += 1
            if 8 * k >= length:
                return n
    return -1
