"""Dossiers with fresh links: of the page that lets the phone choose, and of every channel."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from admin.kit.channels import channel_context, channel_title
from admin.kit.runtime import Runtime
from bot.channels import registry
from bot.channels.base import ChannelUnavailable
from bot.settings import Settings, is_loopback_base
from surveys.errors import Refusal
from surveys.privacy import link_token
from surveys.store.base.database import Database
from surveys.store.dossiers import links
from surveys.store.dossiers.printed import PrintedDossier

TOKEN_BYTES = 16
SAMPLE = "T" * 22
"""Replaced by the token in a channel's link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A dossier with its token, the address of its landing page, and the channels' deep links by
    the channels' names for people."""

    dossier: PrintedDossier
    token: str
    url: str
    ways: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Links that are made together; they can be revoked by this name."""

    name: str
    until: date
    linked: Sequence[Linked]

    async def keep(self, runtime: Runtime, database: Database, action: str, **told: object) -> None:
        """Let the links work, and record them in the audit log."""
        days = runtime.settings.link_days
        async with database.write() as conn:
            tokens = {one.token: one.dossier.id for one in self.linked}
            await links.make_many(conn, tokens, runtime.now, timedelta(days=days), self.name)
            details = {"links": len(tokens), "days": days, **told}
            await runtime.audit(conn, action, f"links:{self.name}", details)


async def make_batch(
    runtime: Runtime, database: Database, kind: str, found: Sequence[PrintedDossier], base: str
) -> Batch:
    """Fresh links for these dossiers, which work once they are kept."""
    ways = await channel_links(runtime, database)
    lasts = timedelta(days=runtime.settings.link_days)
    return Batch(
        name=batch_name(runtime, kind),
        until=(runtime.local(runtime.now) + lasts).date(),
        linked=[_linked(one, base, ways) for one in found],
    )


def batch_name(runtime: Runtime, kind: str) -> str:
    """A name for links that are made together: `receipts-20210601-3f2a9c`."""
    return f"{kind}-{runtime.today:%Y%m%d}-{secrets.token_hex(3)}"


def new_token() -> str:
    """A token of 128 random bits."""
    return link_token(secrets.token_bytes(TOKEN_BYTES))


def require_base(settings: Settings, *, local: bool) -> str:
    """The address that others open our pages by, without a slash at the end.

    Raises Refusal `links.only_here` if only this machine could open it, unless `local`.
    """
    base = settings.public_url.rstrip("/")
    if base and not is_loopback_base(base):
        return base
    if not local:
        raise Refusal("links.only_here", base=base or "–")
    host, port = settings.address
    return base or f"http://{host}:{port}"


async def channel_links(runtime: Runtime, database: Database) -> dict[str, Callable[[str], str]]:
    """For each channel that has deep links: its name for people, and what makes its link of a
    token. A channel that does not answer is named and left out."""
    found: dict[str, Callable[[str], str]] = {}
    for channel in registry.open_channels(channel_context(runtime, database)):
        runtime.exits.push_async_callback(channel.close)
        title = channel_title(runtime, channel.name)
        try:
            sample = await channel.link(SAMPLE)
        except ChannelUnavailable as error:
            told = {"channel": title, "command": channel.name, "reason": error.reason}
            runtime.say("dossiers_link.unavailable", **told)
            continue
        if sample is not None:
            bare = runtime.text("dossiers_link.bare_title", channel=title)
            found[bare if channel.traits.link_is_bare else title] = _maker(sample)
    return found


def _maker(sample: str) -> Callable[[str], str]:
    return lambda token: sample.replace(SAMPLE, token)


def _linked(dossier: PrintedDossier, base: str, ways: Mapping[str, Callable[[str], str]]) -> Linked:
    token = new_token()
    return Linked(
        dossier=dossier,
        token=token,
        url=f"{base}/l/{token}",
        ways={title: make(token) for title, make in ways.items()},
    )
