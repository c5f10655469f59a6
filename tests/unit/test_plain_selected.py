"""Do compiled kernels say of every element what selectors mean it, as it is told in Python?"""

import random

from backlit.ingest.plain.nodes import PlainNode, PlainTree
from backlit.ingest.plain.scan import scan
from backlit.ingest.selectors import FOLDED, NO, UNSURE, YES, Borne, borne_by, simple

TREE = PlainTree()
NAMES = ["a", "b", "A", "c-d", "C-D", "nav"]
ANSWERS = {False: NO, None: FOLDED, True: YES}


def page(draw: random.Random, depth: int = 0) -> str:
    pieces = []
    for _ in range(draw.randrange(1, 4)):
        tag = draw.choice(("div", "p", "span", "ul"))
        classes = " ".join(draw.choices(NAMES, k=draw.randrange(3)))
        element_id = draw.choice(("", "", draw.choice(NAMES)))
        within = page(draw, depth + 1) if depth < 4 else "x"
        upper = tag.upper() if draw.random() < 0.2 else tag
        pieces.append(f'<{upper} class="{classes}" id="{element_id}">{within}</{tag}>')
    return "".join(pieces)


def selector(draw: random.Random) -> str:
    compounds = []
    for _ in range(draw.randrange(1, 4)):
        tag = draw.choice(("", "div", "span", "UL", "body"))
        names = "".join(f".{name}" for name in draw.choices(NAMES, k=draw.randrange(3)))
        compounds.append(f"{tag}{names}{draw.choice(('', '', '#' + draw.choice(NAMES)))}" or "p")
    return draw.choice((" ", " > ", ">")).join(compounds)


def borne(node: PlainNode) -> Borne:
    outer = node.parent
    get = node.attributes.get
    return borne_by(node.tag, get("class") or "", get("id") or "", borne(outer) if outer else None)


def read(markup: str) -> None:
    size = TREE.take(markup.encode())
    assert scan(TREE.address, TREE.buf, size) == 0


def test_every_selector_means_the_same_elements() -> None:
    draw = random.Random(9)
    seen = set()
    for _ in range(60):
        read(f"<html class=nav><body id=A>{page(draw)}")
        nodes = [node for node in TREE.root.traverse() if node.tag not in ("html", "head", "body")]
        for parts in filter(None, (simple(selector(draw)) for _ in range(30))):
            for node in draw.sample(nodes, min(len(nodes), 8)):
                answer = TREE.means(node, parts)
                told = parts.means(borne(node))
                seen.add(answer)
                if answer == UNSURE:  # an end tag alone made a paragraph
                    continue
                # a compound that is met only in lower case leaves more to Lexbor in Python
                assert answer == ANSWERS[told] or (told is None and answer == NO)
    assert seen >= {NO, FOLDED, YES}


def test_what_takes_more_to_tell_is_left_to_others() -> None:
    parts = simple("body .x")
    assert parts is not None
    read("<p class='x'>y")
    (node,) = TREE.root.css("p")
    assert TREE.means(node, parts) == UNSURE  # no tag in the page made the body
    read("<body><p class='&#120;'>y")
    (node,) = TREE.root.css("p")
    assert TREE.means(node, parts) == UNSURE


def test_a_long_selector_is_not_packed() -> None:
    parts = simple("." + "x" * 300)
    assert parts is not None
    assert parts.packed == b""
