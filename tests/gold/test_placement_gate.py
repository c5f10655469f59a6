"""Do placement and page type hold their floors, on domains no model was trained on?

Three looks. The figures that training wrote are cross-validated by domain, and must stay above their
floors. The links of `placement.tsv` were read by a person on pages that are in no training data. And
on pages that the models know, the functions users call must still measure what was learned: a change
of the readers that moves a feature shows there at once.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from training.corpus import CORPUS, Page, digest, labelled, pages
from training.figures import auc, f1

from backlit import page_type
from backlit.ingest.html import HtmlPage, read_html
from backlit.ingest.page_type import MODEL as TYPE_MODEL
from backlit.ingest.placement.rich import judged
from backlit.ingest.placement.tokens import MODEL
from backlit.model import Placement
from backlit.urls import parse_url
from tests.gold.placement_gold import PAGES, Answer, answers, gold_links

BASELINE: dict[str, Any] = json.loads(Path(__file__).with_name("placement_baseline.json").read_text("utf-8"))
FLOORS = BASELINE["floors"]
#: One page in so many is read again, in the order of the corpus.
EVERY = 5

corpus = pytest.mark.skipif(not CORPUS.is_file(), reason="the shared data is not beside the checkout")
real_pages = pytest.mark.skipif(not PAGES.is_dir(), reason="the shared data is not beside the checkout")


def below(figures: dict[str, float], floors: dict[str, float]) -> dict[str, float]:
    """The figures that are under their floor; each floor needs a figure."""
    return {name: figures[name] for name, floor in floors.items() if figures[name] < floor}


def macro(truth: Any, said: Any) -> float:
    return (f1(truth, said) + f1(~truth, ~said)) / 2


@pytest.mark.parametrize("model", ["lean", "rich"])
def test_cross_validated_placement_holds_its_floors(model: str) -> None:
    report = json.loads(MODEL.with_name("figures.json").read_text("utf-8"))
    assert report["corpus_sha256"] == BASELINE["corpus_sha256"]
    figures = report["cross_validated"][model]["external"]
    assert figures["links"] == BASELINE["external_links"]
    assert below(figures, FLOORS["cross_validated"][model]) == {}


def test_cross_validated_page_types_hold_their_floors() -> None:
    report = json.loads(TYPE_MODEL.with_name("figures.json").read_text("utf-8"))
    assert report["corpus_sha256"] == BASELINE["corpus_sha256"]
    assert report["cross_validated"]["pages"] == BASELINE["pages"]
    assert below(report["cross_validated"], FLOORS["cross_validated"]["page_type"]) == {}


@cache
def gold_answers() -> tuple[Answer, ...]:
    return tuple(answers())


def test_the_gold_set_is_large_and_broad_enough() -> None:
    links = gold_links()
    assert len(links) >= 200
    assert len({(link.file, link.offset, link.link) for link in links}) == len(links)
    assert sum(link.parts == ("content",) for link in links) >= 30


@pytest.mark.shared
@real_pages
@pytest.mark.parametrize("model", ["bulk", "careful"])
def test_links_that_a_person_placed_are_placed_the_same(model: str) -> None:
    found = gold_answers()
    assert len({answer.domain for answer in found}) >= 100
    truth = np.array([answer.gold.parts == ("content",) for answer in found])
    said = np.array([getattr(answer, model) == "content" for answer in found])
    right = [is_right(answer, getattr(answer, model)) for answer in found]
    figures = {"f1": f1(truth, said), "macro_f1": macro(truth, said), "part": float(np.mean(right))}
    if model == "careful":
        figures["auc"] = auc(truth, np.array([answer.chance for answer in found]))
    assert below(figures, FLOORS["read_by_a_person"][model]) == {}


def is_right(answer: Answer, said: str | None) -> bool:
    """Share buttons, notices and tags have no part of their own: anything but content is right."""
    return said in answer.gold.parts or ("other" in answer.gold.parts and said != "content")


@cache
def known_pages() -> tuple[Page, ...]:
    return tuple(pages())[::EVERY]


@cache
def judgements() -> dict[str, Any]:
    """Of every external link with a label: the truth, the placement in bulk, and the careful judgement."""
    rows = [row for page in known_pages() for row in _judgements(page)]
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


@pytest.mark.shared
@corpus
@pytest.mark.parametrize("model", ["bulk", "careful"])
def test_known_pages_are_still_measured_as_they_were_learned(model: str) -> None:
    assert digest() == BASELINE["corpus_sha256"]
    found = judgements()
    figures = {"f1": f1(found["truth"], found[model]), "macro_f1": macro(found["truth"], found[model])}
    if model == "careful":
        figures["auc"] = auc(found["truth"], found["chance"])
    assert below(figures, FLOORS["known_pages"][model]) == {}


@pytest.mark.shared
@corpus
def test_page_types_of_known_pages_are_as_they_were_learned() -> None:
    truth = np.array([page.type for page in known_pages()])
    said = np.array([page_type(page.html, page.url)[0] for page in known_pages()])
    assert below({"accuracy": float((truth == said).mean())}, FLOORS["known_pages"]["page_type"]) == {}
