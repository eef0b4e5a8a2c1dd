"""The interview engine: `step(form, state, event, now)`, pure, the same for every channel."""

from surveys.form_model import OFFER
from surveys.interview.answers import Step
from surveys.interview.effects import (
    Choice,
    Effect,
    Expired,
    Finished,
    OpenComplaint,
    Record,
    Say,
    Screen,
    ScreenKind,
    Show,
    Stopped,
    WithdrawComplaint,
)
from surveys.interview.engine import step
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
from surveys.interview.moves import expire
from surveys.interview.recording import effect_to_json, event_from_json, event_to_json
from surveys.interview.screens import screen
from surveys.interview.state import Given, Phase, State, new_state
from surveys.interview.understanding import numbers

__all__ = [
    "OFFER",
    "Back",
    "ChangeLanguage",
    "Choice",
    "Effect",
    "Event",
    "Expired",
    "Finished",
    "Given",
    "OpenComplaint",
    "Phase",
    "Record",
    "Reopen",
    "Resume",
    "Say",
    "Screen",
    "ScreenKind",
    "Show",
    "Skip",
    "Start",
    "State",
    "Step",
    "Stop",
    "Stopped",
    "Tap",
    "Text",
    "WithdrawComplaint",
    "effect_to_json",
    "event_from_json",
    "event_to_json",
    "expire",
    "new_state",
    "numbers",
    "screen",
    "step",
]
