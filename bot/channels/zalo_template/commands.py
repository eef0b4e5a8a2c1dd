"""`motcua zalo ratings`: fetches the ratings at once, as the service does now and then."""

from collections.abc import Mapping, Sequence

from bot.channels.base import ChannelCommand, ChannelContext, ChannelUnavailable, Finding
from bot.channels.zalo.requests import RequestError
from bot.channels.zalo_template import NAME
from bot.channels.zalo_template.channel import ZaloTemplateChannel
from bot.channels.zalo_template.ratings import Kept
from surveys.errors import Refusal

PART = "ratings"


async def ratings(context: ChannelContext, _given: Mapping[str, str]) -> Sequence[Finding]:
    """Fetch and store; returns how many were new and how many known.

    Raises Refusal `zalo_template.not_configured` or `zalo_template.busy`, and ChannelUnavailable.
    """
    if not context.settings.zalo_template_id.strip():
        raise Refusal("zalo_template.not_configured")
    channel = ZaloTemplateChannel(context)
    try:
        done = await channel.ratings.fetch()
    except RequestError as error:
        raise ChannelUnavailable(error.reason) from None
    finally:
        await channel.close()
    if done is None:
        raise Refusal("zalo_template.busy")
    found = f"{done[Kept.STORED]} + {done[Kept.AGAIN]}"
    return (Finding(part=PART, right=not done[Kept.UNREADABLE], found=found, is_fixable=False),)


COMMANDS = (ChannelCommand(channel=NAME, name="ratings", options=(), run=ratings),)
