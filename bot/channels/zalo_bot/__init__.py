"""Zalo Bot: a free bot with at most 50 citizens and 3,000 messages a month; a pilot's channel."""

from bot.channels.base import Channel, ChannelContext, Traits

NAME = "zalo_bot"
TRAITS = Traits(has_buttons=False, remote=True)


def open_channel(context: ChannelContext) -> Channel | None:
    """The bot of MOTCUA_ZALO_BOT_TOKEN, not started; None without a token.

    Raises Refusal `zalo_bot.token_shape`.
    """
    if not context.settings.zalo_bot_token:
        return None
    from bot.channels.zalo_bot.channel import ZaloBotChannel

    return ZaloBotChannel(context)
