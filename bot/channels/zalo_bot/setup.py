"""Sets up at Zalo where updates go, and checks the bot part by part."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from bot.channels.base import ChannelUnavailable, Finding
from bot.channels.zalo_bot import NAME
from bot.channels.zalo_bot.api import ApiError, BotApi
from bot.channels.zalo_bot.caps import Use
from bot.channels.zalo_bot.failures import NOT_FOUND, UNAUTHORIZED
from bot.channels.zalo_bot.receive import WEBHOOK_PATH
from bot.settings import Settings, is_safe_base
from bot.webhook_secrets import is_strong
from surveys.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How the bot should be set up: an empty `webhook` means polling."""

    webhook: str = ""
    secret: str = ""


class Part(StrEnum):
    """A part of the set-up that is checked."""

    CONNECTION = "connection"
    TOKEN = "token"  # noqa: S105 - a name
    WEBHOOK = "webhook"


def wanted_from(settings: Settings) -> Wanted:
    """The set-up that the settings require.

    Raises Refusal `zalo_bot.no_public_url`, `zalo_bot.public_url`, `zalo_bot.no_secret` or
    `zalo_bot.bad_secret` if a webhook is configured but impossible.
    """
    if settings.zalo_bot_mode != "webhook":
        return Wanted()
    if not settings.public_url:
        raise Refusal("zalo_bot.no_public_url")
    if not is_safe_base(settings.public_url) or not urlsplit(settings.public_url).hostname:
        raise Refusal("zalo_bot.public_url", url=settings.public_url)
    if settings.zalo_bot_webhook_secret is None:
        raise Refusal("zalo_bot.no_secret")
    secret = settings.zalo_bot_webhook_secret.get_secret_value()
    if not is_strong(secret, {NAME, "zalo", "zalobot"}):
        raise Refusal("zalo_bot.bad_secret")
    return Wanted(webhook=f"{settings.public_url.rstrip('/')}{WEBHOOK_PATH}", secret=secret)


async def prepare(api: BotApi, wanted: Wanted) -> None:
    """Set the webhook, or remove one that would make polling silent.

    Raises ApiError and ChannelUnavailable.
    """
    if wanted.webhook:
        await api.ask("setWebhook", {"url": wanted.webhook, "secret_token": wanted.secret})
    elif await _address(api):
        await api.ask("deleteWebhook")


async def inspect(api: BotApi, wanted: Wanted, used: Sequence[Use]) -> list[Finding]:
    """Inspect every part; only the first if that one fails. Raises ApiError."""
    try:
        me = await api.ask("getMe")
        address = await _address(api)
    except ChannelUnavailable as error:
        return [_out_of_reach(Part.CONNECTION, error.reason)]
    except ApiError as error:
        is_token = error.code in {UNAUTHORIZED, NOT_FOUND}
        return [_out_of_reach(Part.TOKEN if is_token else Part.CONNECTION, error.reason)]
    name = str(me.get("account_name") or me.get("display_name") or me.get("id") or "")
    return [
        Finding(part=Part.TOKEN, right=True, found=name),
        Finding(
            part=Part.WEBHOOK,
            right=address == wanted.webhook,
            found=address,
            wanted=wanted.webhook,
        ),
        *map(_cap, used),
    ]


async def repair(api: BotApi, wanted: Wanted, findings: Sequence[Finding]) -> None:
    """Repair the webhook, if Zalo can be reached. Raises ApiError and ChannelUnavailable."""
    if any(one.part == Part.WEBHOOK for one in findings):
        await prepare(api, wanted)


async def _address(api: BotApi) -> str:
    """The webhook that is set; empty if none is. A server that has none may also say 404."""
    try:
        info = await api.ask("getWebhookInfo")
    except ApiError as error:
        if error.code == NOT_FOUND:
            return ""
        raise
    return str(info.get("url") or "")


def _cap(use: Use) -> Finding:
    found = f"{use.used}/{use.cap}" if use.cap else f"{use.used}"
    return Finding(part=use.what, right=not use.is_near, found=found, is_fixable=False)


def _out_of_reach(part: Part, reason: str) -> Finding:
    return Finding(part=part, right=False, found=reason, is_fixable=False)
