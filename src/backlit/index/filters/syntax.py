"""What does a filter say, as a tree, and how is the tree written down again?

Trees are frozen and canonical: nothing nested that could be flat, nothing negated twice, nothing quoted
that needs no quotes. So `parse(render(tree)) == tree`, and two spellings of one filter are one tree.
"""

import re
from dataclasses import dataclass
from dataclasses import field as _field

__all__ = [
    "OPERATOR",
    "And",
    "Compare",
    "Node",
    "Not",
    "Or",
    "Value",
    "Words",
    "bare_end",
    "is_plain",
    "render",
]

#: What may stand between a field and its value; a lone colon is the operator `:`.
OPERATOR = re.compile(r":?(?:>=|<=|!=|>|<|=|~|\^)|:")
FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?=:|>|<|=|!=|~|\^)")
KEYWORDS = ("AND", "OR", "NOT")


@dataclass(frozen=True, slots=True)
class Value:
    """The text after an operator; `exact` where quotes keep its stars, dots and signs from meaning more."""

    text: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Text to look for in and around a link."""

    text: str
    at: int = _field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """A field, an operator of `: = != > >= < <= ~ ^`, and one value or several of which any will do."""

    field: str
    op: str
    values: tuple[Value, ...]
    at: int = _field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """All that the node does not mean."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All of these; of none, everything."""

    nodes: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these, of which there are two or more."""

    nodes: tuple["Node", ...]


Node = Words | Compare | Not | And | Or


def render(node: Node) -> str:
    """The canonical spelling of a filter: the one that addresses, chips and cursors use."""
    if isinstance(node, Or):
        return " OR ".join(_within_or(each) for each in node.nodes)
    if isinstance(node, And):
        return " ".join(_within_and(each) for each in node.nodes)
    return _term(node)


def _within_or(node: Node) -> str:
    return render(node) if isinstance(node, And) else _term(node)


def _within_and(node: Node) -> str:
    return f"({render(node)})" if isinstance(node, Or) else _term(node)


def _term(node: Node) -> str:
    if isinstance(node, Not):
        inner = node.node
        return f"-({render(inner)})" if isinstance(inner, And | Or) else f"-{_term(inner)}"
    if isinstance(node, Words):
        return node.text if _stands_alone(node.text) else _quoted(node.text)
    if isinstance(node, Compare):
        return _comparison(node)
    return f"({render(node)})"


def _comparison(node: Compare) -> str:
    start = f"{node.field}:" if node.op == ":" else f"{node.field}:{node.op}"
    if len(node.values) > 1:
        return f"{start}({','.join(_listed(value) for value in node.values)})"
    [value] = node.values
    fits = not value.exact and _is_bare(value.text) and _reads_back(node.op, value.text)
    return start + (value.text if fits else _quoted(value.text))


def _listed(value: Value) -> str:
    fits = not value.exact and _is_bare(value.text, within_list=True)
    return value.text if fits else _quoted(value.text)


def _reads_back(op: str, text: str) -> bool:
    """Whether an operator still ends where it did when this text follows it."""
    written = ("" if op == ":" else ":") + op
    match = OPERATOR.match(written + text)
    return match is not None and match.end() == len(written)


def _stands_alone(text: str) -> bool:
    """Whether a word needs no quotes: it is no keyword, no negation and no comparison."""
    word = re.fullmatch(r'[^\s"()]+', text)
    means_more = text in KEYWORDS or text.startswith("-") or FIELD.match(text) or OPERATOR.fullmatch(text)
    return bool(word) and not means_more


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_bare(text: str, *, within_list: bool = False) -> bool:
    starts_well = bool(text) and text[0] not in ('"(=!<>~^' if within_list else '"(')
    return starts_well and is_closed(text) and bare_end(text, 0, within_list=within_list) == len(text)


def is_closed(text: str) -> bool:
    """Whether a value without quotes closes what it opens: an open parenthesis would take what follows."""
    return text.count("(") <= text.count(")")


def bare_end(text: str, start: int, *, within_list: bool = False) -> int:
    """Where a value without quotes ends: at a blank, a quote, or a parenthesis that it did not open."""
    depth = 0
    for at in range(start, len(text)):
        char = text[at]
        if char.isspace() or char == '"' or (within_list and char == "," and not depth):
            return at
        if char == ")" and not depth:
            return at
        depth += (char == "(") - (char == ")")
    return len(text)


def is_plain(text: str) -> bool:
    """Whether quotes round a value change nothing: no star, no range, no operator, nothing that ends it."""
    return (
        _is_bare(text, within_list=True)
        and _reads_back(":", text)
        and text != "unknown"
        and not re.search(r"[*?]|\.\.", text)
    )
