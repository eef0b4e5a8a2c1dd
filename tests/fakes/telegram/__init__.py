"""A strict fake of api.telegram.org, to be driven from a test or run as a process of its own."""

from tests.fakes.telegram.faults import Fault, FaultKind
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.person import Group, Person
from tests.fakes.telegram.server import FakeTelegram
from tests.fakes.telegram.state import TOKEN, Message, Standing
from tests.fakes.telegram.transcript import Call

__all__ = [
    "TOKEN",
    "Call",
    "FakeTelegram",
    "Fault",
    "FaultKind",
    "Group",
    "Limits",
    "Message",
    "Person",
    "Standing",
]
