"""Delivers the outbox: in time, in order, within the limits, and not twice without need.

See docs/adr/0001-outbox-in-our-own-database.md for why this is not a job library.
"""

from bot.delivery.dispatcher import Dispatcher
from bot.delivery.rules import DispatchRules

__all__ = ["DispatchRules", "Dispatcher"]
