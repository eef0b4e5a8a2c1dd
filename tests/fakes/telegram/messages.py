"""The methods that put something on a person's screen, or answer a tap."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.fakes.telegram.keyboards import Rows, inline_rows, reply_rows
from tests.fakes.telegram.params import Params
from tests.fakes.telegram.refusals import bad
from tests.fakes.telegram.state import Chat, Message, State
from tests.fakes.telegram.text import MAX_CAPTION, MAX_TEXT, Entity, read_text, utf16_length

Method = Callable[[State, Params], Awaitable[Any]]

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TAP_GONE = "query is too old and response timeout expired or query ID is invalid"
MAX_TOAST = 200


async def send_message(state: State, params: Params) -> dict[str, Any]:
    """sendMessage."""
    chat = _open_chat(state, params)
    text, entities = _text(params, "text", "parse_mode", "entities", MAX_TEXT)
    if not text:
        raise bad("message text is empty")
    rows, keyboard = _markup(params, chat)
    _count(state, chat)
    message = state.add(chat, state.me, text, entities=entities, rows=rows, keyboard=keyboard)
    return message.as_json()


async def send_document(state: State, params: Params) -> dict[str, Any]:
    """sendDocument."""
    return _send_file(state, params, "document")


async def send_photo(state: State, params: Params) -> dict[str, Any]:
    """sendPhoto."""
    return _send_file(state, params, "photo")


async def send_chat_action(state: State, params: Params) -> bool:
    """sendChatAction."""
    _open_chat(state, params)
    return True


async def edit_message_text(state: State, params: Params) -> dict[str, Any]:
    """editMessageText: leaving out the markup takes the buttons away."""
    message = _editable(state, params)
    text, entities = _text(params, "text", "parse_mode", "entities", MAX_TEXT)
    if not text:
        raise bad("message text is empty")
    return _edit(state, message, text, entities, _inline_markup(params))


async def edit_message_reply_markup(state: State, params: Params) -> dict[str, Any]:
    """editMessageReplyMarkup."""
    message = _editable(state, params)
    return _edit(state, message, message.text, message.entities, _inline_markup(params))


async def delete_message(state: State, params: Params) -> bool:
    """deleteMessage."""
    chat = state.chat(params.text("chat_id"))
    message = state.messages.get(params.integer("message_id", 0))
    if message is None or message.deleted or message.chat is not chat:
        raise bad("message to delete not found")
    if state.too_old(message):
        raise bad("message can't be deleted for everyone")
    message.deleted = True
    return True


async def answer_callback_query(state: State, params: Params) -> bool:
    """answerCallbackQuery: once, and soon."""
    tap = state.taps.get(params.text("callback_query_id"))
    if tap is None or tap.answered or state.clock() - tap.at > state.tap_age:
        raise bad(TAP_GONE)
    if utf16_length(params.text("text")) > MAX_TOAST:
        raise bad("MESSAGE_TOO_LONG")
    tap.answered, tap.toast = True, params.text("text")
    return True


MESSAGE_METHODS: dict[str, Method] = {
    "sendMessage": send_message,
    "sendDocument": send_document,
    "sendPhoto": send_photo,
    "sendChatAction": send_chat_action,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback_query,
}


def _open_chat(state: State, params: Params) -> Chat:
    return state.chat(params.text("chat_id"))


def _count(state: State, chat: Chat) -> None:
    state.meter.admit(chat.id, state.clock(), group=not chat.private)


def _text(
    params: Params, name: str, mode: str, entities: str, limit: int
) -> tuple[str, list[Entity]]:
    return read_text(
        params.text(name), params.text(mode), params.decoded(entities, "entities"), limit=limit
    )


def _markup(params: Params, chat: Chat) -> tuple[Rows, Rows]:
    """The inline rows and the keyboard of a new message."""
    markup = params.decoded("reply_markup", "reply keyboard markup")
    if not markup:
        return [], []
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        return inline_rows(markup), []
    if "keyboard" in markup:
        return [], reply_rows(markup, private=chat.private)
    return [], []


def _inline_markup(params: Params) -> Rows:
    markup = params.decoded("reply_markup", "reply keyboard markup")
    if markup and "inline_keyboard" not in markup:
        raise bad("inline keyboard expected")
    return inline_rows(markup) if markup else []


def _editable(state: State, params: Params) -> Message:
    chat = _open_chat(state, params)
    if not params.text("message_id"):
        raise bad("message identifier is not specified")
    message = state.messages.get(params.integer("message_id", 0))
    if message is None or message.deleted or message.chat is not chat:
        raise bad("message to edit not found")
    if not message.from_bot or message.keyboard or state.too_old(message):
        raise bad("message can't be edited")
    return message


def _edit(
    state: State, message: Message, text: str, entities: list[Entity], rows: Rows
) -> dict[str, Any]:
    if (text, entities, rows) == (message.text, message.entities, message.rows):
        raise bad(NOT_MODIFIED)
    _count(state, message.chat)
    message.text, message.entities, message.rows = text, entities, rows
    message.edits += 1
    return message.as_json()


def _send_file(state: State, params: Params, kind: str) -> dict[str, Any]:
    chat = _open_chat(state, params)
    upload = params.file(kind)
    if upload is None:
        raise bad(f"there is no {kind} in the request")
    if not upload.content:
        raise bad("file must be non-empty")
    text, entities = _text(params, "caption", "parse_mode", "caption_entities", MAX_CAPTION)
    rows, keyboard = _markup(params, chat)
    _count(state, chat)
    file_id = f"FILE{len(state.files) + 1}"
    state.files[file_id] = upload.content
    file = {"file_id": file_id, "file_unique_id": file_id, "file_size": len(upload.content)}
    named = file | {"file_name": upload.name, "mime_type": upload.content_type}
    extra = {"photo": [file | {"width": 90, "height": 90}]} if kind == "photo" else {kind: named}
    message = state.add(
        chat, state.me, text, entities=entities, rows=rows, keyboard=keyboard, extra=extra
    )
    return message.as_json()
