"""Which links does a target stand for? A URL, a folder, a host or a domain, as a range of page keys."""

from dataclasses import dataclass

from backlit.errors import TargetError
from backlit.urls import (
    domain_of_key,
    host_range,
    is_public_suffix,
    page_key,
    resolve,
    reverse_host,
    target_host,
)

__all__ = ["SCOPES", "Target"]

SCOPES = ("url", "prefix", "host", "domain")

_AFTER_ANY_TEXT = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Target:
    """A target as asked for, its scope, and the half-open range of target keys it means."""

    name: str
    scope: str
    lower: str
    upper: str

    @property
    def domain(self) -> str:
        """The registrable domain."""
        return domain_of_key(f"{self.lower.partition('/')[0].rstrip('.')}/")

    @classmethod
    def parse(cls, text: str, scope: str | None = None) -> "Target":
        """Read `example.com`, `www.example.com` or a URL; TargetError when it is none of them.

        Without a scope a bare name means its domain with all hosts below, a URL means that page, over
        http and https alike. A domain may be given with its usual `www.`.
        """
        if scope is not None and scope not in SCOPES:
            raise TargetError(
                f"use the scope {scope!r}", "there is none of that name", f"Known are {', '.join(SCOPES)}."
            )
        text = text.strip()
        if "://" in text or "/" in text:
            return cls._from_url(text, scope or "url")
        return cls._from_host(target_host(text), scope or "domain")

    @classmethod
    def _from_url(cls, text: str, scope: str) -> "Target":
        href = resolve(text if "://" in text else f"https://{text}")
        if href is None:
            raise TargetError(
                f"look up {text[:200]!r}", "no http or https URL", "Write it as https://host/path."
            )
        plain = page_key(href).partition(" ")[0]
        if scope in ("host", "domain"):
            return cls._from_host(reverse_host(plain.partition("/")[0]), scope)
        if scope == "prefix":
            return cls(href, scope, plain, plain + _AFTER_ANY_TEXT)
        return cls(href, scope, plain, plain + "!")  # "!" follows the space before a scheme mark

    @classmethod
    def _from_host(cls, host: str, scope: str) -> "Target":
        if scope in ("url", "prefix"):
            return cls._from_url(f"https://{host}/", scope)
        if scope == "host":
            name = reverse_host(host)
            return cls(host, scope, f"{name}/", f"{name}0")
        host = host.removeprefix("www.")
        if is_public_suffix(host):
            raise TargetError(
                f"look up {host!r}",
                "a public suffix, under which anyone registers names",
                f"Name a domain, such as example.{host}.",
            )
        return cls(host, scope, *host_range(host))
