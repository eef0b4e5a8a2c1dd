"""The methods about the bot itself: who it is, how updates reach it, commands and the menu."""

import re
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.telegram.messages import Method
from tests.fakes.telegram.params import Params
from tests.fakes.telegram.refusals import bad
from tests.fakes.telegram.state import State
from tests.fakes.telegram.updates import Webhook

PORTS = {None, 443, 80, 88, 8443}
MAX_SECRET = 256
MAX_COMMANDS = 100
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
}


async def get_me(state: State, _params: Params) -> dict[str, Any]:
    """getMe."""
    return state.me | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def get_updates(state: State, params: Params) -> list[dict[str, Any]]:
    """getUpdates."""
    _remember_allowed(state, params)
    timeout = max(0, min(50, params.integer("timeout", 0)))
    return await state.updates.poll(
        params.integer("offset", 0), params.integer("limit", 100), timeout
    )


async def set_webhook(state: State, params: Params) -> bool:
    """setWebhook; an empty address deletes it."""
    url = params.text("url")
    if not url:
        return await delete_webhook(state, params)
    _check_address(url, allow_loopback=state.allow_loopback)
    webhook = Webhook(
        url=url,
        secret=_secret(params.text("secret_token")),
        max_connections=_max_connections(params),
    )
    _remember_allowed(state, params)
    _drop(state, params)
    await state.updates.set_webhook(webhook)
    return True


async def delete_webhook(state: State, params: Params) -> bool:
    """deleteWebhook."""
    _drop(state, params)
    await state.updates.set_webhook(None)
    return True


async def get_webhook_info(state: State, _params: Params) -> dict[str, Any]:
    """getWebhookInfo."""
    updates = state.updates
    info: dict[str, Any] = {
        "url": updates.webhook.url if updates.webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(updates.pending),
    }
    if updates.webhook:
        info["max_connections"] = updates.webhook.max_connections
        info["ip_address"] = "127.0.0.1"
    if updates.last_error:
        info |= {"last_error_date": 1_600_000_000, "last_error_message": updates.last_error}
    if updates.allowed:
        info["allowed_updates"] = sorted(updates.allowed)
    return info


async def set_my_commands(state: State, params: Params) -> bool:
    """setMyCommands."""
    commands = params.decoded("commands", "commands")
    if not isinstance(commands, list):
        raise bad("expected an Array of BotCommand")
    if len(commands) > MAX_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    state.commands[_scope(params)] = [_command(item) for item in commands]
    return True


async def get_my_commands(state: State, params: Params) -> list[dict[str, str]]:
    """getMyCommands: those of exactly this scope and language."""
    return state.commands.get(_scope(params), [])


async def delete_my_commands(state: State, params: Params) -> bool:
    """deleteMyCommands."""
    state.commands.pop(_scope(params), None)
    return True


async def set_chat_menu_button(state: State, params: Params) -> bool:
    """setChatMenuButton."""
    button = params.decoded("menu_button", "menu button") or {"type": "default"}
    if button.get("type") not in {"default", "commands", "web_app"}:
        raise bad("MenuButton has unsupported type")
    if button["type"] == "web_app":
        _check_menu(button, allow_loopback=state.allow_loopback)
    state.menus[_menu_chat(params)] = button
    return True


async def get_chat_menu_button(state: State, params: Params) -> dict[str, Any]:
    """getChatMenuButton."""
    return state.menus.get(_menu_chat(params)) or state.menus.get(None) or {"type": "commands"}


async def get_file(state: State, params: Params) -> dict[str, Any]:
    """getFile."""
    file_id = params.text("file_id")
    if file_id not in state.files:
        raise bad("invalid file_id")
    return {
        "file_id": file_id,
        "file_unique_id": file_id,
        "file_size": len(state.files[file_id]),
        "file_path": f"documents/{file_id}",
    }


SETUP_METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    "getFile": get_file,
}


def _check_address(url: str, *, allow_loopback: bool) -> None:
    parts = urlsplit(url)
    if allow_loopback and parts.hostname in LOOPBACK:
        return
    if parts.scheme != "https" or not parts.hostname:
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if parts.port not in PORTS:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if parts.hostname in LOOPBACK:
        raise bad(f"bad webhook: IP address {parts.hostname} is reserved")


def _secret(secret: str) -> str:
    if len(secret) > MAX_SECRET:
        raise bad("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad("secret token contains unallowed characters")
    return secret


def _max_connections(params: Params) -> int:
    return max(1, min(100, params.integer("max_connections", 40)))


def _remember_allowed(state: State, params: Params) -> None:
    """A list left out keeps the earlier one; an empty list means the usual kinds."""
    allowed = params.decoded("allowed_updates", "allowed updates")
    if allowed is not None:
        state.updates.allowed = frozenset(allowed)


def _drop(state: State, params: Params) -> None:
    if params.flag("drop_pending_updates"):
        state.updates.drop_pending()


def _scope(params: Params) -> tuple[str, str]:
    scope = params.decoded("scope", "BotCommandScope") or {"type": "default"}
    language = params.text("language_code")
    if scope.get("type") not in SCOPES:
        raise bad("unsupported type specified")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad("invalid language code specified")
    return f"{scope['type']}:{scope.get('chat_id', '')}", language


def _command(item: Any) -> dict[str, str]:  # noqa: ANN401 - whatever the client sent
    name = str(item.get("command", "")).removeprefix("/")
    description = str(item.get("description", "")).strip()
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        raise bad("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def _check_menu(button: dict[str, Any], *, allow_loopback: bool) -> None:
    url = str(button.get("web_app", {}).get("url", ""))
    parts = urlsplit(url)
    if not str(button.get("text", "")).strip():
        raise bad("menu button text must be non-empty")
    if parts.scheme != "https" and not (allow_loopback and parts.hostname in LOOPBACK):
        raise bad(f"menu button Web App URL '{url}' is invalid: Only HTTPS links are allowed")


def _menu_chat(params: Params) -> int | None:
    return params.integer("chat_id", 0) if params.text("chat_id") else None
