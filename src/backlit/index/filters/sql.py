"""How does a filter become SQL? Every value is a parameter; a comparison of something unknown is not true.

`Filter.links` restricts links before they are grouped, `Filter.rows` the rows that come of them. Both use
the named parameters of `Filter.values`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backlit.errors import FilterError
from backlit.index.engine import pattern_problem
from backlit.index.filters.dates import EARLIEST, age_of, period_of
from backlit.index.filters.fields import (
    LINK,
    Field,
    Predicate,
    field_of,
    fields_of,
    nearest,
    predicate_of,
    predicates_of,
)
from backlit.index.filters.known import address_sql, path_sql, tag_sql, url_sql
from backlit.index.filters.meanings import (
    Unmeant,
    address_of,
    addresses_of,
    backwards,
    domain_of,
    host_of,
    language_of,
    suffix_of,
)
from backlit.index.filters.syntax import And, Compare, Node, Not, Or, Value, Words
from backlit.urls import page_key, resolve

__all__ = ["Filter", "compile_filter"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions in SQL over links and over the rows of a view, their parameters, and tables they need."""

    links: str = "true"
    rows: str = "true"
    values: Mapping[str, Any] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()


def compile_filter(node: Node, view: str, moment: datetime | None) -> Filter:
    """A filter as SQL for a view; `moment` is what ages are counted back from.

    FilterError for a field, a value or an operator that is none, naming what is near.
    """
    compiler = _Compiler(view, moment)
    conditions: dict[bool, list[str]] = {True: [], False: []}
    for part in node.nodes if isinstance(node, And) else (node,):
        condition = compiler.condition(part)
        conditions[compiler.is_of_links(part)].append(condition)
    links, rows = (" AND ".join(conditions[of_links]) or "true" for of_links in (True, False))
    return Filter(links, rows, compiler.values, frozenset(compiler.needs))


_SEARCHED = "concat_ws(' ', before, coalesce(nullif(anchor, ''), alt), after, source_title)"
_LIKE = str.maketrans({"*": "%", "?": "_", "%": "\\%", "_": "\\_", "\\": "\\\\"})
_COMPARISONS = (">", ">=", "<", "<=")


class _Compiler:
    def __init__(self, view: str, moment: datetime | None) -> None:
        self.view, self.moment = view, moment
        self.values: dict[str, Any] = {}
        self.needs: set[str] = set()

    # the tree ----------------------------------------------------------------

    def condition(self, node: Node) -> str:
        if isinstance(node, And):
            return f"({' AND '.join(map(self.condition, node.nodes)) or 'true'})"
        if isinstance(node, Or):
            return f"({' OR '.join(map(self.condition, node.nodes))})"
        if isinstance(node, Not):
            return f"NOT {self.condition(node.node)}"
        if isinstance(node, Words):
            return f"contains(lower({_SEARCHED}), lower({self.value(node.text)}))"
        if node.field in ("is", "has"):
            return f"coalesce({self._predicate(node)}, false)"
        return f"coalesce({self._comparison(node)}, false)"

    def is_of_links(self, node: Node) -> bool:
        """Whether a part of the filter speaks of links; FilterError where it also speaks of rows."""
        levels = {self._level(leaf) for leaf in _leaves(node)}
        if len(levels) < 2:
            return levels <= {LINK}
        rows = next(
            leaf.field for leaf in _leaves(node) if isinstance(leaf, Compare) and self._level(leaf) != LINK
        )
        raise FilterError(
            "choose between conditions",
            f"{rows} counts links, and stands with OR beside what each link is",
            "Join the two with AND, or ask twice.",
            position=min(leaf.at for leaf in _leaves(node)),
        )

    def _level(self, leaf: Words | Compare) -> str:
        if isinstance(leaf, Words):
            return LINK
        if leaf.field in ("is", "has"):
            known = [self._one_predicate(leaf, value) for value in leaf.values]
            return next((each.level for each in known if each.level != LINK), LINK)
        return self._field(leaf).level

    def value(self, value: Any) -> str:
        """A placeholder that stands for a value."""
        name = f"q{len(self.values)}"
        self.values[name] = value
        return f"${name}"

    # leaves ------------------------------------------------------------------

    def _field(self, node: Compare) -> Field:
        found = field_of(self.view, node.field)
        if found is None:
            known = [each.name for each in fields_of(self.view)]
            raise FilterError(
                f"filter by {node.field!r}",
                f"at character {node.at + 1} there is no such field here",
                f"{nearest(node.field, [*known, 'is', 'has'])} Text with a colon goes in quotes.",
                position=node.at,
            )
        return found

    def _predicate(self, node: Compare) -> str:
        if node.op not in (":", "!="):
            raise _wrong(node, f"{node.field} takes no {node.op}", f"Write {node.field}:NAME.")
        parts = []
        for value in node.values:
            predicate = self._one_predicate(node, value)
            if predicate.sql is None:
                raise _wrong(node, predicate.help, "Leave the condition out.")
            if predicate.needs:
                self.needs.add(predicate.needs)
            parts.append(f"({predicate.sql})")
        condition = f"({' OR '.join(parts)})"
        if "$moment" in condition:
            self.values["moment"] = self.moment
            condition = condition.replace("$moment", "$moment::TIMESTAMPTZ")
        return f"NOT {condition}" if node.op == "!=" else condition

    def _one_predicate(self, node: Compare, value: Value) -> Predicate:
        name = value.text.lower()
        found = predicate_of(self.view, node.field, name) or predicate_of(
            self.view, node.field, _other_dash(name)
        )
        if found is not None:
            return found
        if node.field == "has":
            column = field_of(self.view, name.replace("-", "_"))
            if column is not None:
                return Predicate("has", name, _known(column), "", column.level, column.needs)
        known = [each.name for each in predicates_of(self.view) if each.verb == node.field]
        known += [each.name for each in fields_of(self.view)] if node.field == "has" else []
        raise _wrong(node, f"{node.field}:{value.text} is not known", nearest(name, known))

    def _comparison(self, node: Compare) -> str:
        column = self._field(node)
        if column.needs:
            self.needs.add(column.needs)
        compare = _KINDS[column.kind]
        try:
            parts = [
                self._unknown(column, node, value) or compare(self, column, node, value)
                for value in node.values
            ]
        except Unmeant as error:
            raise _wrong(node, error.found, error.do) from error
        condition = f"({' OR '.join(parts)})"
        return f"NOT {condition}" if node.op == "!=" else condition

    def _unknown(self, column: Field, node: Compare, value: Value) -> str | None:
        """`field:unknown` asks for what nobody knows; text may hold that very word."""
        if column.kind == "words" or value != Value("unknown") or node.op not in (":", "!="):
            return None
        return f"NOT ({_known(column)})"

    # kinds -------------------------------------------------------------------

    def text(self, column: Field, node: Compare, value: Value, *, whole: bool) -> str:
        sql, op, text = column.sql, node.op, value.text
        if op == "~":
            problem = pattern_problem(text)
            if problem:
                raise _wrong(
                    node, f"the expression is not one of RE2: {problem}", "Mend it, or look for words."
                )
            return f"regexp_matches({sql}, {self.value(text)})"
        if op == "^":
            return f"starts_with(lower({sql}), lower({self.value(text)}))"
        if op == "=":
            return f"{sql} = {self.value(text)}"
        if op in _COMPARISONS:
            raise _wrong(node, f"{column.name} is text, and takes no {op}", "Use : = != ~ or ^.")
        if _is_wild(value):
            return f"lower({sql}) LIKE lower({self.value(text.translate(_LIKE))}) ESCAPE '\\'"
        if whole:
            return f"lower({sql}) = lower({self.value(text)})"
        return f"contains(lower({sql}), lower({self.value(text)}))"

    def words(self, column: Field, node: Compare, value: Value) -> str:
        return self.text(column, node, value, whole=False)

    def name(self, column: Field, node: Compare, value: Value) -> str:
        return self.text(column, node, value, whole=True)

    def names(self, column: Field, node: Compare, value: Value) -> str:
        if node.op not in (":", "=", "!="):
            raise _wrong(node, f"{column.name} is a list of names, and takes no {node.op}", "Use : or !=.")
        return f"list_contains({column.sql}, lower({self.value(value.text)}))"

    def meant(self, column: Field, node: Compare, value: Value) -> str:
        """A name that people write in several ways: as it is kept, where it is asked for as a whole."""
        if node.op not in (":", "=", "!="):
            return self.text(column, node, value, whole=True)
        wild = _is_wild(value)
        if column.kind == "suffix":
            name = suffix_of(value.text, wild=wild)
        elif column.kind == "domain":
            name = domain_of(value.text, wild=wild)
        else:
            name = host_of(column.name, value.text, wild=wild)
        return self.text(column, Compare(node.field, ":", ()), Value(name, not wild), whole=True)

    def language(self, column: Field, node: Compare, value: Value) -> str:
        """A language, or with its region the whole tag."""
        if node.op not in (":", "=", "!=") or _is_wild(value):
            return self.text(column, node, value, whole=True)
        tag = language_of(value.text)
        return f"{tag_sql() if '-' in tag else column.sql} = {self.value(tag)}"

    def network(self, column: Field, node: Compare, value: Value) -> str:
        """Addresses by number: one, a range or a network of any size."""
        if node.op not in (":", "=", "!=") or _is_wild(value):
            return self.text(column, node, value, whole=True)
        low, high = addresses_of(value.text, network=column.kind == "network")
        number = address_sql("source_ip")
        bounds = f"BETWEEN {self.value(low)} AND {self.value(high)}"
        return f"(length({number}) = {len(low)} AND {number} {bounds})"

    def address(self, column: Field, node: Compare, value: Value) -> str:
        """A URL: whole, without its scheme, or from the first slash of its path on."""
        text, key = value.text, column.sql
        if node.op in _COMPARISONS:
            raise _wrong(node, f"{column.name} is an address, and takes no {node.op}", "Use : = != ~ or ^.")
        pattern = "*" in text and not value.exact  # a ? is part of many addresses, and means itself there
        asked = node.op in (":", "=", "!=")
        if "://" in text and asked and not pattern:
            href = resolve(text)
            if href is None:
                raise _wrong(node, f"{text!r} is no http or https URL", "Write it as https://host/path.")
            placed = self.value(page_key(href))
            return f"{key} = {placed}" if node.op == "=" else f"lower({key}) = lower({placed})"
        if text.startswith("/"):
            sql = path_sql(key)
        else:
            sql = url_sql(key) if "://" in text or node.op == "~" else f"split_part({url_sql(key)}, '://', 2)"
        if asked and "://" not in text:
            value = Value(address_of(column.name, text, wild=pattern), not pattern)
        return self.text(Field(column.name, "name", sql, ""), node, value, whole=True)

    def number(self, column: Field, node: Compare, value: Value) -> str:
        def read(text: str) -> float:
            if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", text):
                raise _wrong(
                    node, f"{text!r} is no number", f"Write {column.name}:>=60 or {column.name}:60..80."
                )
            return float(text)

        low, dots, high = value.text.partition("..")
        if dots and node.op in (":", "!=") and (low or high):
            if low and high and read(low) > read(high):
                raise backwards(node.field, low, high)
            bounds = [f"{column.sql} >= {self.value(read(low))}"] if low else []
            bounds += [f"{column.sql} <= {self.value(read(high))}"] if high else []
            return f"({' AND '.join(bounds)})"
        op = "=" if node.op in (":", "!=") else node.op
        self._ordered(column, node, op)
        return f"{column.sql} {op} {self.value(read(value.text))}"

    def date(self, column: Field, node: Compare, value: Value) -> str:
        low, dots, high = value.text.partition("..")
        if dots and node.op in (":", "!=") and (low or high):
            return self._span(column, node, low, high)
        age = age_of(value.text)
        self._ordered(column, node, "=" if node.op in (":", "!=") else node.op)
        if age is not None:
            return self._aged(column, node, age)
        start, end = period_of(column.name, value.text)
        if node.op in (":", "=", "!="):
            return f"({self._bound(column, '>=', start)} AND {self._bound(column, '<', end)})"
        moment = start if node.op in (">=", "<") else end
        return self._bound(column, ">=" if node.op[0] == ">" else "<", moment)

    def _bound(self, column: Field, op: str, moment: datetime | None) -> str:
        return f"{column.sql} {op} {self.value(moment)}::TIMESTAMPTZ"

    def _aged(self, column: Field, node: Compare, age: timedelta) -> str:
        """`<30d` is younger than 30 days, counted back from the date of the data."""
        if node.op not in _COMPARISONS:
            raise _wrong(
                node, "an age needs to know which way", f"Write {column.name}:<30d or {column.name}:>1y."
            )
        turned = node.op.translate(str.maketrans("<>", "><"))
        return self._bound(column, turned, self._ago(age))

    def _ago(self, age: timedelta) -> datetime | None:
        return None if self.moment is None else max(self.moment, EARLIEST + age) - age

    def _span(self, column: Field, node: Compare, low: str, high: str) -> str:
        ages = [age_of(end) for end in (low, high) if end]
        if all(age is not None for age in ages):
            if len(ages) == 2 and (ages[0] or timedelta()) > (ages[1] or timedelta()):
                raise backwards(node.field, low, high)
            bounds = zip(("<=", ">="), (low, high), strict=True)
            parts = [
                self._bound(column, op, self._ago(age_of(end) or timedelta())) for op, end in bounds if end
            ]
            return f"({' AND '.join(parts)})"
        if low and high and period_of(column.name, low)[0] >= period_of(column.name, high)[1]:
            raise backwards(node.field, low, high)
        parts = [self._bound(column, ">=", period_of(column.name, low)[0])] if low else []
        parts += [self._bound(column, "<", period_of(column.name, high)[1])] if high else []
        return f"({' AND '.join(parts)})"

    def _ordered(self, column: Field, node: Compare, op: str) -> None:
        if op not in ("=", *_COMPARISONS):
            raise _wrong(
                node, f"{column.name} is a {column.kind}, and takes no {op}", "Use : = != > >= < or <=."
            )

    def code(self, column: Field, node: Compare, value: Value) -> str:
        if node.op not in (":", "=", "!="):
            raise _wrong(node, f"{column.name} is one of some names, and takes no {node.op}", "Use : or !=.")
        codes = column.codes or {}
        name = value.text.lower()
        meant = codes.get(name, codes.get(_other_dash(name)))
        if meant is None:
            raise _wrong(node, f"{column.name} is never {value.text!r}", nearest(name, [*codes, "unknown"]))
        if isinstance(meant, str):
            return f"({meant})"
        return f"{column.sql} & {meant} <> 0" if column.kind == "bits" else f"{column.sql} = {meant}"


_KINDS: Mapping[str, Callable[[_Compiler, Field, Compare, Value], str]] = {
    "words": _Compiler.words,
    "name": _Compiler.name,
    "names": _Compiler.names,
    "address": _Compiler.address,
    "number": _Compiler.number,
    "date": _Compiler.date,
    "code": _Compiler.code,
    "bits": _Compiler.code,
    **dict.fromkeys(("domain", "host", "suffix"), _Compiler.meant),
    **dict.fromkeys(("ip", "network"), _Compiler.network),
    "language": _Compiler.language,
}


def _is_wild(value: Value) -> bool:
    return not value.exact and bool(re.search(r"[*?]", value.text))


def _leaves(node: Node) -> list[Words | Compare]:
    if isinstance(node, Not):
        return _leaves(node.node)
    if isinstance(node, And | Or):
        return [leaf for each in node.nodes for leaf in _leaves(each)]
    return [node]


def _known(column: Field) -> str:
    if column.kind == "names":
        return f"len({column.sql}) > 0"
    return f"{column.sql} IS NOT NULL" + (f" AND {column.sql} <> ''" if column.kind == "words" else "")


def _other_dash(name: str) -> str:
    return name.replace("_", "-") if "_" in name else name.replace("-", "_")


def _wrong(node: Compare, found: str, do: str) -> FilterError:
    return FilterError(f"filter by {node.field}", f"at character {node.at + 1} {found}", do, position=node.at)
