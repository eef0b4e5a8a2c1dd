"""The service-rating template of Zalo (ZBS): one question with stars, sent to a phone number."""

from bot.channels.base import Channel, ChannelContext, Traits

NAME = "zalo_template"
TRAITS = Traits(has_buttons=False, reaches_by_phone=True, remote=True)
ZALO_EVENTS = {
    "user_feedback": "bot.channels.zalo_template.ratings:on_feedback",
    "user_received_message": "bot.channels.zalo_template.ratings:on_received",
}
"""What the webhook of the Official Account hands to this channel."""
COMMANDS = "bot.channels.zalo_template.commands:COMMANDS"


def open_channel(context: ChannelContext) -> Channel | None:
    """The template of MOTCUA_ZALO_TEMPLATE_ID, not started; None without one.

    Raises Refusal `zalo.app_id`, `zalo.no_app_secret` or `zalo_template.params`.
    """
    if not context.settings.zalo_template_id.strip():
        return None
    from bot.channels.zalo_template.channel import ZaloTemplateChannel

    return ZaloTemplateChannel(context)
