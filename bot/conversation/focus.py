"""The focus of a chat: what its next message may answer. Stored with the contact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

REMEMBERED = 3
"""Free texts whose messages can still be edited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A yes-or-no question of the bot that is still open, and the row it is about (see
    buttons.Verb).
    """

    verb: str
    subject: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A free text stored as (part of) an answer, and the message it came in."""

    message_ref: str
    interview: int
    question: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """Numbers of rows; `group_told_at` is a moment (whole seconds since 1970)."""

    interview: int | None = None
    asked: Asked | None = None
    before: Asked | None = None
    """The question that waits while `asked` is open, and is asked again afterwards."""
    declined: int | None = None
    """The last refused invitation: a later yes opens it again."""
    unfiled: str = ""
    """Text written after the end that may be added to the opinion, encrypted."""
    code: str = ""
    """The code for which the second proof is asked; empty: by a link."""
    goal: str = ""
    """What goes on after the second proof."""
    petition: int | None = None
    field: str | None = None
    """The field of that petition that is being corrected."""
    said: tuple[Said, ...] = ()
    group_told_at: int = 0
    choices: tuple[str, ...] = ()
    """On channels without buttons: what typing 1, 2, … means, as the data of the bot's buttons."""

    def remember(self, said: Said) -> "Focus":
        """Add one more text that can be edited."""
        others = tuple(one for one in self.said if one.message_ref != said.message_ref)
        return replace(self, said=(*others, said)[-REMEMBERED:])

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; what is empty is left out."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        for name in ("asked", "before"):
            asked: Asked | None = plain[name]
            plain[name] = [asked.verb, asked.subject] if asked else None
        plain["said"] = [[getattr(one, name) for name in Said.__slots__] for one in self.said]
        plain["choices"] = list(self.choices)
        return {name: value for name, value in plain.items() if value}


def focus_from(plain: Mapping[str, Any]) -> Focus:
    """Read the focus that `to_json` wrote."""
    said = plain.get("said", [])
    return Focus(
        interview=plain.get("interview"),
        asked=_asked(plain.get("asked")),
        before=_asked(plain.get("before")),
        declined=plain.get("declined"),
        unfiled=plain.get("unfiled", ""),
        code=plain.get("code", ""),
        goal=plain.get("goal", ""),
        petition=plain.get("petition"),
        field=plain.get("field"),
        said=tuple(Said(**dict(zip(Said.__slots__, one, strict=True))) for one in said),
        group_told_at=plain.get("group_told_at", 0),
        choices=tuple(plain.get("choices", ())),
    )


def _asked(plain: Sequence[Any] | None) -> Asked | None:
    return Asked(verb=plain[0], subject=plain[1]) if plain else None
