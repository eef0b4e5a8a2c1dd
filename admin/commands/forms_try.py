"""`motcua forms try`: plays a questionnaire in the terminal, exactly as a chat would."""

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from admin.kit.output import Format, show_json
from admin.kit.runtime import FILE, Runtime, format_option, leaf
from admin.playing.recording import written
from bot.render import render
from bot.texts import load_texts
from surveys.form import Form, load_form, shipped_forms, version_for
from surveys.interview import (
    Event,
    Phase,
    Start,
    State,
    Stop,
    Text,
    effect_to_json,
    event_to_json,
    new_state,
    step,
)
from surveys.texts import LANGUAGES
from surveys.typed_words import shared_words

LASTS = timedelta(days=14)


@leaf("try")
@click.argument("form")
@click.option("--record", type=FILE)
@click.option("--lang", "language", type=click.Choice(LANGUAGES))
@click.option("--day", type=click.DateTime(["%d/%m/%Y", "%Y-%m-%d"]))
@click.option("--seed")
@format_option
def command(
    runtime: Runtime,
    form: str,
    record: Path | None,
    language: str | None,
    day: datetime | None,
    seed: str | None,
    shown_as: Format,
) -> None:
    """Play a form that comes with the product, or one in a file; nothing is stored."""
    game = Game(
        runtime=runtime,
        form=_form(runtime, form, day.date() if day else None),
        language=language or runtime.texts.language,
        seed=seed,
        shown_as=shown_as,
    )
    game.play()
    if record is not None:
        record.write_text(game.recorded(), "utf-8")
        runtime.say("forms.recorded", file=str(record))
    if shown_as is Format.JSON:
        show_json(game.result())


def _form(runtime: Runtime, name: str, day: date | None) -> Form:
    """The version for a dossier of that day; without one the first, on which scripts depend."""
    if name.endswith((".yaml", ".yml")):
        return load_form(Path(name))
    today = version_for(shipped_forms(), name, runtime.today)
    form = version_for(shipped_forms(), name, day or date.min)
    if form.version != today.version:
        runtime.say("forms.other_today", played=form.version, today=today.version)
    return form


@dataclass(slots=True, kw_only=True)
class Game:
    """One form being played: its state and what happened so far."""

    runtime: Runtime
    form: Form
    language: str
    seed: str | None
    shown_as: Format
    state: State = field(init=False)
    steps: list[dict[str, Any]] = field(default_factory=list)

    def play(self) -> None:
        """Play from the consent line to the end of the input, which means stop."""
        self.state = new_state(self.form, self.language, self.runtime.now, LASTS, self.seed)
        self._print(self.runtime.text("forms.consent_assumed"))
        self._happen(Start())
        for line in _lines():
            if not self._agrees(line):
                self._happen(Text(line))
            if self._over() and sys.stdin.isatty():
                return
        if not self._over():
            self._happen(Stop())

    def recorded(self) -> str:
        """The conversation as a test: every event with every effect it had."""
        head = {
            "about": self.runtime.text("forms.about", form=self.form.id),
            "form": self.form.id,
            "version": self.form.version,
            "language": self.language,
        }
        return written(head, self.steps, self.result())

    def result(self) -> dict[str, Any]:
        """Whether the form was finished, and the answers."""
        given = ((question.id, self.state.answers.get(question.id)) for question in self.form.order)
        answers = {name: one.option or one.text for name, one in given if one}
        return {
            "finished": self.state.phase is Phase.FINISHED,
            "answers": {name: answer for name, answer in answers.items() if answer},
        }

    def _happen(self, event: Event) -> None:
        self.state, effects = step(self.form, self.state, event, self.runtime.now)
        happened = {"send": event_to_json(event), "effects": [*map(effect_to_json, effects)]}
        self.steps.append(happened)
        message = render(effects, load_texts()[self.state.language], 0)
        if message is not None:
            self._print(message.text)

    def _agrees(self, line: str) -> bool:
        """Whether the line gives consent, which is assumed here, so it changes nothing."""
        begun = bool(self.state.answers)
        return not begun and shared_words().means(line, "agree", self.language)

    def _over(self) -> bool:
        return self.state.phase in {Phase.FINISHED, Phase.EXPIRED}

    def _print(self, text: str) -> None:
        click.echo(f"{text}\n", err=self.shown_as is Format.JSON)


def _lines() -> Iterator[str]:
    """What the citizen types, line by line; empty lines say nothing."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    while True:
        if sys.stdin.isatty():
            click.echo("> ", nl=False, err=True)
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            yield line.rstrip("\r\n")
