"""Is this an address that mail is sent to?"""

from backlit.net.address import parsed
from backlit.urls import resolve

__all__ = ["mailbox"]

_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+/=?^_`{|}~-")
_HOST = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
_LONGEST, _LONGEST_LOCAL = 254, 64


def mailbox(text: str) -> str | None:
    """The address with its host as names are written (punycode, lower case, no dot at the end), or None.

    ASCII only, words with dots between them before the @ (RFC 5321), a name and no number after it.
    """
    local, _, name = text.strip().rpartition("@")
    href = resolve(f"http://{name}/") if name and set(name).isdisjoint("/?#:@ \\") else None
    host = href.partition("://")[2].rstrip("/").removesuffix(".") if href else ""
    if not _is_local(local) or not _is_host(host) or parsed(host) is not None or len(text) > _LONGEST:
        return None
    return f"{local}@{host}"


def _is_host(host: str) -> bool:
    """Letters, digits and hyphens with dots between (RFC 5321): addresses of pages may have more."""
    return set(host) <= _HOST and all(host.split("."))


def _is_local(local: str) -> bool:
    """Mail programs take a hyphen at the beginning for an option, and mail servers refuse it; `=?` begins a
    word in code (RFC 2047), which in a header becomes other mailboxes."""
    is_plain = not local.startswith("-") and "=?" not in local
    return is_plain and len(local) <= _LONGEST_LOCAL and set(local) <= _LOCAL and all(local.split("."))
