"""Which addresses belong to the public web?

What a name resolves to is chosen by strangers, so nothing is spoken to that is not public: the IANA
special-purpose registries for IPv4 (RFC 6890 and later entries) and IPv6, multicast, and addresses at which
clouds answer their own machines, as Microsoft's AntiSSRF lists them. Of IPv6 only the part that is handed
out, 2000::/3, can be public at all. An IPv4 address inside an IPv6 one is judged as itself.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

__all__ = ["Address", "Network", "parsed", "plain_address", "why_not_public"]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_V4 = {
    "0.0.0.0/8": "this host",
    "10.0.0.0/8": "a private network",
    "100.64.0.0/10": "addresses that providers share",
    "127.0.0.0/8": "this machine",
    "168.63.129.16/32": "a cloud's wire server",
    "169.254.0.0/16": "link-local, with the metadata of clouds",
    "172.16.0.0/12": "a private network",
    "192.0.0.0/24": "protocol assignments",
    "192.0.2.0/24": "documentation",
    "192.31.196.0/24": "AS112",
    "192.52.193.0/24": "multicast relays",
    "192.88.99.0/24": "the former 6to4 relays",
    "192.168.0.0/16": "a private network",
    "192.175.48.0/24": "AS112",
    "198.18.0.0/15": "benchmarks",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
}
_V6 = {
    "2001::/23": "protocol assignments, Teredo among them",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4",
    "2620:4f:8000::/48": "AS112",
    "3fff::/20": "documentation",
}
_TABLE: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(text), what) for text, what in (_V4 | _V6).items()
)
_HANDED_OUT = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)


@lru_cache(maxsize=1 << 14)
def parsed(text: str) -> Address | None:
    """The address that a text without a scope is; None for none."""
    try:
        return None if "%" in text else ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def plain_address(address: Address | None) -> Address | None:
    """The IPv4 address that an IPv4-mapped one writes otherwise; any other as it is."""
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(maxsize=1 << 14)
def why_not_public(address: Address) -> str | None:
    """What an address is kept for, where it is no public one; None for a public one."""
    inside = _embedded(address)
    if inside is not None:
        return why_not_public(inside)
    if isinstance(address, IPv6Address):
        if address not in _HANDED_OUT:
            return "not in the public part of IPv6"
        tail = int(address) & (1 << 64) - 1
        if tail >> 32 in _ISATAP and (why := why_not_public(IPv4Address(tail & (1 << 32) - 1))):
            return why
    return next((what for network, what in _TABLE if address in network), None)


def _embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address that packets to this one go to; what only tunnels carry stands in the table."""
    if not isinstance(address, IPv6Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & (1 << 32) - 1) if address in _NAT64 else None
