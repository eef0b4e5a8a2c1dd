"""Telegram: one bot over python-telegram-bot's types and methods, on our own HTTP stack."""

from bot.channels.base import Channel, ChannelContext, Traits

NAME = "telegram"
TRAITS = Traits(
    servers_abroad=True,
    shares_contact=True,
    edits_in_place=True,
    acknowledges_apart=True,
    remote=True,
    web_client="https://web.telegram.org",
)


def open_channel(context: ChannelContext) -> Channel | None:
    """The bot of MOTCUA_TELEGRAM_TOKEN, not started; None without a token.

    Raises Refusal `telegram.token_shape`.
    """
    if not context.settings.telegram_token:
        return None
    from bot.channels.telegram.channel import TelegramChannel

    return TelegramChannel(context)
