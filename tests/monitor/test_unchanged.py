"""Is a page that has not changed asked for without its body, and judged and kept as if it had been read?"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.net.exchange import Network
from tests.monitor.served import page, said
from tests.monitor.test_verify import DAY_ONE, LINK, TARGET, Web, verdicts
from tests.servers import Request, Script, farm

NOFOLLOW = page(LINK.replace("<a ", "<a rel=nofollow "))


class Tagged:
    """A site that answers 304 to who knows its tag, with headers of its own."""

    def __init__(self, made: Web, body: str, *more: str) -> None:
        self.body, self.tag, self.more = body, '"a"', more
        self.asked: list[str | None] = []
        self.always_304 = False
        self._others = made.answers

    def answers(self, request: Request) -> Script:
        if request.host != "one.example" or request.path == "/robots.txt":
            return self._others(request)
        told = request.headers.get("if-none-match")
        self.asked.append(told)
        tag = f"ETag: {self.tag}"
        if told == self.tag or (told and self.always_304):
            return ["\r\n".join(["HTTP/1.1 304 Not Modified", tag, *self.more, "", ""]).encode()]
        return [said(self.body, tag, *self.more)]


Made = tuple[Web, Network, Tagged]


@pytest.fixture
def tagged(tmp_path: Path) -> Iterator[Made]:
    made = Web(tmp_path / "home")
    made.ingest()
    site = Tagged(made, page(LINK))
    with farm(site.answers) as network:
        yield made, network, site


def one(made: Web, network: Network, day: float) -> dict[str, Any]:
    row: dict[str, Any]
    [row] = made.verify(network, day, page="http://one.example/post").row["results"]
    return row


def link_of(made: Web) -> dict[str, Any]:
    link: dict[str, Any]
    [link] = app.backlinks(
        app.open_session(made.home), TARGET, group="none", q='page:"http://one.example/post"'
    ).rows
    return link


def test_an_unchanged_page_is_seen_again_in_the_index(tagged: Made) -> None:
    made, network, site = tagged
    read, again = one(made, network, 0), one(made, network, 20)
    assert site.asked == [None, '"a"']
    changing = {"checked_at", "chain", "unchanged_since"}
    assert {k: v for k, v in again.items() if k not in changing} == {
        k: v for k, v in read.items() if k not in changing
    }
    assert (read["unchanged_since"], again["unchanged_since"]) == (None, DAY_ONE)
    assert [hop["status"] for hop in again["chain"]] == [304]
    link = link_of(made)
    assert (link["state"], link["last_seen"]) == ("live", DAY_ONE + timedelta(days=20))


def test_a_chain_of_unchanged_answers_ends_after_ninety_days(tagged: Made) -> None:
    made, network, site = tagged
    rows = [one(made, network, day) for day in (0, 30, 60, 89, 90, 91)]
    assert site.asked == [None, '"a"', '"a"', '"a"', None, '"a"']
    since = [row["unchanged_since"] and (row["unchanged_since"] - DAY_ONE).days for row in rows]
    assert since == [None, 0, 0, 0, None, 90]


def test_a_page_that_changed_is_read(tagged: Made) -> None:
    made, network, site = tagged
    one(made, network, 0)
    site.body, site.tag = NOFOLLOW, '"b"'
    row = one(made, network, 20)
    assert (row["verdict"], row["reasons"], row["unchanged_since"]) == ("changed", ["rel"], None)
    assert one(made, network, 21)["unchanged_since"] == DAY_ONE + timedelta(days=20)


def test_what_is_to_be_confirmed_is_looked_at_whatever_the_server_says(tagged: Made) -> None:
    made, network, site = tagged
    one(made, network, 0)
    site.body, site.tag = page("nothing"), '"b"'
    assert one(made, network, 1)["verdict"] == "missing"
    site.always_304 = True
    assert one(made, network, 2.5)["verdict"] == "lost"
    assert site.asked == [None, '"a"', None]


def test_headers_of_the_answer_304_count(tagged: Made) -> None:
    made, network, site = tagged
    one(made, network, 0)
    site.more = ("X-Robots-Tag: noindex",)
    row = one(made, network, 20)
    assert (row["verdict"], row["reasons"], row["unchanged_since"]) == ("changed", ["noindex"], DAY_ONE)


@pytest.mark.parametrize("harm", ["gone", "garbage"])
def test_where_the_capture_is_not_there_any_more_the_page_is_asked_for_again(tagged: Made, harm: str) -> None:
    made, network, site = tagged
    one(made, network, 0)
    [capture] = (made.home / "captures").glob("*.warc.gz")
    capture.unlink() if harm == "gone" else capture.write_bytes(b"no gzip")
    row = one(made, network, 20)
    assert site.asked == [None, None] if harm == "gone" else [None, '"a"', None]
    assert (row["verdict"], row["unchanged_since"]) == ("live", None)


def test_the_summary_counts_unchanged_pages(tagged: Made) -> None:
    made, network, site = tagged
    assert made.verify(network, 0).row["unchanged"] == 0
    answer = made.verify(network, 20)
    assert (answer.row["unchanged"], answer.row["pages"], set(verdicts(answer))) == (
        *(1, 3),
        {"one.example", "two.example", "three.example"},
    )
    assert len(site.asked) == 2
