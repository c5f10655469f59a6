"""Do placement and page type hold their floors on domains that no model was trained on?"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from training.corpus import CORPUS, Page, digest, is_held_out, labelled, pages
from training.figures import auc, f1

from backlit import page_type
from backlit.ingest.html import HtmlPage, read_html
from backlit.ingest.placement.rich import judged
from backlit.model import Placement
from backlit.urls import parse_url

BASELINE: dict[str, Any] = json.loads(Path(__file__).with_name("placement_baseline.json").read_text("utf-8"))

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not CORPUS.is_file(), reason="the shared data is not beside the checkout"),
]


@cache
def held_out() -> tuple[Page, ...]:
    return tuple(page for page in pages() if is_held_out(page.domain))


@cache
def judgements() -> dict[str, Any]:
    """Of every external link with a label: the truth, the placement in bulk, and the careful judgement."""
    rows = [row for page in held_out() for row in _judgements(page)]
    truth, bulk, careful, chance = (np.array(column) for column in zip(*rows, strict=True))
    return {"truth": truth, "bulk": bulk, "careful": careful, "chance": chance}


def _judgements(page: Page) -> list[tuple[bool, bool, bool, float]]:
    known = labelled(page)
    if known is None:
        return []
    url = parse_url(page.url)
    read = read_html(page.html, url=url, headers={"content-type": "text/html; charset=utf-8"})
    careful = judged(read.found, read.base, url.domain)
    bulk = _placements(read)
    rows = []
    for row, label in zip(known.rows, known.is_content, strict=True):
        ordinal = known.seen.ordinals[row]
        if known.seen.facts[row].external:
            judgement = careful[ordinal]
            is_content = judgement.placement == Placement.CONTENT
            rows.append((label, bulk[ordinal] == Placement.CONTENT, is_content, judgement.p_content))
    return rows


def _placements(page: HtmlPage) -> dict[int, int | None]:
    return {ordinal: link.placement for _, ordinal, link in page.kept(lambda href: href)}


def macro(truth: Any, said: Any) -> float:
    return (f1(truth, said) + f1(~truth, ~said)) / 2


def test_the_floors_are_for_this_corpus() -> None:
    assert digest() == BASELINE["corpus_sha256"]
    assert len(judgements()["truth"]) == BASELINE["external_links"]


@pytest.mark.parametrize("model", ["bulk", "careful"])
def test_placement_is_as_good_as_it_was(model: str) -> None:
    found = judgements()
    figures = {"f1": f1(found["truth"], found[model]), "macro_f1": macro(found["truth"], found[model])}
    if model == "careful":
        figures["auc"] = auc(found["truth"], found["chance"])
    floors = BASELINE["floors"][model]
    assert {name: value for name, value in figures.items() if value < floors[name]} == {}


def test_page_type_is_as_good_as_it_was() -> None:
    truth = np.array([page.type for page in held_out()])
    said = np.array([page_type(page.html, page.url)[0] for page in held_out()])
    each = [f1(truth == kind, said == kind) for kind in np.unique(truth)]
    figures = {"accuracy": float((truth == said).mean()), "macro_f1": float(np.mean(each))}
    floors = BASELINE["floors"]["page_type"]
    assert {name: value for name, value in figures.items() if value < floors[name]} == {}
