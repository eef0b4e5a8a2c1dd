"""The web page as a channel, for places without any other and for the demo."""

from bot.channels.base import Channel, ChannelContext, Traits

NAME = "web"
TRAITS = Traits(notifies=False, refuses_at_door=True)


def open_channel(context: ChannelContext) -> Channel:
    """The page of this deployment: it needs no settings, so it is always there."""
    from bot.channels.web.channel import WebChannel

    return WebChannel(context)
