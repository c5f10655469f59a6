"""Is an anchor a written address: of the target, or of anything?"""

import re

from backlit.score.anchors.target import Address, labels

__all__ = ["address_in"]

_SCHEME = re.compile(r"(?:https?|ftp)\s?:\s?/{1,2}\s?[^\s/]+", re.IGNORECASE)
_WWW = re.compile(r"www[0-9]?\.[^\s/.]+\.[^\s]+", re.IGNORECASE)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,62})\.){1,8}[^\W\d_]{2,24}(?::\d{1,5})?(?:/\S*|\?\S*)?")
_SPOKEN = re.compile(
    r"\s*(?:\[\s?|\(\s?|\{\s?)?(?:\bdot\b|\bpunkt\b|\bpoint\b|\bpunto\b|\bponto\b)(?:\s?\]|\s?\)|\s?\})?\s*"
)
_ELLIPSIS = re.compile(r"(?:…|\.\.\.+|\[…\]|\[\.\.\.\])$")


def address_in(text: str, target: Address) -> str | None:
    """The address that the whole of a text is, or None; `text` is stripped, and at most some words."""
    if len(text) > 400 or (" " in text and len(text.split()) > 8):
        return None
    lowered = text.lower().strip(" <>()[]\"'“”«»").rstrip(".,;:")
    bare = _ELLIPSIS.sub("", lowered)
    if _SCHEME.match(bare) and " " not in bare[8:].strip():
        return text
    if " " not in bare and (_WWW.fullmatch(bare) or _is_target(bare, target) or _is_host(bare)):
        return text
    spoken = _SPOKEN.sub(".", bare) if " " in bare or "(" in bare or "[" in bare else bare
    return text if spoken != bare and _is_target(spoken.replace(" ", ""), target) else None


def _is_target(text: str, target: Address) -> bool:
    """Whether a text is the target's host, or domain, or a beginning of its address, or its path."""
    bare = text.removeprefix("www.").rstrip("/")
    if "." in bare and bare in (target.url.host.removeprefix("www."), target.url.domain):
        return True
    host, _, path = target.written.partition("/")
    if "/" in bare and len(bare) > 3 and (target.written.startswith(bare) or f"/{path}".startswith(bare)):
        return True
    if "/" in bare.strip("/") and bare.strip("/") == path:
        return True
    return "/" in bare and bare.split("/")[0] in (host, target.url.domain)


def _is_host(text: str) -> bool:
    """Whether it reads like a host, with or without a path, of whatever site."""
    if not _HOST.fullmatch(text):
        return False
    host, _, path = text.partition("/")
    ending = host.split(":")[0].rpartition(".")[2]
    return (bool(path) and "." in host) or ending in labels()["endings"]
