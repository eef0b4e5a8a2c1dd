"""Finds all channels, and opens those that are configured.

Every module or package in this folder that has an `open_channel` is a channel. A channel that lives
elsewhere is added by appending its folder to `bot.channels.__path__`.
"""

import pkgutil
from collections.abc import Mapping, Sequence
from importlib import import_module
from pkgutil import resolve_name
from typing import TYPE_CHECKING, cast

from bot import channels
from bot.channels.base import Channel, ChannelCommand, ChannelContext, ChannelModule, Traits

if TYPE_CHECKING:
    from bot.settings import Settings


def channel_modules() -> dict[str, ChannelModule]:
    """Every channel by name; those that need no set-up elsewhere come first."""
    names = [module.name for module in pkgutil.iter_modules(channels.__path__)]
    loaded = {name: import_module(f"{channels.__name__}.{name}") for name in names}
    found = {n: cast(ChannelModule, m) for n, m in loaded.items() if hasattr(m, "open_channel")}
    return dict(sorted(found.items(), key=lambda item: (item[1].TRAITS.remote, item[0])))


def all_traits(settings: "Settings | None" = None) -> Mapping[str, Traits]:
    """The traits of every channel, configured or not, by name, with these settings."""
    return {name: _traits(module, settings) for name, module in channel_modules().items()}


def _traits(module: ChannelModule, settings: "Settings | None") -> Traits:
    traits_in = getattr(module, "traits_in", None)
    found: Traits = module.TRAITS if traits_in is None or settings is None else traits_in(settings)
    return found


def commands_of(group: str) -> Sequence[ChannelCommand]:
    """The commands that the channels of one group of `remote_groups` bring."""
    modules = channel_modules()
    places = [getattr(modules[name], "COMMANDS", "") for name in remote_groups()[group]]
    return [one for place in places if place for one in resolve_name(place)]


def open_channels(context: ChannelContext) -> list[Channel]:
    """One bot of every channel that is configured, not started. Raises Refusal."""
    wanted = (m for m in channel_modules().values() if not (context.demo and m.TRAITS.remote))
    opened = (module.open_channel(context) for module in wanted)
    return [channel for channel in opened if channel is not None]


def remote_groups() -> dict[str, list[str]]:
    """The channels whose set-up can be checked, by the part of their name before the first `_`:
    several products of one company share a command."""
    found: dict[str, list[str]] = {}
    for name, traits in all_traits().items():
        if traits.remote:
            found.setdefault(name.partition("_")[0], []).append(name)
    return found
