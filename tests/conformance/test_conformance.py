"""Does the public `extract` read every case of the conformance data as told?"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backlit import Extract, extract

HERE = Path(__file__).parent
#: What each set asks of a page, in the words of its `expect`.
ASKED: dict[str, Callable[[Extract], dict[str, Any]]] = {
    "rel": lambda found: {"rel": [rel for rel in found.links[0].rel if rel != "other"]},
    "robots": lambda found: {
        "noindex": found.page.noindex,
        "nofollow": found.page.nofollow,
        "unavailable_after": found.page.unavailable_after
        and found.page.unavailable_after.strftime("%Y-%m-%dT%H:%M:%SZ"),
    },
    "canonical": lambda found: {"canonical": found.page.canonical},
    "base": lambda found: {"base": found.page.base, "links": [link.target_url for link in found.links]},
    "refresh": lambda found: {
        "refresh": found.page.refresh,
        "to": next((link.target_url for link in found.links if link.kind == "meta-refresh"), None),
    },
}
#: The cases of each set; a set only grows.
AT_LEAST = {"rel": 85, "robots": 97, "canonical": 77, "base": 37, "refresh": 63}


def cases_of(name: str) -> list[dict[str, Any]]:
    """The cases of a set."""
    cases: list[dict[str, Any]] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return cases


CASES = [(name, case) for name in ASKED for case in cases_of(name)]


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case['name']}" for name, case in CASES])
def test_a_page_is_read_as_told(name: str, case: dict[str, Any]) -> None:
    headers = [(key, value) for key, value in case.get("headers", ())]
    url = case.get("url", "https://page.example/dir/page.html")
    assert ASKED[name](extract(case["html"], url, headers=headers)) == case["expect"]


def test_the_sets_are_whole_and_their_cases_have_names_of_their_own() -> None:
    assert {path.stem for path in HERE.glob("*.json")} == set(ASKED) == set(AT_LEAST)
    for name, count in AT_LEAST.items():
        names = [case["name"] for case in cases_of(name)]
        assert len(set(names)) == len(names) >= count
