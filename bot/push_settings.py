"""Settings of what others push and print: the API, its webhooks, receipts and posters."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from bot.setting_types import Count, Days


@dataclass(frozen=True, kw_only=True)
class PushSettings:
    """A part of `bot.settings.Settings`."""

    api_requests_per_minute: Count = 120
    """Requests per minute of one system that pushes dossiers, over each process."""
    webhook_networks: str = ""
    """Private networks that webhooks may be sent to, e.g. `10.0.0.0/8, 172.16.0.0/12`; without it
    only public addresses and this machine itself."""
    poster_days: Days = 730
    """How long the code on a counter's poster works."""
    counter_ratings_per_hour: Count = 60
    """Ratings of one counter within an hour; further ones are kept and marked as a flood, at
    most ten times as many."""
    counter_ratings_per_hour_address: Count = 20
    """Ratings of one network address at one counter within an hour; further ones are refused."""


def networks(listed: str) -> list[IPv4Network | IPv6Network]:
    """The networks of a list with commas. Raises ValueError."""
    return [ip_network(one.strip()) for one in listed.split(",") if one.strip()]
