"""What the Bot API thinks of a text: its length in UTF-16 code units, its entities."""

import html
import re
from typing import Any

from tests.fakes.telegram.refusals import bad

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_ENTITIES = 100
HTML_TAGS = {
    "a": "text_link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
}
ENTITY_TYPES = {*HTML_TAGS.values(), "mention", "url", "email", "phone_number", "bot_command"}
MARKDOWN_PAIRS = {"*": "bold", "_": "italic", "~": "strikethrough", "`": "code"}
MARKDOWN_RESERVED = "_*[]()~`>#+-=|{}.!"

TAG = re.compile(r"<([a-z0-9-]+)((?:\s+[\w-]+(?:\s*=\s*\"[^\"]*\")?)*)\s*>", re.IGNORECASE)

Entity = dict[str, Any]


def utf16_length(text: str) -> int:
    """Length as Telegram counts it: an emoji outside the basic plane is two."""
    return len(text.encode("utf-16-le")) // 2


def read_text(
    text: str, parse_mode: str, entities: list[Entity] | None, *, limit: int
) -> tuple[str, list[Entity]]:
    """The plain text and its entities; raises ApiError for everything the real one refuses."""
    plain, found = _parse(text, parse_mode)
    if not parse_mode and entities:
        found = [_checked(entity, utf16_length(text)) for entity in entities]
    plain = plain.strip() if not found else plain.rstrip()
    if utf16_length(plain) > limit:
        raise bad("message is too long" if limit == MAX_TEXT else "message caption is too long")
    if len(found) > MAX_ENTITIES:
        raise bad("can't parse entities: too many entities")
    return plain, found


def _parse(text: str, parse_mode: str) -> tuple[str, list[Entity]]:
    mode = parse_mode.lower()
    if not mode:
        return text, []
    if mode == "html":
        return _html(text)
    if mode in {"markdown", "markdownv2"}:
        return _markdown(text, strict=mode == "markdownv2")
    raise bad("unsupported parse_mode")


def _checked(entity: Entity, length: int) -> Entity:
    try:
        start, size, kind = int(entity["offset"]), int(entity["length"]), entity["type"]
    except (KeyError, TypeError, ValueError):
        raise bad("can't parse entities: can't parse MessageEntity") from None
    if kind not in ENTITY_TYPES:
        raise bad("can't parse entities: unsupported type specified")
    if start < 0 or size <= 0 or start + size > length:
        raise bad("can't parse entities: entity is out of the text")
    return entity


def _html(text: str) -> tuple[str, list[Entity]]:
    plain = ""
    entities: list[Entity] = []
    opened: list[tuple[str, int, str]] = []
    for piece in re.split(r"(<[^>]*>?)", text):
        if not piece.startswith("<"):
            plain += html.unescape(piece)
        elif piece.startswith("</"):
            entities.append(_closed(piece, opened, plain, text))
        else:
            opened.append(_opened(piece, plain, text))
    if opened:
        raise bad(f"can't parse entities: can't find end tag corresponding to {opened[-1][0]}")
    return plain, [entity for entity in entities if entity["length"]]


def _opened(piece: str, plain: str, text: str) -> tuple[str, int, str]:
    match = TAG.fullmatch(piece)
    name = match[1].lower() if match else piece[1:].strip(">").split(" ")[0]
    if match is None or name not in HTML_TAGS:
        at = len(text[: text.index(piece)].encode())
        raise bad(f'can\'t parse entities: unsupported start tag "{name}" at byte offset {at}')
    return name, utf16_length(plain), match[2]


def _closed(piece: str, opened: list[tuple[str, int, str]], plain: str, text: str) -> Entity:
    name = piece[2:].rstrip("> ").lower()
    expected, start, attributes = opened.pop() if opened else ("", 0, "")
    if name != expected:
        at = len(text[: text.index(piece)].encode())
        raise bad(
            f"can't parse entities: unmatched end tag at byte offset {at}, "
            f'expected "</{expected}>", found "</{name}>"'
        )
    entity: Entity = {
        "type": HTML_TAGS[name],
        "offset": start,
        "length": utf16_length(plain) - start,
    }
    if address := re.search(r"href\s*=\s*\"([^\"]*)\"", attributes):
        entity["url"] = html.unescape(address[1])
    return entity


def _markdown(text: str, *, strict: bool) -> tuple[str, list[Entity]]:
    plain = ""
    entities: list[Entity] = []
    opened: dict[str, int] = {}
    position = 0
    while position < len(text):
        char = text[position]
        if char == "\\" and position + 1 < len(text):
            position += 1
            plain += text[position]
        elif char in MARKDOWN_PAIRS and (strict or char != "~"):
            _toggle(char, opened, entities, utf16_length(plain))
        elif strict and char in MARKDOWN_RESERVED:
            raise bad(
                f"can't parse entities: character '{char}' is reserved and must be escaped "
                "with the preceding '\\'"
            )
        else:
            plain += char
        position += 1
    if opened:
        raise bad("can't parse entities: can't find end of the entity")
    return plain, entities


def _toggle(char: str, opened: dict[str, int], entities: list[Entity], at: int) -> None:
    if char not in opened:
        opened[char] = at
        return
    start = opened.pop(char)
    entities.append({"type": MARKDOWN_PAIRS[char], "offset": start, "length": at - start})
