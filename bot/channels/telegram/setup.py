"""Sets the bot up at Telegram (where updates go, its commands, its menu button), and checks it part
by part."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from telegram import Bot, BotCommand, MenuButton, MenuButtonCommands, MenuButtonWebApp, WebAppInfo
from telegram.constants import SUPPORTED_WEBHOOK_PORTS, MenuButtonType
from telegram.error import InvalidToken, TelegramError

from bot.channels.base import Finding
from bot.channels.telegram import NAME
from bot.channels.telegram.parse import ALLOWED_UPDATES
from bot.settings import Settings, is_safe_base
from bot.webhook_secrets import is_strong
from surveys.errors import Refusal
from surveys.texts import LANGUAGES, Catalog

WEBHOOK_PATH = "/telegram/webhook"
COMMAND_NAME = re.compile(r"telegram\.commands\.[a-z]+\.name")
MENU_KEY = "telegram.menu"
RECENT = timedelta(hours=1)
REFUSED_BY_US = ("401", "403")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How the bot should be set up.

    `commands` are (name, description) by language code, "" for every other language. An empty
    `webhook` means polling; an empty `page` leaves the menu button to the list of commands.
    """

    commands: Mapping[str, tuple[tuple[str, str], ...]]
    webhook: str = ""
    secret: str = ""
    page: str = ""
    page_label: str = ""


class Part(StrEnum):
    """A part of the set-up that is checked."""

    CONNECTION = "connection"
    TOKEN = "token"  # noqa: S105 - a name
    WEBHOOK = "webhook"
    SECRET = "secret"  # noqa: S105 - a name
    DELIVERY = "delivery"
    COMMANDS = "commands"
    MENU = "menu"


def wanted_from(settings: Settings, catalogs: Mapping[str, Catalog]) -> Wanted:
    """The set-up that the settings require; citizens with another language get Vietnamese.

    Raises Refusal `telegram.no_public_url`, `telegram.public_url`, `telegram.no_secret` or
    `telegram.bad_secret` if a webhook is configured but impossible.
    """
    own = catalogs[LANGUAGES[0]]
    commands = {language: _commands(catalog) for language, catalog in catalogs.items()}
    hook, secret = _webhook(settings) if settings.telegram_mode == "webhook" else ("", "")
    return Wanted(
        commands={"": _commands(own)} | commands,
        webhook=hook,
        secret=secret,
        page=settings.public_url,
        page_label=own.text(MENU_KEY),
    )


async def prepare(api: Bot, wanted: Wanted) -> None:
    """Set everything up as required; updates that wait at Telegram are never dropped.

    Raises TelegramError.
    """
    await _set_updates(api, wanted)
    for language in await _wrong_commands(api, wanted):
        await _set_commands(api, wanted, language)
    if not _same_menu(await api.get_chat_menu_button(), wanted):
        await api.set_chat_menu_button(menu_button=_menu(wanted))


async def inspect(api: Bot, wanted: Wanted, now: datetime) -> list[Finding]:
    """Inspect every part; only the first if that one fails. Raises TelegramError."""
    try:
        me = await api.get_me()
    except InvalidToken as error:
        return [_out_of_reach(Part.TOKEN, error)]
    except TelegramError as error:
        return [_out_of_reach(Part.CONNECTION, error)]
    return [
        Finding(part=Part.TOKEN, right=True, found=f"@{me.username}"),
        *await _updates(api, wanted, now),
        await _command_finding(api, wanted),
        await _menu_finding(api, wanted),
    ]


def _out_of_reach(part: Part, error: TelegramError) -> Finding:
    return Finding(part=part, right=False, found=error.message, is_fixable=False)


async def repair(api: Bot, wanted: Wanted, findings: Sequence[Finding]) -> None:
    """Repair wrong parts, if the bot can. Raises TelegramError."""
    if all(
        finding.part not in {Part.TOKEN, Part.CONNECTION} or finding.right for finding in findings
    ):
        await prepare(api, wanted)


async def _set_updates(api: Bot, wanted: Wanted) -> None:
    if not wanted.webhook:
        await api.delete_webhook(drop_pending_updates=False)
        return
    await api.set_webhook(
        wanted.webhook,
        secret_token=wanted.secret,
        allowed_updates=ALLOWED_UPDATES,
        drop_pending_updates=False,
    )


async def _set_commands(api: Bot, wanted: Wanted, language: str) -> None:
    commands = [BotCommand(name, text) for name, text in wanted.commands[language]]
    await api.set_my_commands(commands, language_code=language or None)


async def _updates(api: Bot, wanted: Wanted, now: datetime) -> list[Finding]:
    info = await api.get_webhook_info()
    kinds = set(info.allowed_updates) == set(ALLOWED_UPDATES)
    webhook = Finding(
        part=Part.WEBHOOK,
        right=info.url == wanted.webhook and (kinds or not wanted.webhook),
        found=f"{info.url} {', '.join(info.allowed_updates if info.url else ())}".strip(),
        wanted=f"{wanted.webhook} {', '.join(ALLOWED_UPDATES if wanted.webhook else ())}".strip(),
    )
    if not wanted.webhook:
        return [webhook]
    recent = info.last_error_date is not None and now - info.last_error_date < RECENT
    trouble = (info.last_error_message or "") if recent else ""
    refused = any(code in trouble for code in REFUSED_BY_US)
    waiting = f"{info.pending_update_count}"
    return [
        webhook,
        Finding(part=Part.SECRET, right=not refused, found=trouble if refused else ""),
        Finding(part=Part.DELIVERY, right=not trouble, found=f"{trouble} ({waiting})".strip()),
    ]


async def _command_finding(api: Bot, wanted: Wanted) -> Finding:
    wrong = await _wrong_commands(api, wanted)
    return Finding(
        part=Part.COMMANDS,
        right=not wrong,
        found=", ".join(language or "*" for language in wrong),
        wanted=", ".join(f"/{name}" for name, _ in wanted.commands[""]),
    )


async def _menu_finding(api: Bot, wanted: Wanted) -> Finding:
    found = await api.get_chat_menu_button()
    return Finding(
        part=Part.MENU,
        right=_same_menu(found, wanted),
        found=found.web_app.url if isinstance(found, MenuButtonWebApp) else "",
        wanted=wanted.page,
    )


async def _wrong_commands(api: Bot, wanted: Wanted) -> list[str]:
    """The languages whose commands differ from the required ones."""
    wrong = []
    for language, commands in wanted.commands.items():
        found = await api.get_my_commands(language_code=language or None)
        if tuple((one.command, one.description) for one in found) != tuple(commands):
            wrong.append(language)
    return wrong


def _commands(catalog: Catalog) -> tuple[tuple[str, str], ...]:
    names = [key for key in catalog.texts if COMMAND_NAME.fullmatch(key)]
    return tuple(
        (catalog.text(key), catalog.text(f"{key.removesuffix('.name')}.does")) for key in names
    )


def _menu(wanted: Wanted) -> MenuButton:
    if not wanted.page:
        return MenuButtonCommands()
    return MenuButtonWebApp(wanted.page_label, WebAppInfo(wanted.page))


def _same_menu(found: MenuButton, wanted: Wanted) -> bool:
    if isinstance(found, MenuButtonWebApp):
        same_page = found.web_app.url.rstrip("/") == wanted.page.rstrip("/")
        return same_page and found.text == wanted.page_label
    return not wanted.page and found.type in {MenuButtonType.COMMANDS, MenuButtonType.DEFAULT}


def _webhook(settings: Settings) -> tuple[str, str]:
    """Address and secret of the webhook."""
    if not settings.public_url:
        raise Refusal("telegram.no_public_url")
    parts = urlsplit(settings.public_url)
    port = parts.port or 443
    if not is_safe_base(settings.public_url) or (
        parts.scheme == "https" and port not in SUPPORTED_WEBHOOK_PORTS
    ):
        raise Refusal("telegram.public_url", url=settings.public_url)
    if settings.telegram_webhook_secret is None:
        raise Refusal("telegram.no_secret")
    secret = settings.telegram_webhook_secret.get_secret_value()
    if not is_strong(secret, {NAME}):
        raise Refusal("telegram.bad_secret")
    return f"{settings.public_url.rstrip('/')}{WEBHOOK_PATH}", secret
