"""Which lists can be asked of a profile, and as which SQL?

A `Question` is a value: a view, a filter, an order. `Query` is the same as SQL over the tables of a profile
(see `profile_sql`): `rows` is the relation without order, and what it needs is named, not loaded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backlit.errors import UsageError
from backlit.index import profile_sql as sql
from backlit.index.changes import COUNTS, KINDS, SEEN, changes_sql
from backlit.index.filters import (
    And,
    Compare,
    Filter,
    Node,
    Not,
    Or,
    compile_filter,
    fields_of,
    parse,
    render,
)
from backlit.index.filters.fields import field_of, nearest
from backlit.index.judgements import JUDGED
from backlit.index.keyset import Key, Order
from backlit.model import State

__all__ = ["KNOWN_STATES", "SAMPLE", "SQL", "Query", "Question"]

#: What is not lost: the links that count.
KNOWN_STATES = (State.LIVE, State.UNVERIFIED)

#: The strongest first, those of unknown strength last.
_STRENGTH = "-coalesce(authority, -1)"
_TIES = {
    "backlinks": ("source_key", "target_key", "kind", "occurrence"),
    "domains": ("domain",),
    "anchors": ("anchor",),
    "pages": ("target_key",),
    "leads": ("source_domain", "source_key"),
    "changes": (_STRENGTH, "source_key", "target_key", "kind", "occurrence", "change"),
}
#: What one row stands for: an estimate counts one in so many of these.
_GROUPS = {
    "domains": "source_domain",
    "anchors": "coalesce(anchor, '')",
    "pages": "coalesce(target_canonical, split_part(target_key, ' ', 1))",
    "changes": "source_key",
}
SAMPLE = 64


@dataclass(frozen=True, slots=True)
class SQL:
    """A statement and its named parameters."""

    text: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One list: its view, its order, and which links it is made of. `q` is a filter, and canonical."""

    view: str
    sort: str
    q: str = ""
    group: str = "none"
    states: tuple[State, ...] = KNOWN_STATES
    #: of changes: which kinds, and what the links are compared with (see `Profile.earlier`)
    kinds: tuple[str, ...] = ()
    versus: str = ""

    @classmethod
    def ask(
        cls, view: str, sort: str, q: str | None = None, *, group: str = "none", states: Sequence[State] = ()
    ) -> "Question":
        """A question in canonical form; UsageError for a group, a sort or a filter that is none."""
        if group not in sql.GROUPS:
            known = ", ".join(sql.GROUPS)
            raise UsageError(f"group by {group!r}", "there is no such group", f"Known are {known}.")
        _order(view, sort)
        node = parse(q or "")
        compile_filter(node, view, None)  # what cannot be compiled is refused here, before any data is read
        meant = tuple(State) if _speaks_of_states(node) else KNOWN_STATES
        return cls(view, sort, render(node), group, tuple(states) or meant)

    @classmethod
    def changes(cls, sort: str, q: str | None, kinds: Sequence[str]) -> "Question":
        """What changed; UsageError for a kind, a sort or a filter that is none."""
        for kind in kinds:
            if kind not in KINDS:
                raise UsageError(
                    f"list changes of kind {kind!r}", "there is none", nearest(kind, list(KINDS), 6)
                )
        asked = cls.ask("changes", sort, q)
        if asked.is_of_judgements:
            found = "what changed is not judged: readings and values are of links as they are"
            raise UsageError(
                "choose changes by a reading or a value", found, "Ask `backlit backlinks` for it."
            )
        chosen = KINDS if any(each.field == "change" for each in _comparisons(parse(asked.q))) else SEEN
        return replace(asked, kinds=tuple(kinds) or chosen)

    def query(self, moment: datetime | None) -> "Query":
        """The question as SQL; ages in the filter count back from `moment`."""
        chosen = compile_filter(parse(self.q), self.view, moment)
        states = ", ".join(str(int(state)) for state in self.states)
        links = f"state IN ({states}) AND {chosen.links}" if self.view != "changes" else chosen.links
        sampled = f"hash({self._group}) % {SAMPLE} = 0 AND {links}"
        return Query(self._rows(links), self._rows(sampled), links, _order(self.view, self.sort), chosen)

    @property
    def is_of_judgements(self) -> bool:
        """Whether its order or its filter asks for what somebody has to judge."""
        by = self.sort.removeprefix("-") in JUDGED
        return by or "judgements" in compile_filter(parse(self.q), self.view, None).needs

    @property
    def _group(self) -> str:
        return _GROUPS.get(self.view) or sql.GROUPS[self.group]

    def _rows(self, links: str) -> str:
        if self.view == "changes":
            wanted = ", ".join(f"'{kind}'" for kind in self.kinds)
            return f"SELECT * FROM ({changes_sql(self.versus, links)}) AS w WHERE change IN ({wanted})"
        if self.view != "backlinks":
            return sql.LISTS[self.view].format(where=links)
        if self.group == "none":
            return sql.UNGROUPED.format(where=links)
        return sql.GROUPED.format(where=links, group=self._group)


@dataclass(frozen=True, slots=True)
class Query:
    """The rows of a question, their order, the links they are made of, and the filter's parameters."""

    rows: str
    sampled: str
    links: str
    order: Order
    chosen: Filter

    def page(self, limit: int, after: Key | None) -> SQL:
        """The next rows after a key, each with its own key."""
        place, values = self.order.after(after) if after is not None else ("true", {})
        text = (
            f"SELECT *, {self.order.key} FROM ({self.rows}) AS r WHERE {self.chosen.rows} AND {place}"
            f" ORDER BY {self.order.sql} LIMIT {int(limit)}"
        )
        return SQL(text, {**self.chosen.values, **values})

    def all(self, limit: int | None = None) -> SQL:
        """All rows in order, or the first of them."""
        most = f" LIMIT {int(limit)}" if limit is not None else ""
        text = f"SELECT * FROM ({self.rows}) AS r WHERE {self.chosen.rows} ORDER BY {self.order.sql}{most}"
        return SQL(text, self.chosen.values)

    def count(self, *, sampled: bool = False) -> SQL:
        """How many rows there are, or how many of a sample of one in SAMPLE."""
        rows = self.sampled if sampled else self.rows
        return SQL(f"SELECT count(*) AS n FROM ({rows}) AS r WHERE {self.chosen.rows}", self.chosen.values)

    def kinds(self, versus: str) -> SQL:
        """How many changes of each kind there are, also of those that were not asked for."""
        return SQL(
            COUNTS.format(changes=changes_sql(versus, self.links), where=self.chosen.rows), self.chosen.values
        )

    def facet(self, name: str) -> SQL:
        """How many links there are of each value of a facet; conditions on rows play no part."""
        links = f"(SELECT * FROM links WHERE {self.links})"
        return SQL(sql.FACETS[name].format(links=links), self.chosen.values)


_ON_STATES = ("state", "lost_at", "lost", "lost_reason", "reason")


def _speaks_of_states(node: Node) -> bool:
    """Whether a filter chooses between live and lost itself, so that nothing should be left out before."""
    states = {state.name.lower() for state in State}
    return any(
        each.field in _ON_STATES or (each.field == "is" and any(v.text in states for v in each.values))
        for each in _comparisons(node)
    )


def _comparisons(node: Node) -> list[Compare]:
    if isinstance(node, Not):
        return _comparisons(node.node)
    if isinstance(node, And | Or):
        return [leaf for each in node.nodes for leaf in _comparisons(each)]
    return [node] if isinstance(node, Compare) else []


def _order(view: str, sort: str) -> Order:
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    expression = _sorted_by(view, name.replace("-", "_"))
    if expression is None:
        sortable = (each.name for each in fields_of(view) if each.kind != "names" and not each.needs)
        known = [*sortable, *JUDGED] if view == "backlinks" else list(sql.SORTS[view])
        raise UsageError(f"sort by {name!r}", "there is no such field here", nearest(name, known, 5))
    return Order(expression, descending, _TIES[view])


def _sorted_by(view: str, name: str) -> str | None:
    """What a name sorts by: every field of a link, or the columns of a list."""
    if view != "backlinks":
        return sql.SORTS[view].get(name)
    if name in JUDGED:
        return name
    field = field_of(view, name)
    if field is None or field.kind == "names" or field.needs:
        return None
    return f"epoch_us({field.sql})" if field.kind == "date" else field.sql
