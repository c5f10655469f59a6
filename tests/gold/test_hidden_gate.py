"""Hidden links are found, and honest pages are not accused: every technique in every template."""

from backlit.ingest.html import read_html
from backlit.model import Hidden
from backlit.urls import parse_url

from .hidden.techniques import FOLDED, HIDING
from .hidden.templates import TEMPLATES

RECALL_LEAST, FALSE_ALARMS_MOST = 0.98, 0.01


def _hidden(template: str, css: str, markup: str) -> int | None:
    """How the page's link to far.example is hidden; None where the page has no such link."""
    html = template.format(css=css, slot=markup)
    page = read_html(html.encode(), url=parse_url("https://near.example/"))
    found = [link.hidden for link in page.links() if "far.example" in link.href]
    return found[0] if found else None


def _outcomes(rows: dict[str, tuple[str, str]]) -> dict[tuple[str, str], int | None]:
    return {
        (name, place): _hidden(template, css, markup)
        for name, (css, markup) in rows.items()
        for place, template in TEMPLATES.items()
    }


def test_there_are_enough_techniques_and_templates() -> None:
    assert len(HIDING) >= 30
    assert len(TEMPLATES) >= 20


def test_hidden_links_are_found() -> None:
    outcomes = _outcomes(HIDING)
    missed = [case for case, hidden in outcomes.items() if hidden == Hidden.VISIBLE]
    assert 1 - len(missed) / len(outcomes) >= RECALL_LEAST, missed


def test_links_that_are_folded_away_are_no_hidden_ones() -> None:
    outcomes = _outcomes(FOLDED)
    accused = [case for case, hidden in outcomes.items() if hidden != Hidden.VISIBLE]
    assert len(accused) / len(outcomes) <= FALSE_ALARMS_MOST, accused
