"""Where webhooks may be sent: https to public addresses, to named private networks, or to this
machine itself.

A webhook's address comes from an administrator, and its name is looked up again for every message.
A name that leads into the office's own network would let the owner of the name post to machines
there, so such an address is refused unless its network is allowed.
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.settings import is_safe_base
from surveys.errors import Refusal

Networks = Sequence[IPv4Network | IPv6Network]
LOCAL = "localhost"
PRIVATE = "the address is in a private network"


class PrivateAddress(OSError):
    """A name leads only to addresses that must not be reached."""


def require_address(url: str, allowed: Networks) -> None:
    """Check the address of a webhook when it is set; a name that cannot be looked up now passes.

    Raises Refusal `token.not_https` or `token.private`.
    """
    host = urlsplit(url).hostname or ""
    if not is_safe_base(url):
        raise Refusal("token.not_https", url=url)
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError:
        return
    for address in sorted(found):
        if not may_reach(host, address, allowed):
            raise Refusal("token.private", host=host, address=address)


def may_reach(host: str, address: str, allowed: Networks) -> bool:
    """Whether a message for `host` may be sent to this network address of it."""
    number = ip_address(address.partition("%")[0])
    mapped = getattr(number, "ipv4_mapped", None)
    number = mapped or number
    if any(number in network for network in allowed):
        return True
    if number.is_loopback:
        return host == LOCAL or is_address(host)
    return number.is_global and not number.is_multicast


def is_address(host: str) -> bool:
    """Whether a host is a network address and not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(slots=True)
class GuardedResolver(AbstractResolver):
    """Looks names up, and drops the addresses that must not be reached."""

    allowed: Networks

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of `host` that may be reached. Raises PrivateAddress if there is none."""
        found = await ThreadedResolver().resolve(host, port, family)
        kept = [one for one in found if may_reach(host, one["host"], self.allowed)]
        if not kept:
            raise PrivateAddress(None, PRIVATE)
        return kept

    async def close(self) -> None:
        """Nothing is held."""
