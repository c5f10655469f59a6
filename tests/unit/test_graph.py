"""Does the graph around a target hold what the index holds, the same way each time, whatever names say?"""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

from backlit import app
from backlit.cli.root import run
from backlit.errors import UsageError
from backlit.model import Kind
from backlit.report.graph_layout import communities, layout
from backlit.report.graph_picture import graph_gexf, graph_picture
from backlit.vweb import VirtualWeb
from tests.unit.fakes import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graph")
    web = VirtualWeb(seed=5, pages=300)
    web.write_warc(folder / "a.warc.gz")
    app.ingest(folder / "home", [str(folder / "a.warc.gz")])
    app.rank(folder / "home")
    return folder / "home"


@pytest.fixture(scope="module")
def target(home: Path) -> str:
    return str(app.targets(app.open_session(home), 1).rows[0]["domain"])


def of(*pairs: tuple[int, int]) -> tuple[Any, Any]:
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    return ends[:, 0], ends[:, 1]


def test_nodes_and_edges_are_those_of_the_index(home: Path, target: str) -> None:
    session = app.open_session(home)
    row = app.graph(session, target, limit=500).row
    domains = {each["domain"]: each for each in app.domains(session, target, limit=500).rows}
    told = {node["domain"]: node for node in row["nodes"]}
    assert (set(told), row["left_out"]) == ({target, *domains}, 0)
    for name, known in domains.items():
        assert told[name]["links"] == known["links"]
        assert told[name]["authority"] == pytest.approx(known["authority"])
    names = ", ".join(f"'{name}'" for name in domains)
    found = app.sql(
        session,
        f"SELECT source_domain AS source, target_domain AS target, count(*) AS links FROM links"
        f" WHERE source_domain IN ({names}) AND target_domain IN ({names}) AND source_domain <> target_domain"
        f" AND kind IN ({int(Kind.A)}, {int(Kind.AREA)}) GROUP BY ALL ORDER BY ALL",
    ).rows
    assert found
    assert {(edge["source"], edge["target"]) for edge in row["edges"]} == {
        (each["source"], each["target"]) for each in found
    }


def test_the_same_graph_is_the_same_picture(home: Path, target: str) -> None:
    first, second = (app.graph(app.open_session(home), target).row for _ in range(2))
    assert first == second
    assert graph_picture(first) == graph_picture(second)
    assert all(abs(node[axis]) <= 1 for node in first["nodes"] for axis in "xy")
    assert (first["nodes"][0]["domain"], first["nodes"][0]["x"], first["nodes"][0]["y"]) == (target, 0, 0)


def test_what_was_decided_of_a_domain_is_drawn(home: Path, target: str, tmp_path: Path) -> None:
    copied = tmp_path / "home"
    app.backup(home, tmp_path / "copy")
    app.restore(copied, tmp_path / "copy")
    session = app.open_session(copied)
    names = [node["domain"] for node in app.graph(session, target).row["nodes"][1:3]]
    for name, verdict in zip(names, ("keep", "ignore"), strict=True):
        app.decide(session, name, verdict, why="known", target=target)
    row = app.graph(session, target).row
    assert [node["decision"] for node in row["nodes"][:4]] == [None, "keep", "ignore", None]
    assert graph_picture(row).count("<rect") == 2


def test_a_limit_leaves_out_the_weakest_and_counts_them(home: Path, target: str) -> None:
    session = app.open_session(home)
    whole, some = (app.graph(session, target, limit=limit).row for limit in (500, 5))
    assert [n["domain"] for n in some["nodes"]] == [n["domain"] for n in whole["nodes"][:6]]
    assert some["left_out"] == len(whole["nodes"]) - 6
    for limit in (0, 501):
        with pytest.raises(UsageError, match="Ask for 1 to 500"):
            app.graph(session, target, limit=limit)
    alone = app.graph(session, "nobody-links-here.example").row
    assert (len(alone["nodes"]), alone["edges"], alone["communities"]) == (1, [], [])


def test_two_circles_with_one_bridge_are_two_groups() -> None:
    inner = [(a, b) for a in range(1, 6) for b in range(1, 6) if a != b]
    outer = [(a, b) for a in range(6, 10) for b in range(6, 10) if a != b]
    src, dst = of(*inner, *outer, (1, 6))
    assert communities(11, src, dst).tolist() == [0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 0]
    assert communities(3, *of()).tolist() == [0, 0, 0]


def test_who_links_to_each_other_stands_nearer() -> None:
    names = ["t.test", *(f"{number}.test" for number in range(12))]
    src, dst = of(*((a, b) for group in (range(1, 7), range(7, 13)) for a in group for b in group if a < b))
    at = layout(names, src, dst)
    apart = np.sqrt(((at[:, None] - at[None]) ** 2).sum(axis=2))
    assert apart[1:7, 1:7].max() < apart[1:7, 7:13].min()
    assert layout(["t.test"], *of()).tolist() == [[0.0, 0.0]]


def hostile_row() -> dict[str, Any]:
    base: dict[str, Any] = {
        "links": 2,
        "authority": None,
        "spam": None,
        "unnatural": None,
        "decision": "keep",
        "community": None,
    }
    names = ["t.test", *HOSTILE, "a\x00b\x1b[31m.test"]
    nodes = [
        {**base, "domain": name, "is_target": not number, "x": 0.1 * number - 0.5, "y": 0.0}
        for number, name in enumerate(names)
    ]
    edges = [{"source": names[1], "target": names[2], "links": 1}]
    return {"target": names[1], "nodes": nodes, "edges": edges, "communities": [], "left_out": 3}


def test_names_stay_names_in_pictures_and_files() -> None:
    row = hostile_row()
    picture = graph_picture(row, link=lambda name: f"/t/{quote(name)}")
    drawn = ET.fromstring(picture)  # noqa: S314 - our own
    known = ("svg", "title", "desc", "line", "circle", "rect", "text", "a")
    assert {each.tag for each in drawn.iter()} <= {f"{SVG}{name}" for name in known}
    assert not [name for each in drawn.iter() for name in each.attrib if name.startswith("on")]
    file = ET.fromstring("".join(graph_gexf(row)))  # noqa: S314 - our own
    ns = {"g": "http://gexf.net/1.3"}
    assert len(file.findall(".//g:node", ns)) == len(row["nodes"])
    assert len(file.findall(".//g:edge", ns)) == len(row["nodes"]) - 1 + 1


def test_a_square_is_kept_and_a_diamond_decided_otherwise() -> None:
    row = hostile_row()
    row["nodes"][1]["decision"], row["nodes"][2]["decision"] = "disavow", None
    drawn = ET.fromstring(graph_picture(row))  # noqa: S314 - our own
    boxes = list(drawn.iter(f"{SVG}rect"))
    assert len(boxes) == len(row["nodes"]) - 2
    assert sum("transform" in box.attrib for box in boxes) == 1


@pytest.mark.parametrize("suffix", ["svg", "gexf", "json"])
def test_the_command_writes_what_its_suffix_says(
    home: Path, target: str, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"g.{suffix}"
    assert run(["graph", target, "--dir", str(home), "-o", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert text.startswith({"svg": "<svg", "gexf": "<?xml", "json": "{"}[suffix])
    assert run(["graph", target, "--dir", str(home), "-o", str(tmp_path / "g.pdf")]) == 2
    assert not (tmp_path / "g.pdf").exists()
