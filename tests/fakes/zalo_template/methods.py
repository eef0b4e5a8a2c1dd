"""The calls, as strict as Zalo's documents; every refusal is an error inside HTTP 200."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.zalo_template.state import TEMPLATE, VIETNAM, Phone, State

MAX_TRACKING = 48
MAX_PAGE = 10_000


class Refused(Exception):
    """`{"error": code, "message": …}` at HTTP 200."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


Call = Callable[[State, Mapping[str, Any]], Any]


def to_phone(state: State, given: Mapping[str, Any]) -> dict[str, Any]:
    """POST /message/template."""
    number = str(given.get("phone", ""))
    if not number.startswith("84") or not number.isdecimal() or len(number) != 11:
        raise Refused(-108, "Phone number is invalid")
    return _send(state, given, state.phones.get(number), _tracking(given))


def to_hash(state: State, given: Mapping[str, Any]) -> dict[str, Any]:
    """POST /message/template/hashphone."""
    if "phone" in given:
        raise Refused(-132, "Param is invalid")
    wanted = str(given.get("hash_phone", ""))
    found = next((one for one in state.phones.values() if one.hash == wanted), None)
    return _send(state, given, found, _tracking(given))


def to_user(state: State, given: Mapping[str, Any]) -> dict[str, Any]:
    """POST /v3.0/oa/message/template: by Zalo id, without a tracking id."""
    if not state.takes_ids:
        raise Refused(-249, "Template cannot be sent to user id")
    if "tracking_id" in given:
        raise Refused(-201, "tracking_id is not supported")
    phone = state.users.get(str(given.get("user_id", "")))
    if phone is None:
        raise Refused(-213, "User has not followed OA")
    answer = _send(state, given, phone, "")
    return {"message_id": answer["msg_id"], "sent_time": answer["sent_time"]}


def _send(
    state: State, given: Mapping[str, Any], phone: Phone | None, tracking_id: str
) -> dict[str, Any]:
    _check_template(state, given)
    _check_data(state, given.get("template_data"))
    if state.clock().astimezone(VIETNAM).hour in state.night:
        raise Refused(-133, "This type of template cannot be sent at night")
    if state.remaining <= 0:
        raise Refused(-144, "OA has exceeded the limit of the daily quota")
    if phone is None or not phone.has_zalo:
        raise Refused(-118, "Zalo account does not exist")
    if phone.refuses:
        raise Refused(-139, "User refused to receive this type of message")
    if given.get("mode") == "development" and not phone.is_admin:
        raise Refused(-127, "Test template can only be sent to admin")
    message = state.deliver(phone, tracking_id, dict(given["template_data"]))
    sent = str(int(message.at.timestamp() * 1_000))
    return {
        "msg_id": message.id,
        "sent_time": sent,
        "sending_mode": "1",
        "quota": state.quota(),
    }


def _check_template(state: State, given: Mapping[str, Any]) -> None:
    if str(given.get("template_id")) != TEMPLATE:
        raise Refused(-109, "Template ID is invalid")
    if state.status == "DISABLE":
        raise Refused(-146, "Template is disabled due to low quality")
    if state.status != "ENABLE":
        raise Refused(-131, "Template is not approved")


def _check_data(state: State, data: object) -> None:
    if not isinstance(data, Mapping) or not data:
        raise Refused(-111, "Template data is empty")
    for name, longest in state.params.items():
        text = data.get(name)
        if not isinstance(text, str) or not text:
            raise Refused(-1122, f"Template data missing parameter {name}")
        if len(text) > longest or unicodedata.normalize("NFC", text) != text:
            raise Refused(-1121, f"Parameter {name} exceeds its length")
    if set(data) - set(state.params):
        raise Refused(-112, "Template data contains an undefined parameter")


def _tracking(given: Mapping[str, Any]) -> str:
    tracking_id = given.get("tracking_id")
    if not isinstance(tracking_id, str) or not 1 <= len(tracking_id) <= MAX_TRACKING:
        raise Refused(-132, "tracking_id is invalid")
    return tracking_id


def status(state: State, given: Mapping[str, Any]) -> dict[str, Any]:
    """GET /message/status."""
    wanted = given.get("message_id")
    known = any(one.id == wanted for phone in state.phones.values() for one in phone.received)
    return {"message": "", "status": 1 if known else -1}


def quota(state: State, _given: Mapping[str, Any]) -> dict[str, Any]:
    """GET /message/quota."""
    return state.quota()


def quality(state: State, _given: Mapping[str, Any]) -> dict[str, Any]:
    """GET /quality."""
    return {"oaCurrentQuality": state.quality, "oa7dayQuality": state.quality}


def info(state: State, given: Mapping[str, Any]) -> dict[str, Any]:
    """GET /template/info/v2."""
    if str(given.get("template_id")) != TEMPLATE:
        raise Refused(-109, "Template ID is invalid")
    params = [
        {"name": name, "require": True, "type": "STRING", "maxLength": longest, "minLength": 1}
        for name, longest in state.params.items()
    ]
    names = {"templateId": TEMPLATE, "templateName": "Đánh giá dịch vụ", "templateTag": "2"}
    return names | {"status": state.status, "listParams": params, "listButtons": []}


def listed(state: State, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """GET /template/all."""
    if not (str(given.get("offset")).isdecimal() and str(given.get("limit")).isdecimal()):
        raise Refused(-132, "Param is invalid")
    return [{"templateId": TEMPLATE, "templateName": "Đánh giá dịch vụ", "status": state.status}]


def ratings_posted(state: State, given: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """POST /rating/get, as the document says."""
    if state.rating_method == "GET":
        raise Refused(-106, "Method is unsupported")
    return ratings(state, given)


def ratings_got(state: State, given: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """GET /rating/get, as most programs ask."""
    if state.rating_method == "POST":
        raise Refused(-106, "Method is unsupported")
    return ratings(state, given)


def ratings(state: State, given: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """One page of those given in the time."""
    numbers = [given.get(name) for name in ("from_time", "to_time", "offset", "limit")]
    if not all(str(one).isdecimal() for one in numbers):
        raise Refused(-132, "Param is invalid")
    begin, end, offset, limit = (int(str(one)) for one in numbers)
    if str(given.get("template_id")) != TEMPLATE or not 0 < limit <= MAX_PAGE:
        raise Refused(-132, "Param is invalid")
    found = [one.row() for one in state.ratings if begin <= int(one.at.timestamp() * 1_000) <= end]
    page = found[offset : offset + limit]
    return page if state.lists_ratings else {"total": len(found), "data": page}


BUSINESS: Mapping[tuple[str, str], Call] = {
    ("POST", "/message/template"): to_phone,
    ("POST", "/message/template/hashphone"): to_hash,
    ("POST", "/v3.0/oa/message/template"): to_user,
    ("GET", "/message/status"): status,
    ("GET", "/message/quota"): quota,
    ("GET", "/quality"): quality,
    ("GET", "/template/info/v2"): info,
    ("GET", "/template/all"): listed,
    ("POST", "/rating/get"): ratings_posted,
    ("GET", "/rating/get"): ratings_got,
}
"""By method and path."""
