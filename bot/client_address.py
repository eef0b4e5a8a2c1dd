"""Determines the network a request comes from, for limits per address."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp import web

HOME = 64
"""Bits of an IPv6 address that identify one subscriber line; a line owns every address below."""


def client_network(request: web.Request, proxy_header: str) -> str:
    """The client's IPv4 address or IPv6 /64.

    With a `proxy_header` it is the last address of its last line, which our own proxy wrote;
    anything before it can be forged by the client. If it is not an address, the peer's own is used.
    """
    lines = request.headers.getall(proxy_header, []) if proxy_header else []
    named = lines[-1].rpartition(",")[2] if lines else ""
    return network_of(named) or network_of(request.remote or "") or ""


def network_of(text: str) -> str:
    """`192.0.2.1`, or `2001:db8::/64`; empty if it is not an address. A port is ignored."""
    address = _read(text.strip())
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(ip_network((int(address), HOME), strict=False))
        address = address.ipv4_mapped
    return str(address) if address else ""


def _read(text: str) -> IPv4Address | IPv6Address | None:
    for candidate in (text, text.rpartition(":")[0]):
        try:
            return ip_address(candidate.removeprefix("[").removesuffix("]").partition("%")[0])
        except ValueError:
            continue
    return None
