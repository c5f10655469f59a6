"""Does each number of the pages lead to a list with just as many rows, and each authority to its receipt?"""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from backlit.app.demo import DEMO_TARGET
from backlit.report.readable import readable
from backlit.web.server import create_app
from tests.unit.outline import Outline

TARGET = f"/t/{DEMO_TARGET}"
_COUNT = re.compile(r"([0-9][0-9,]*)")


class Anchors(HTMLParser):
    """The links of a page with their words, and where they stand: (address, words) by name of the place."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open: list[str] | None = None
        self._href = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            values = dict(attrs)
            self._href, self._open = values.get("href") or "", [values.get("aria-label") or ""]

    def handle_data(self, data: str) -> None:
        if self._open is not None and not self._open[0]:
            self._open.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open is not None:
            self.found.append((self._href, " ".join("".join(self._open).split())))
            self._open = None


@pytest.fixture(scope="module")
def client(demo_home: Path) -> TestClient:
    return TestClient(create_app(demo_home), base_url="http://localhost")


def lists(client: TestClient, path: str) -> list[tuple[str, str]]:
    """The links of a page's content that lead to a list of the target and whose words end in a number."""
    html = client.get(path).text
    html = html[html.index("<main") : html.index("</main>")]
    return [
        (href, words)
        for href, words in Anchors(html).found
        if re.match(rf"{TARGET}/(backlinks|domains)", href) and re.search(r"(^|: )[0-9,]+( |$)", words)
    ]


def total(client: TestClient, href: str) -> int:
    path, _, query = href.partition("?")
    answer = client.get(f"{path}.json?{query}".replace("limit=1", ""))
    assert answer.status_code == 200, (href, answer.text)
    number: int = answer.json()["page"]["total"]
    return number


def number(words: str) -> int:
    found = _COUNT.search(words.rpartition(": ")[2])
    assert found, words
    return int(found[1].replace(",", ""))


def test_each_number_of_the_overview_opens_just_those_rows(client: TestClient) -> None:
    found = lists(client, TARGET)
    wrong = [(href, words, total(client, href)) for href, words in dict.fromkeys(found)]
    assert [each for each in wrong if each[2] != number(each[1])] == []
    assert len(found) > 60  # numbers, months, mixes, domains and anchors


@pytest.mark.parametrize(
    "query",
    [
        "?by=week",
        "?from=2026-03-01&to=2026-06-07&by=day",
        "?from=2026-03-20&to=2026-06-07&scope=host",
        "?by=day",
    ],
)
def test_each_bar_of_the_timeline_opens_just_those_rows(client: TestClient, query: str) -> None:
    html = client.get(TARGET + query).text
    card = html[html.index('id="growth"') : html.index('class="pair"')]
    found = [each for each in Anchors(card).found if "first_seen" in each[0]]
    found += [each for each in Anchors(card).found if "lost_at" in each[0] and each[1]]
    wrong = [(href, words, total(client, href)) for href, words in dict.fromkeys(found)]
    assert [each for each in wrong if each[2] != number(each[1])] == []
    assert len(found) >= 3  # a bar, and in the table its domains and links


@pytest.mark.parametrize(
    "path",
    [
        "/domains?limit=12",
        "/domains?limit=8&q=rel:follow+links:>1",
        "/anchors?limit=10&sort=anchor",
        "/anchors?limit=6&q=placement:content",
        "/pages?limit=8",
        "/backlinks?limit=5",
        "/backlinks?limit=5&state=all&group=page",
        "/backlinks?limit=5&group=anchor&q=rel:follow",
        "/backlinks?limit=5&group=subnet",
    ],
)
def test_each_number_of_a_list_opens_just_those_rows(client: TestClient, path: str) -> None:
    found = [each for each in lists(client, TARGET + path) if "q=" in each[0]]
    found = [each for each in found if re.fullmatch("[0-9,]+", each[1])]
    wrong = [(href, words, total(client, href)) for href, words in dict.fromkeys(found)]
    assert [each for each in wrong if each[2] != number(each[1])] == []
    assert len(found) >= 4


def test_every_link_that_the_pages_hold_opens(client: TestClient) -> None:
    """A sample of each page: what is written into an address must be read back."""
    for view in ("", "/authority", "/domains", "/anchors", "/pages", "/changes", "/sources", "/audit"):
        hrefs = [href for href, _ in Anchors(client.get(TARGET + view).text).found]
        inside = list(dict.fromkeys(href for href in hrefs if href.startswith("/")))
        for href in [*inside[10:14], *inside[14::40]]:
            assert client.get(href).status_code == 200, (view, href)


# what is described ---------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["overview", "backlinks", "domains", "anchors", "best-pages", "changes", "sources", "audit", "explain"],
)
def test_every_field_of_an_answer_is_described(client: TestClient, name: str) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    told = paths[f"/api/v1/targets/{{target}}/{name}"]["get"]["responses"]["200"]
    data = told["content"]["application/json"]["schema"]["properties"]["data"]
    answer = client.get(f"/api/v1/targets/{DEMO_TARGET}/{name}").json()["data"]
    row = answer[0] if isinstance(answer, list) else answer
    assert sorted(set(row) - set((data.get("items") or data)["properties"])) == []


# authority ---------------------------------------------------------------------


def test_every_authority_leads_to_its_receipt(client: TestClient) -> None:
    for view in ("", "/backlinks", "/domains", "/changes"):
        page = client.get(f"{TARGET}{view}?q=authority:>0" if view else TARGET)
        hrefs = [href for href, _ in Anchors(page.text).found]
        assert any(href.endswith("/authority") and "/t/" in href for href in hrefs), view
    best = client.get(f"{TARGET}/domains.json?limit=1&q=authority:>0").json()["data"][0]["domain"]
    assert f'href="/t/{quote(best)}/authority"' in client.get(f"{TARGET}/domains").text


def whole_receipt(client: TestClient) -> dict[str, Any]:
    data: dict[str, Any] = client.get(f"/api/v1/targets/{DEMO_TARGET}/explain?limit=1000").json()["data"]
    return data


def test_the_receipt_is_the_one_of_rest(client: TestClient) -> None:
    page = Outline(client.get(f"{TARGET}/authority").text)
    row = client.get(f"/api/v1/targets/{DEMO_TARGET}/explain").json()["data"]
    text = " ".join(page.text.split())
    assert f"{row['value']:.1f}" in text
    assert row["se"] is None or f"± {row['se']:.1f}" in text
    for part in row["parts"]:
        assert (f"{100 * part['contribution']:.2f} %" in text, readable(part["name"]) in text) == (True, True)
    rest = row["parts_total"] - len(row["parts"])
    assert f"{rest:,} more domains" in text
    assert len(page.all("svg", role="group")) == 1
    assert page.all("a", href=f"/api/v1/targets/{DEMO_TARGET}/explain")
    whole = Outline(client.get(f"{TARGET}/authority?parts={row['parts_total']}").text)
    sending = [part for part in whole_receipt(client)["parts"] if part["contribution"] >= 0.00005]
    shown = len(sending) + (len(sending) < row["parts_total"])
    assert len(whole.all("td", **{"data-label": "Share"})) == shown


def test_what_if_is_answered_in_the_page_and_its_address_is_the_question(client: TestClient) -> None:
    asked = "add=https%3A%2F%2Fnews.nowhere.example%2Fa&remove=placement%3Acontent"
    page = Outline(client.get(f"{TARGET}/authority?{asked}").text)
    row = client.get(f"/api/v1/targets/{DEMO_TARGET}/whatif?{asked}").json()["data"]
    assert page.by_id("add")["value"] == "https://news.nowhere.example/a"
    assert page.by_id("remove")["value"] == "placement:content"
    assert page.by_id("answer")["class"] == "change"
    for value in (row["before"]["authority"], row["after"]["authority"]):
        assert f"{value:.4g}" in page.text
    assert [note in page.text for note in row["notes"]] == [True] * len(row["notes"])
    assert page.all("a", href=f"/api/v1/targets/{DEMO_TARGET}/whatif?{asked}")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("remove=nope:1", "there is no such field here"),
        ("add=a.example&remove=a.example", "it stands on both sides"),
        ("add=com", "public suffix"),
    ],
)
def test_a_what_if_that_cannot_be_answered_is_told_beside_the_form(
    client: TestClient, asked: str, said: str
) -> None:
    answer = client.get(f"{TARGET}/authority?{asked}")
    assert (answer.status_code, said in answer.text, "Where it comes from" in answer.text) == (
        400,
        True,
        True,
    )


def test_a_domain_without_authority_says_why(client: TestClient) -> None:
    answer = client.get("/t/nobody-knows.example/authority")
    assert (answer.status_code, "Authority unknown" in answer.text) == (200, True)
    assert "not in the graph" in answer.text
