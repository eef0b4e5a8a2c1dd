"""A citizen for tests: sends events to the engine and remembers what came back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from surveys.form import Form, current, shipped_forms
from surveys.interview import (
    Effect,
    Event,
    Record,
    Say,
    Screen,
    Show,
    State,
    Tap,
    Text,
    new_state,
    screen,
    step,
)

NOW = datetime(2021, 6, 1, 8, 0, tzinfo=UTC)
LASTS = timedelta(days=14)


def shipped(form_id: str) -> Form:
    """The shipped form in force when the tests take place."""
    return current(shipped_forms(), form_id, NOW.date())


@dataclass(slots=True, kw_only=True)
class Citizen:
    """One interview, played event by event."""

    form: Form
    language: str = "vi"
    now: datetime = NOW
    seed: str | None = None
    state: State = field(init=False)
    effects: tuple[Effect, ...] = ()
    happened: list[Effect] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = new_state(self.form, self.language, self.now, LASTS, self.seed)

    def send(self, *events: Event) -> tuple[Effect, ...]:
        """The effects of the last of these events."""
        for event in events:
            self.state, self.effects = step(self.form, self.state, event, self.now)
            self.happened += self.effects
        return self.effects

    def type(self, *texts: str) -> tuple[Effect, ...]:
        """Send texts."""
        return self.send(*map(Text, texts))

    def tap(self, *options: str) -> tuple[Effect, ...]:
        """Tap options, each on the screen that is there then."""
        for option in options:
            shown = self.screen
            self.send(Tap(shown.question or "offer", option, shown.revision))
        return self.effects

    @property
    def screen(self) -> Screen:
        """The screen the citizen sees; before the first event, the one to come."""
        shown = [effect.screen for effect in self.happened if isinstance(effect, Show)]
        return shown[-1] if shown else screen(self.form, self.state)

    @property
    def answers(self) -> dict[str, str]:
        """Question → option or text, of what is answered now."""
        given = {name: one.option or one.text for name, one in self.state.answers.items()}
        return {name: answer for name, answer in given.items() if answer}

    @property
    def said(self) -> list[str]:
        """The keys of the sentences that came with the last effects."""
        return [effect.key for effect in self.effects if isinstance(effect, Say)]


def stored(effects: Iterable[Effect]) -> dict[str, str]:
    """What a store holds after these effects: the last record of every question that has one."""
    records = sorted((e for e in effects if isinstance(e, Record)), key=lambda r: r.revision)
    last = {record.question: record.option or record.text for record in records}
    return {question: answer for question, answer in last.items() if answer}
