"""How is a filter read? A Pratt parser over the text itself; an error names the place and what would fit.

Blanks bind as AND, tighter than OR; `-` and NOT bind tightest (Pratt, "Top down operator precedence", 1973).
"""

from dataclasses import dataclass, field

from backlit.errors import FilterError
from backlit.index.filters.syntax import (
    FIELD,
    KEYWORDS,
    OPERATOR,
    And,
    Compare,
    Node,
    Not,
    Or,
    Value,
    Words,
    bare_end,
    is_closed,
    is_plain,
)

__all__ = ["BYTES", "CONDITIONS", "DEPTH", "parse"]

#: The longest filter in bytes of UTF-8, the deepest nesting, and the most conditions in one.
BYTES, DEPTH, CONDITIONS = 4_096, 8, 64

_OR, _AND = 1, 2
_SEVERAL = (":", "!=")


def parse(text: str) -> Node:
    """Read a filter; FilterError with the position where it cannot be. An empty one means everything."""
    if len(text.encode("utf-8", "surrogatepass")) > BYTES:
        raise FilterError("read the filter", f"it is longer than {BYTES:,} bytes", "Shorten it.")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise FilterError("read the filter", "some of it is no text", "Write it in UTF-8.")
    reader = _Reader(text)
    if reader.ended():
        return And()
    node = reader.expression(0)
    if not reader.ended():
        raise reader.wrong("a parenthesis closes that none has opened", "Leave it out, or put it in quotes.")
    return node


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0
    depth: int = 0
    conditions: int = field(default=0)

    def wrong(self, found: str, do: str, at: int | None = None) -> FilterError:
        place = self.at if at is None else at
        return FilterError(
            f"read the filter {_around(self.text, place)}",
            f"at character {place + 1} {found}",
            do,
            position=place,
        )

    def ended(self) -> bool:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at >= len(self.text)

    def expression(self, binding: int) -> Node:
        """A term, and whatever binds to it more tightly than `binding`."""
        left = self.term()
        while not self.ended() and self.text[self.at] != ")":
            word = self._keyword()
            power = _OR if word == "OR" else _AND
            if power <= binding:
                return left
            if word in ("OR", "AND"):
                self.at += len(word)
                if self.ended() or self.text[self.at] == ")":
                    raise self.wrong(
                        f"something is missing after {word}", "Add a condition, or leave it out."
                    )
            left = _joined(left, self.expression(power), any_of=word == "OR")
        return left

    def _keyword(self) -> str | None:
        for word in KEYWORDS:
            after = self.text[self.at + len(word) : self.at + len(word) + 1]
            if self.text.startswith(word, self.at) and (not after or after.isspace() or after in '()"'):
                return word
        return None

    def term(self) -> Node:
        if self.ended():
            raise self.wrong("something is missing", "Add a condition.")
        char, keyword = self.text[self.at], self._keyword()
        if keyword in ("OR", "AND"):
            do = 'Put a condition before it, or the word in quotes: "or".'
            raise self.wrong(f"nothing stands before {keyword}", do)
        if keyword == "NOT" or char == "-":
            return self._negated(3 if keyword else 1)
        if char == "(":
            return self._group()
        self.conditions += 1
        if self.conditions > CONDITIONS:
            raise self.wrong(f"there are more than {CONDITIONS} conditions", "Use a list: field:(a,b,c).")
        if char == '"':
            start = self.at
            return Words(self._quoted(), start)
        return self._comparison() if FIELD.match(self.text, self.at) else self._word()

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > DEPTH:
            raise self.wrong(f"it is nested more than {DEPTH} deep", "Write it flatter.")

    def _negated(self, length: int) -> Node:
        self._deeper()
        self.at += length
        inner = self.term()
        self.depth -= 1
        return inner.node if isinstance(inner, Not) else Not(inner)

    def _group(self) -> Node:
        start = self.at
        self._deeper()
        self.at += 1
        if not self.ended() and self.text[self.at] == ")":
            raise self.wrong("there is nothing between the parentheses", "Fill or remove them.", start)
        inner = self.expression(0)
        if self.ended():
            raise self.wrong("a parenthesis opens that is never closed", "Close it with ).", start)
        self.at += 1
        self.depth -= 1
        return inner

    def _word(self) -> Words:
        start = self.at
        while self.at < len(self.text) and not (self.text[self.at].isspace() or self.text[self.at] in '()"'):
            self.at += 1
        if start == self.at:
            raise self.wrong("a parenthesis closes that none has opened", "Leave it out, or use quotes.")
        if OPERATOR.fullmatch(self.text[start : self.at]):
            raise self.wrong("an operator stands alone", "Write field:>5 without blanks.", start)
        return Words(self.text[start : self.at], start)

    def _quoted(self) -> str:
        start, parts = self.at, []
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != '"':
            self.at += self.text[self.at] == "\\" and self.text[self.at + 1 : self.at + 2] in ('"', "\\")
            parts.append(self.text[self.at])
            self.at += 1
        if self.at >= len(self.text):
            raise self.wrong("a quotation mark opens that is never closed", 'Close it with ".', start)
        self.at += 1
        if not "".join(parts).strip():
            raise self.wrong(
                "there is nothing between the quotation marks", "Use -has:FIELD for none.", start
            )
        return "".join(parts)

    def _comparison(self) -> Compare:
        start = self.at
        match = FIELD.match(self.text, start)
        assert match is not None
        self.at = match.end()
        operator = OPERATOR.match(self.text, self.at)
        assert operator is not None
        self.at, op = operator.end(), operator[0].removeprefix(":") or ":"
        name = match[0].lower().replace("-", "_")
        if name in ("http", "https") and self.text.startswith("//", self.at):
            do = f"Write page:{name}://… for the page that links, target:{name}://… for the one it links to."
            raise self.wrong("a web address stands alone", do, start)
        return Compare(name, op, self._values(op, match[0]), start)

    def _values(self, op: str, name: str) -> tuple[Value, ...]:
        if self.at < len(self.text) and self.text[self.at] == "(":
            return self._list(op)
        if self.at >= len(self.text) or self.text[self.at].isspace() or self.text[self.at] == ")":
            raise self.wrong(f"{name} is compared with nothing", f"Write a value: {name}:VALUE.")
        return (self._value(op, within_list=False),)

    def _value(self, op: str, *, within_list: bool) -> Value:
        if self.text[self.at] == '"':
            text = self._quoted()
            return Value(text, exact=op in _SEVERAL and not is_plain(text))
        if within_list and self.text[self.at] in "(=!<>~^":
            raise self.wrong("a list holds something other than values", "Name plain values: (a,b).")
        start, self.at = self.at, bare_end(self.text, self.at, within_list=within_list)
        text = self.text[start : self.at]
        if not is_closed(text):
            raise self.wrong(
                "a parenthesis opens that is never closed", "Close it, or quote the value.", start
            )
        return Value(text)

    def _list(self, op: str) -> tuple[Value, ...]:
        start = self.at
        if op not in _SEVERAL:
            raise self.wrong(f"a list cannot follow {op}", "A list goes with : and with !=.")
        self.at += 1
        values: dict[Value, None] = {}
        while not self.ended() and self.text[self.at] != ")":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            values[self._value(op, within_list=True)] = None
        if self.ended():
            raise self.wrong("a list opens that is never closed", "Close it with ).", start)
        if not values:
            raise self.wrong("the list is empty", "Name some values: (a,b).", start)
        self.at += 1
        return tuple(values)


def _joined(left: Node, right: Node, *, any_of: bool) -> Node:
    kind = Or if any_of else And
    nodes = [*(left.nodes if isinstance(left, kind) else (left,))]
    nodes += [*(right.nodes if isinstance(right, kind) else (right,))]
    return Or(tuple(nodes)) if any_of else And(tuple(nodes))


def _around(text: str, at: int, reach: int = 30) -> str:
    """The part of a filter that an error quotes."""
    start, end = max(0, at - reach), at + reach
    return repr(("…" if start else "") + text[start:end] + ("…" if end < len(text) else ""))
