"""Carries the outbox out: in time, in order, within the limits, and never twice without need.

See docs/adr/0001-outbox-in-our-own-database.md for why this is not a job library.
"""

from bot.delivery.dispatcher import Dispatcher
from bot.delivery.rules import DispatchRules

__all__ = ["DispatchRules", "Dispatcher"]
