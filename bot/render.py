"""Renders the interview engine's screens and sentences as messages with answers and buttons."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.messages import Button, Outgoing
from surveys.interview import (
    OFFER,
    Back,
    Effect,
    Event,
    Resume,
    Say,
    Screen,
    ScreenKind,
    Show,
    Skip,
    Stop,
    Tap,
    numbers,
)
from surveys.texts import Catalog

_SHORT_LABEL = 12
_DATA_BYTES = 64
_TEXT_HINTS = {"offer": "comment", "offer_reason": "reason", "thanks": "after_end"}
_ANSWER = re.compile(r"a:(\d{1,18}):([A-Za-z0-9_-]+):([A-Za-z0-9_-]+):(\d{1,9})")
_ACTION = re.compile(r"i:(\d{1,18}):([a-z]+):(\d{1,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewPress:
    """What a button of the bot means: the interview, and the event in it."""

    interview_id: int
    event: Event


def render(
    effects: Iterable[Effect], catalog: Catalog, interview_id: int, slot: str = ""
) -> Outgoing | None:
    """Render everything a step says and shows as one message; None if it shows nothing.

    The sentences come first, the screen after them, in the language of the catalog.
    """
    said = [effect for effect in effects if isinstance(effect, Say | Show)]
    screens = [effect.screen for effect in said if isinstance(effect, Show)]
    if not screens:
        return None
    texts = [say(effect, catalog) for effect in said if isinstance(effect, Say)]
    screen = screens[-1]
    return Outgoing(
        text="\n\n".join([*texts, screen_text(screen, catalog)]),
        brief="\n\n".join([*texts, screen_brief(screen, catalog)]),
        buttons=buttons(screen, catalog, interview_id),
        slot=slot,
    )


def say(effect: Say, catalog: Catalog) -> str:
    """The sentence of a Say."""
    return catalog.text(f"interview.say.{effect.key}", **effect.params)


def screen_text(screen: Screen, catalog: Catalog) -> str:
    """A screen as text that is complete without buttons, since not every channel has them."""
    if screen.kind is ScreenKind.QUESTION:
        return _question_text(screen, catalog)
    parts = [_said(screen, catalog)]
    if screen.kind is ScreenKind.OFFER:
        parts.append(_options_text(screen, catalog))
    if screen.takes_text:
        parts.append(catalog.text(f"interview.hint.{_TEXT_HINTS[screen.text]}"))
    return "\n\n".join(parts)


def _said(screen: Screen, catalog: Catalog) -> str:
    """The sentence of a screen without a question; the offer says how many are left."""
    words = catalog.text("interview.screen.comment")
    comment = f" {words}" if screen.comment_left else ""
    return catalog.text(
        f"interview.screen.{screen.text}", left=questions_left(screen), comment=comment
    )


def questions_left(screen: Screen) -> int:
    """The questions an offer still has, the free comment not counted among several."""
    return screen.steps - screen.step - screen.comment_left


def screen_brief(screen: Screen, catalog: Catalog) -> str:
    """A screen as text without what its buttons say."""
    if not screen.options:
        return screen_text(screen, catalog)
    if screen.kind is ScreenKind.QUESTION:
        return _headed(screen, catalog)
    parts = [_said(screen, catalog)]
    if screen.takes_text:
        parts.append(catalog.text(f"interview.hint.{_TEXT_HINTS[screen.text]}"))
    return "\n\n".join(parts)


def _headed(screen: Screen, catalog: Catalog) -> str:
    which = "added" if screen.added else "progress"
    progress = catalog.text(f"interview.{which}", step=screen.step, steps=screen.steps)
    return f"{progress}\n{screen.text}" if screen.steps > 1 else screen.text


def _question_text(screen: Screen, catalog: Catalog) -> str:
    parts = [_headed(screen, catalog)]
    if screen.options:
        parts.append(_options_text(screen, catalog))
    hints = [_answer_hint(screen, catalog)]
    if not screen.can_back:
        hints.append(catalog.text("interview.hint.moves"))
    return "\n\n".join([*parts, "\n".join(hints)])


def _answer_hint(screen: Screen, catalog: Catalog) -> str:
    if screen.takes_text:
        return catalog.text("interview.hint.text")
    shown = numbers([choice.id for choice in screen.options])
    hint = "two_options" if len(shown) == 2 else "options"
    return catalog.text(f"interview.hint.{hint}", first=min(shown), last=max(shown))


def _options_text(screen: Screen, catalog: Catalog) -> str:
    shown = numbers([choice.id for choice in screen.options])
    labels = _labels(screen, catalog)
    lines = zip(shown, labels, strict=True)
    return "\n".join(
        catalog.text("interview.option", number=number, label=label) for number, label in lines
    )


def _labels(screen: Screen, catalog: Catalog) -> list[str]:
    if screen.kind is not ScreenKind.QUESTION:
        return [_action_label(choice.id, screen, catalog) for choice in screen.options]
    return [
        catalog.text("interview.chosen", label=choice.label)
        if choice.id == screen.chosen
        else choice.label
        for choice in screen.options
    ]


def _action_label(name: str, screen: Screen, catalog: Catalog) -> str:
    return catalog.text(f"interview.button.{name}", left=questions_left(screen))


def buttons(screen: Screen, catalog: Catalog, interview_id: int) -> tuple[tuple[Button, ...], ...]:
    """The rows of buttons: one per answer (short ones side by side), then back, skip and stop."""
    answers = [
        Button(label=label, data=_data(screen, choice.id, interview_id))
        for choice, label in zip(screen.options, _labels(screen, catalog), strict=True)
    ]
    brief = len(answers) < 4 and all(len(button.label) <= _SHORT_LABEL for button in answers)
    rows = [tuple(answers)] if brief else [(button,) for button in answers]
    around = tuple(
        Button(
            label=_action_label(name, screen, catalog),
            data=action_data(interview_id, name, screen.revision),
            aside=True,
        )
        for name in _ways_around(screen)
    )
    return tuple(row for row in (*rows, around) if row)


def _ways_around(screen: Screen) -> list[str]:
    asking = screen.kind is ScreenKind.QUESTION
    there = {"back": screen.can_back, "skip": screen.can_skip, "stop": asking}
    return [name for name, shown in there.items() if shown]


def _data(screen: Screen, choice: str, interview_id: int) -> str:
    if screen.kind is not ScreenKind.QUESTION or screen.question is None:
        return action_data(interview_id, choice, screen.revision)
    return answer_data(interview_id, screen.question, choice, screen.revision)


def answer_data(interview_id: int, question: str, option: str, revision: int) -> str:
    """`a:<interview>:<question>:<option>:<revision>`, ASCII, at most 64 bytes."""
    return _checked(f"a:{interview_id}:{question}:{option}:{revision}")


def action_data(interview_id: int, action: str, revision: int) -> str:
    """`i:<interview>:back|skip|stop|more|done|resume:<revision>`."""
    return _checked(f"i:{interview_id}:{action}:{revision}")


def _checked(data: str) -> str:
    if not data.isascii() or len(data) > _DATA_BYTES:
        raise ValueError(f"button data beyond {_DATA_BYTES} bytes of ASCII: {data}")
    return data


def parse_button(data: str) -> InterviewPress | None:
    """Parse button data; None for data that the bot did not make or that was changed."""
    answer = _ANSWER.fullmatch(data)
    if answer:
        interview_id, question, option, revision = answer.groups()
        return InterviewPress(
            interview_id=int(interview_id), event=Tap(question, option, int(revision))
        )
    action = _ACTION.fullmatch(data)
    event = _action(action[2], int(action[3])) if action else None
    return InterviewPress(interview_id=int(action[1]), event=event) if action and event else None


def _action(name: str, revision: int) -> Event | None:
    actions: dict[str, Event] = {
        "back": Back(revision),
        "skip": Skip(revision),
        "stop": Stop(),
        "more": Tap(OFFER, "more", revision),
        "done": Tap(OFFER, "done", revision),
        "resume": Resume(),
    }
    return actions.get(name)
