"""What commands about invitations need: the context of the deployment's bot and its channels."""

import secrets

from admin.kit.channels import channel_context
from admin.kit.runtime import Runtime
from admin.personal_data.subjects import conversation_context
from bot.asking.context import AskingContext, asking_context
from bot.channels import registry
from surveys.privacy import link_token
from surveys.store.base.database import Database

TOKEN_BYTES = 16


async def asking_context_of(runtime: Runtime, database: Database) -> AskingContext:
    """The context of the configured channels, none of them started. Raises Refusal."""
    talk = await conversation_context(runtime, database)
    channels = registry.open_channels(channel_context(runtime, database))
    for channel in channels:
        runtime.exits.push_async_callback(channel.close)
    return asking_context(talk, channels, lambda: link_token(secrets.token_bytes(TOKEN_BYTES)))
