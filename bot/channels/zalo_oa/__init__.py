"""Zalo Official Account: consultation messages, answered by typed digits; buttons only help."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.channels.base import Channel, ChannelContext, Traits

if TYPE_CHECKING:
    from bot.settings import Settings

NAME = "zalo_oa"
FREE_WINDOW = timedelta(hours=48)
PAID_WINDOW = timedelta(days=7)
MARGIN = timedelta(minutes=5)
"""Before the end of a window nothing is sent any more: clocks differ, and a request takes time."""
TRAITS = Traits(
    shares_contact=True,
    repeats_choices=True,
    begins_conversations=False,
    reply_window=FREE_WINDOW - MARGIN,
    link_is_bare=True,
    remote=True,
    checks_database=True,
)
COMMANDS = "bot.channels.zalo_oa.commands:COMMANDS"


def traits_in(settings: "Settings") -> Traits:
    """The traits with these settings: the paid days, and whether buttons are used."""
    window = PAID_WINDOW if settings.zalo_oa_paid_window else FREE_WINDOW
    drawn = settings.zalo_oa_buttons != "none"
    return replace(
        TRAITS,
        reply_window=window - MARGIN,
        has_buttons=drawn,
        shares_contact=settings.zalo_oa_trust_submitted_phone,
    )


def open_channel(context: ChannelContext) -> Channel | None:
    """The Official Account of MOTCUA_ZALO_OA_APP_ID, not started; None without it.

    Raises Refusal `zalo.app_id`, `zalo.no_app_secret` or `zalo_oa.no_secret`.
    """
    if not context.settings.zalo_oa_app_id:
        return None
    from bot.channels.zalo_oa.channel import OfficialAccount

    return OfficialAccount(context)
