"""Recorded conversations come out again with every effect they had.

A recording (`motcua forms try … --record FILE`) lists what was sent and what came of it. By hand
one may add steps without `send`: `wait: {days: 5}`, `restart: true` (the state goes through the
database's JSON), `publish: FILE` (a newer version of the form appears) and `begin: true` (another
citizen begins, with the newest version). `repeated: N` sends a text N times over, in one message.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from surveys.form import Form, load_form, shipped_forms
from surveys.interview import (
    Phase,
    State,
    effect_to_json,
    event_from_json,
    new_state,
    step,
)
from tests.conversations import FOLDER, FORMS
from tests.interviews import LASTS, NOW

RECORDINGS = sorted(FOLDER.glob("*.yaml"))
SHOWN_OF_A_LONG_TEXT = 20
"""Characters."""


class Replay:
    """One recording being played again."""

    def __init__(self, recording: dict[str, Any]) -> None:
        self.form_id, self.language = recording["form"], recording["language"]
        self.forms = {form.version: form for form in _known_forms() if form.id == self.form_id}
        self.begun_with = recording["version"]
        self.now = NOW
        self.begin(self.begun_with)

    def begin(self, version: str) -> None:
        """A new interview with this version."""
        self.state = new_state(self.forms[version], self.language, self.now, LASTS)

    def take(self, one: dict[str, Any]) -> None:
        """One step of the recording."""
        match one:
            case {"send": sent, "effects": expected}:
                assert list(self._send(sent)) == [_shortened(effect) for effect in expected]
            case {"wait": duration}:
                self.now += timedelta(**duration)
            case {"restart": True}:
                self.state = State.from_json(json.loads(json.dumps(self.state.to_json())))
            case {"publish": file}:
                form = load_form(FORMS / file)
                self.forms[form.version] = form
            case {"begin": True}:
                self.begin(max(self.forms))
            case _:
                pytest.fail(f"no such step: {one}")

    def _send(self, sent: dict[str, Any]) -> Iterator[dict[str, Any]]:
        event = dict(sent)
        times = event.pop("repeated", 1)
        if "text" in event:
            event["text"] *= times
        form = self.forms[self.state.version]
        self.state, effects = step(form, self.state, event_from_json(event), self.now)
        return (_shortened(effect_to_json(effect)) for effect in effects)

    def result(self) -> dict[str, Any]:
        """What was answered, and whether to the end."""
        given = {name: one.option or one.text for name, one in self.state.answers.items()}
        answers = {name: answer for name, answer in given.items() if answer}
        return {"finished": self.state.phase is Phase.FINISHED, "answers": _shortened(answers)}


@cache
def _known_forms() -> list[Form]:
    own = [load_form(FORMS / name) for name in ("winding.yaml", "bridge-1.yaml")]
    return [*shipped_forms(), *own]


def _shortened(plain: dict[str, Any]) -> dict[str, Any]:
    """Long texts by their length and beginning, so that a recording can be read."""
    return {
        name: f"{value[:SHOWN_OF_A_LONG_TEXT]}… ({len(value)})"
        if isinstance(value, str) and len(value) > 200
        else value
        for name, value in plain.items()
    }


def read(path: Path) -> dict[str, Any]:
    """A recording as it is in its file."""
    recording: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return recording


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_conversation(path: Path) -> None:
    """Each step has exactly its effects, in order, and the end has exactly its answers."""
    recording = read(path)
    replay = Replay(recording)
    for one in recording["steps"]:
        replay.take(one)
    assert replay.result() == {
        "finished": recording["finished"],
        "answers": _shortened(recording["answers"]),
    }


def test_there_are_enough_conversations_and_each_says_what_it_is_about() -> None:
    """At least 25, none about the same."""
    about = [read(path)["about"] for path in RECORDINGS]
    assert len(about) == len(set(about)) >= 25
