"""A strict fake of the Zalo Bot API, to be driven from a test or run as a process of its own."""

from tests.fakes.zalo_bot.server import FakeZaloBot
from tests.fakes.zalo_bot.state import TOKEN, Person, Shape

__all__ = ["TOKEN", "FakeZaloBot", "Person", "Shape"]
