"""In how many ways can one address be written in an href?

All ways lead to the same URL once a WHATWG parser has resolved them against the page's base.
"""

from collections.abc import Callable
from html import escape
from urllib.parse import unquote

__all__ = ["spell"]


def spell(target: str, base: str, spelling: int) -> str:
    """The target as an attribute value, ready to stand between double quotes."""
    return _FASHIONS[spelling % len(_FASHIONS)](target, base)


def _split(url: str) -> tuple[str, str, str]:
    """(scheme, host and port, path with query)."""
    scheme, _, rest = url.partition("://")
    netloc, slash, path = rest.partition("/")
    return scheme, netloc, slash + path


def _absolute(target: str, base: str) -> str:
    return escape(target)


def _from_root(target: str, base: str) -> str:
    scheme, netloc, path = _split(target)
    return escape(path if _split(base)[:2] == (scheme, netloc) else target)


def _from_here(target: str, base: str) -> str:
    scheme, netloc, path = _split(target)
    base_scheme, base_netloc, base_path = _split(base)
    if (scheme, netloc) != (base_scheme, base_netloc):
        return escape(target)
    folder = base_path.partition("?")[0].rpartition("/")[0] + "/"
    if path.startswith(folder):
        return escape("./" + path[len(folder) :])
    return escape("../" * (folder.count("/") - 1) + path[1:]) or "./"


def _with_fragment(target: str, base: str) -> str:
    return escape(target + "#more")


def _shouted(target: str, base: str) -> str:
    scheme, netloc, path = _split(target)
    return escape(f"{scheme.upper()}://{netloc.upper()}{path}")


def _entities(target: str, base: str) -> str:
    return escape(target).replace("/", "&#x2F;", 3).replace(":", "&#58;", 1)


def _padded(target: str, base: str) -> str:
    return f"\n   {escape(target)} "


def _with_port(target: str, base: str) -> str:
    scheme, netloc, path = _split(target)
    if ":" in netloc:
        return escape(target)
    return escape(f"{scheme}://{netloc}:{443 if scheme == 'https' else 80}{path}")


def _without_scheme(target: str, base: str) -> str:
    same = target.partition(":")[0] == base.partition(":")[0]
    return escape(target.partition(":")[2] if same else target)


def _readable(target: str, base: str) -> str:
    """Non-ASCII letters as such, in the path and in the host."""
    scheme, netloc, path = _split(target)
    if netloc.startswith("xn--"):
        netloc = netloc.encode("ascii").decode("idna")
    return escape(f"{scheme}://{netloc}{unquote(path)}")


def _dotted(target: str, base: str) -> str:
    scheme, netloc, path = _split(target)
    return escape(f"{scheme}://{netloc}/./old/..{path}")


def _raw_ampersands(target: str, base: str) -> str:
    return target


def _broken_line(target: str, base: str) -> str:
    scheme, _, rest = target.partition("://")
    return escape(f"{scheme}://\n{rest}")


#: Numbers 0 and 1 are fixed (absolute, from the root); most of the rest is absolute, as in life.
_FASHIONS: tuple[Callable[[str, str], str], ...] = (
    _absolute,
    _from_root,
    _from_root,
    _from_here,
    _absolute,
    _absolute,
    _absolute,
    _absolute,
    _readable,
    _with_fragment,
    _shouted,
    _entities,
    _padded,
    _with_port,
    _without_scheme,
    _readable,
    _dotted,
    _raw_ampersands,
    _broken_line,
    _absolute,
)
