"""Does everything that Backlit asks of the network go through one room?"""

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3] / "src/backlit"
#: Modules that open connections of their own. Servers (http.server, uvicorn) only wait for some.
CONNECTING = (
    *("socket", "ssl", "http.client", "urllib.request", "ftplib", "smtplib", "telnetlib", "xmlrpc"),
    *("requests", "httpx", "httpx2", "aiohttp", "urllib3", "pycurl"),
)


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_only_the_room_net_opens_connections() -> None:
    outside = {
        f"{path.relative_to(SOURCE)}: {name}"
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] != "net"
        for name in imported(path) & set(CONNECTING)
    }
    assert outside - ALLOWED == set()


ALLOWED = {
    # finding a free port, or the address that a browser can reach, connects to nobody
    "cli/serve.py: socket",
    # pairs of sockets within this process: the made-up web of a demo
    *("app/demo_web.py: socket", "app/demo_web.py: ssl"),
}
