"""What other clients of the API ask for: profiles, chats, tags, uploads; and what Zalo shut down.

GET calls carry their parameters as JSON in the query's `data`, as Zalo's own SDK sends them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from tests.fakes.zalo_oa.state import OA_ID, ApiError, Citizen, Message, State

MOST = 50
"""People or messages that one answer lists."""
SHUT_DOWN = -240
Call = Callable[[State, Mapping[str, Any]], Any]
One = TypeVar("One")


def profile(state: State, body: Mapping[str, Any]) -> dict[str, Any]:
    """GET /v3.0/oa/user/detail and /v2.0/oa/getprofile."""
    citizen = state.citizen(str(body.get("user_id", "")))
    return {
        "user_id": citizen.id,
        "user_id_by_app": f"9{citizen.id}",
        "display_name": citizen.name,
        "user_is_follower": citizen.follows,
        "is_sensitive": False,
        "tags_and_notes_info": {"notes": [], "tag_names": _tags_of(state, citizen)},
    }


def followers(state: State, body: Mapping[str, Any]) -> dict[str, Any]:
    """GET /v3.0/oa/user/getlist and /v2.0/oa/getfollowers."""
    found = [one.id for one in state.people.values() if one.follows]
    listed = [{"user_id": number} for number in _page(found, body)]
    return {"total": len(found), "count": len(listed), "offset": body.get("offset", 0)} | {
        "users": listed,
        "followers": listed,
    }


def quotas(state: State, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The paid messages that are left, by product and kind."""
    left = {
        "asset_id": "8c273149281ac144980b",
        "product_type": "cs",
        "quota_type": "sub_quota",
        "valid_through": "30/04/2028",
        "total": 2_000,
        "remain": state.paid_messages,
    }
    wanted = {name: body[name] for name in ("product_type", "quota_type") if name in body}
    return [left] if all(left[name] == value for name, value in wanted.items()) else []


def old_quota(_state: State, _body: Mapping[str, Any]) -> dict[str, Any]:
    """POST /v2.0/oa/quota/message, with no body at all or with a message's id."""
    return {"quota": {"type": "reply", "remain": 8, "total": 8}}


def recent(state: State, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """GET /v2.0/oa/listrecentchat: the newest message of each chat."""
    newest = {one.citizen: one for one in state.messages}
    return [_told(state, one) for one in _page(list(reversed(newest.values())), body)]


def conversation(state: State, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """GET /v2.0/oa/conversation: the messages of one chat, newest first."""
    citizen = state.citizen(str(body.get("user_id", "")))
    said = [one for one in reversed(state.messages) if one.citizen == citizen.id]
    return [_told(state, one) for one in _page(said, body)]


def tags(state: State, _body: Mapping[str, Any]) -> list[str]:
    """GET /v2.0/oa/tag/gettagsofoa."""
    return sorted(state.tags)


def tag(state: State, body: Mapping[str, Any]) -> dict[str, Any]:
    """POST /v2.0/oa/tag/tagfollower: the tag is made when it is new."""
    citizen = state.citizen(str(body.get("user_id", "")))
    state.tags.setdefault(_tag_name(body), set()).add(citizen.id)
    return {}


def untag(state: State, body: Mapping[str, Any]) -> dict[str, Any]:
    """POST /v2.0/oa/tag/rmfollowerfromtag."""
    citizen = state.citizen(str(body.get("user_id", "")))
    state.tags.get(_tag_name(body), set()).discard(citizen.id)
    return {}


def drop_tag(state: State, body: Mapping[str, Any]) -> dict[str, Any]:
    """POST /v2.0/oa/tag/rmtag."""
    if state.tags.pop(_tag_name(body), None) is None:
        raise ApiError(-201, "tag_name is invalid!")
    return {}


def old_message(state: State, body: Mapping[str, Any]) -> dict[str, Any]:
    """POST /v2.0/oa/message: a reaction is all that is left of it."""
    action = body.get("sender_action")
    if not isinstance(action, Mapping):
        raise ApiError(SHUT_DOWN, "MessageV2 API has been shut down")
    if not any(one.id == action.get("react_message_id") for one in state.messages):
        raise ApiError(-201, "react_message_id is invalid!")
    return {"message_id": str(action["react_message_id"])}


def shut_down(_state: State, _body: Mapping[str, Any]) -> dict[str, Any]:
    """POST /v3.0/oa/message/transaction and /promotion, since 2026-03-01."""
    raise ApiError(SHUT_DOWN, "This API has been shut down")


def upload(state: State, body: Mapping[str, Any]) -> dict[str, Any]:
    """POST /v2.0/oa/upload/image, /gif and /file: `file` is what the form carried."""
    if not body.get("file"):
        raise ApiError(-201, "file is invalid!")
    number = state.new_id()
    state.uploads.add(number)
    return {"attachment_id": number, "token": number}


CALLS: dict[tuple[str, str], Call] = {
    ("GET", "/v3.0/oa/user/detail"): profile,
    ("GET", "/v2.0/oa/getprofile"): profile,
    ("GET", "/v3.0/oa/user/getlist"): followers,
    ("GET", "/v2.0/oa/getfollowers"): followers,
    ("GET", "/v2.0/oa/listrecentchat"): recent,
    ("GET", "/v2.0/oa/conversation"): conversation,
    ("GET", "/v2.0/oa/tag/gettagsofoa"): tags,
    ("POST", "/v2.0/oa/tag/tagfollower"): tag,
    ("POST", "/v2.0/oa/tag/rmfollowerfromtag"): untag,
    ("POST", "/v2.0/oa/tag/rmtag"): drop_tag,
    ("POST", "/v2.0/oa/message"): old_message,
    ("POST", "/v2.0/oa/quota/message"): old_quota,
    ("POST", "/v3.0/oa/message/transaction"): shut_down,
    ("POST", "/v3.0/oa/message/promotion"): shut_down,
    **{("POST", f"/v2.0/oa/upload/{kind}"): upload for kind in ("image", "gif", "file")},
}


def _page(found: Sequence[One], body: Mapping[str, Any]) -> Sequence[One]:
    try:
        first, count = int(body.get("offset", 0)), int(body.get("count", 10))
    except (TypeError, ValueError):
        raise ApiError(-201, "offset or count is invalid!") from None
    if first < 0 or not 0 < count <= MOST:
        raise ApiError(-210, "Parameter exceeds allowable limit")
    return found[first : first + count]


def _told(state: State, one: Message) -> dict[str, Any]:
    citizen, account = state.people[one.citizen], {"id": OA_ID, "name": "Một cửa An Hòa"}
    person = {"id": citizen.id, "name": citizen.name}
    sender, receiver = (account, person) if one.from_oa else (person, account)
    return {
        "src": 0 if one.from_oa else 1,
        "time": int(one.at * 1_000),
        "type": "text",
        "message": one.text,
        "message_id": one.id,
        "from_id": sender["id"],
        "from_display_name": sender["name"],
        "to_id": receiver["id"],
        "to_display_name": receiver["name"],
    }


def _tag_name(body: Mapping[str, Any]) -> str:
    name = body.get("tag_name")
    if not isinstance(name, str) or not name.strip():
        raise ApiError(-201, "tag_name is invalid!")
    return name


def _tags_of(state: State, citizen: Citizen) -> list[str]:
    return sorted(name for name, people in state.tags.items() if citizen.id in people)
