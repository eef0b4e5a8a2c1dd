"""The API: consultation messages with their window, length and quotas; the account; quotas."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.zalo_oa import further_calls
from tests.fakes.zalo_oa.state import (
    FREE,
    LONGEST,
    OA_ID,
    ApiError,
    Citizen,
    Message,
    State,
)

MAX_TEXT, MAX_BUTTONS, MAX_TITLE, MAX_PAYLOAD = 2_000, 5, 100, 1_000
BUTTONS = {"oa.query.hide", "oa.query.show", "oa.open.url", "oa.open.phone", "oa.open.sms"}
Call = Callable[[State, Mapping[str, Any]], Any]


def send(state: State, body: Mapping[str, Any]) -> dict[str, Any]:
    """POST /v3.0/oa/message/cs."""
    citizen = state.citizen(str(_part(body, "recipient").get("user_id", "")))
    message = _read(state, _part(body, "message"), citizen)
    quota = _charge(state, citizen)
    state.messages.append(message)
    state.bell.ring()
    return {
        "message_id": message.id,
        "user_id": citizen.id,
        "sent_time": str(int(state.clock() * 1_000)),
        "quota": quota,
    }


def quota(state: State, body: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """POST /v3.0/oa/quota/message: of one citizen, or of the account or app (`quota_owner`)."""
    if body.get("quota_owner") in {"OA", "App"}:
        return further_calls.quotas(state, body)
    citizen = state.citizen(str(body.get("user_id", "")))
    last = str(int((citizen.last or 0) * 1_000))
    return {"last_interaction": last, "cs_reply": {"remain": 8, "total": 8}}


def about(state: State, _body: Mapping[str, Any]) -> dict[str, Any]:
    """GET /v2.0/oa/getoa."""
    return {
        "oaid": OA_ID,
        "name": "Một cửa An Hòa",
        "is_verified": state.is_verified,
        "oa_type": 4,
        "package_name": "Nâng cao",
        "package_valid_through_date": "31/12/2027",
        "linked_ZCA": "",
    }


CALLS: dict[tuple[str, str], Call] = {
    ("POST", "/v3.0/oa/message/cs"): send,
    ("POST", "/v3.0/oa/quota/message"): quota,
    ("GET", "/v2.0/oa/getoa"): about,
    **further_calls.CALLS,
}


def _charge(state: State, citizen: Citizen) -> dict[str, Any]:
    """Whether the window is open, and what the message costs. Raises ApiError."""
    if citizen.banned:
        raise ApiError(-227, "User is banned or has been inactive for more than 45 days")
    if citizen.blocked:
        raise ApiError(-244, "User has restricted this message type from your OA")
    age = None if citizen.last is None else state.clock() - citizen.last
    if age is None or age > LONGEST:
        raise ApiError(-230, "User has not interacted with the OA in the past 7 days")
    if age <= FREE:
        return {"quota_type": "reply"}
    if not state.paid_messages:
        raise ApiError(-211, "Out of quota")
    state.paid_messages -= 1
    return {"quota_type": "purchase_quota", "remain": state.paid_messages}


def _read(state: State, message: Mapping[str, Any], citizen: Citizen) -> Message:
    text = message.get("text", "")
    attachment = _part(message, "attachment")
    payload = _part(attachment, "payload")
    if attachment.get("type") == "file" or payload.get("template_type") == "media":
        return _media(state, payload, text, citizen)
    if attachment and attachment.get("type") != "template":
        raise ApiError(-201, "attachment is invalid!")
    if payload.get("template_type") == "request_user_info":
        return _phone_form(state, payload, citizen)
    text = text or payload.get("text", "")
    _check_text(text)
    buttons = _buttons(state, payload)
    return Message(
        id=state.new_id(),
        citizen=citizen.id,
        text=text,
        at=state.clock(),
        from_oa=True,
        buttons=buttons,
    )


def _media(state: State, payload: Mapping[str, Any], text: Any, citizen: Citizen) -> Message:  # noqa: ANN401
    """A picture or a file that was uploaded, or a picture with an address of its own."""
    first: Mapping[str, Any] = next(iter(payload.get("elements") or [payload]), {})
    known = first.get("attachment_id") or first.get("token")
    if not first.get("url") and known not in state.uploads:
        raise ApiError(-201, "attachment_id is invalid!")
    if text:
        _check_text(text)
    return Message(
        id=state.new_id(), citizen=citizen.id, text=str(text), at=state.clock(), from_oa=True
    )


def _check_text(text: object) -> None:
    """2,000 characters, counted as they come: decomposed Vietnamese is longer."""
    if not isinstance(text, str) or not text.strip():
        raise ApiError(-201, "text is invalid!")
    if len(text) > MAX_TEXT:
        raise ApiError(-210, "Parameter exceeds allowable limit")
    if unicodedata.normalize("NFC", text) != text:
        raise ApiError(-201, "text is not NFC (the fake is stricter than Zalo)")


def _phone_form(state: State, payload: Mapping[str, Any], citizen: Citizen) -> Message:
    elements = payload.get("elements")
    if not state.forms_allowed or not isinstance(elements, list) or len(elements) != 1:
        raise ApiError(-201, "elements is invalid!")
    title, subtitle = elements[0].get("title", ""), elements[0].get("subtitle", "")
    if not title or len(title) > MAX_TITLE or not subtitle or len(subtitle) > 500:
        raise ApiError(-201, "title is invalid!")
    return Message(
        id=state.new_id(),
        citizen=citizen.id,
        text=f"{title}\n{subtitle}",
        at=state.clock(),
        from_oa=True,
        asks_phone=True,
    )


def _buttons(state: State, payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    buttons = payload.get("buttons", [])
    if buttons and not state.buttons_allowed:
        raise ApiError(-201, "attachment is invalid!")
    if len(buttons) > MAX_BUTTONS:
        raise ApiError(-201, "buttons is invalid!")
    for button in buttons:
        kind, of = button.get("type"), button.get("payload")
        is_query = kind in {"oa.query.hide", "oa.query.show"}
        if kind not in BUTTONS or (is_query and not (isinstance(of, str) and of)):
            raise ApiError(-201, "button is invalid!")
        if len(button.get("title", "")) > MAX_TITLE or len(str(of)) > MAX_PAYLOAD:
            raise ApiError(-210, "Parameter exceeds allowable limit")
    return [dict(button) for button in buttons]


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}
