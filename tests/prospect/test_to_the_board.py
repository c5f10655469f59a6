"""Does a prospect come to the board in one step, and is nobody listed who is not to be written to?"""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.web.server import create_app
from tests.unit.outline import Outline

TARGET = "gardenhaus.example"
OWN = {"Sec-Fetch-Site": "same-origin"}
RIVALS = ("rosenhof.example", "greenthumb.example")

pytestmark = pytest.mark.usefixtures("forgotten")


def listed(home: Path) -> tuple[list[str], dict[str, int]]:
    """The sites of the gap, and who was left out."""
    answer = app.prospects(app.open_session(home), TARGET, kinds=("gap",), rivals=RIVALS)
    return [row["domain"] for row in answer.rows], answer.query["kinds"]["gap"]["left_out"]


def test_a_prospect_becomes_a_card(demo_home: Path) -> None:
    first = listed(demo_home)[0][0]
    client = TestClient(create_app(demo_home), base_url="http://127.0.0.1:8000", follow_redirects=False)
    page = Outline(client.get(f"/t/{TARGET}/prospects?kind=gap&with={','.join(RIVALS)}").text)
    assert len(page.all("form", action="/outreach/add")) == len(listed(demo_home)[0])
    names = ("target", "page", "kind", "contact", "why")
    said = {name: [row["value"] for row in page.all("input", name=name)] for name in names}
    fields = {name: values[1 if name == "page" else 0] for name, values in said.items()}  # views have a page
    assert client.post("/outreach/add", data=fields, headers=OWN).status_code == 303
    card = app.outreach_ls(demo_home).rows[0]
    assert (card["domain"], card["kind"], card["stage"]) == (first, "gap", "new")
    assert card["url"] == fields["page"]


def test_whoever_wants_no_mail_is_left_out(demo_home: Path) -> None:
    (first, *others), left = listed(demo_home)
    app.outreach_suppress(demo_home, first.upper(), why="asked to be left alone")
    assert listed(demo_home) == (others, left | {"no mail": 1})
    app.outreach_suppress(demo_home, first, lift=True, why="asked to be asked again")
    assert listed(demo_home) == ([first, *others], left)
