"""Events and effects as JSON values, so that a conversation can be recorded and replayed."""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from surveys.interview.effects import Effect, Screen, ScreenKind, Show
from surveys.interview.events import (
    Back,
    ChangeLanguage,
    Event,
    Reopen,
    Resume,
    Skip,
    Start,
    Stop,
    Tap,
    Text,
)

Plain = Mapping[str, Any]
_EVENTS: tuple[type[Event], ...] = (
    Start,
    Tap,
    Text,
    Back,
    Skip,
    Stop,
    Resume,
    Reopen,
    ChangeLanguage,
)


def event_to_json(event: Event) -> dict[str, Any]:
    """`{"event": "tap", "question": …}`; `event_from_json` gives the event back."""
    return {"event": _name(event)} | _fields(event)


def event_from_json(plain: Plain) -> Event:
    """The event written by `event_to_json`; raises KeyError or TypeError on anything else."""
    by_name = {_snake(kind): kind for kind in _EVENTS}
    rest = {name: value for name, value in plain.items() if name != "event"}
    return by_name[plain["event"]](**rest)


def effect_to_json(effect: Effect) -> dict[str, Any]:
    """`{"effect": "record", "question": …}`; None, false and empty values are left out.

    The texts of a question's screen are left out too, and what is left: the form's version has
    them.
    """
    name = {"effect": _name(effect)}
    if isinstance(effect, Show):
        return name | _screen(effect.screen)
    return name | {
        field: value
        for field, value in _fields(effect).items()
        if value not in (None, {}) and value is not False
    }


def _screen(screen: Screen) -> dict[str, Any]:
    plain = {name: value for name, value in _fields(screen).items() if value is not None}
    plain["kind"] = screen.kind.value
    del plain["comment_left"]
    if not screen.added:
        del plain["added"]
    plain["options"] = [choice.id for choice in screen.options]
    if screen.kind is ScreenKind.QUESTION:
        del plain["text"]
    return plain


def _fields(one: Event | Effect | Screen) -> dict[str, Any]:
    values = {field.name: getattr(one, field.name) for field in fields(one)}
    return {n: dict(v) if isinstance(v, Mapping) else v for n, v in values.items()}


def _name(one: Event | Effect) -> str:
    return _snake(type(one))


def _snake(kind: type) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()
