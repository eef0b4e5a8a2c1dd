"""A strict fake of Zalo's Official Account: token endpoint, messages, webhook, and people."""

from tests.fakes.zalo_oa.person import Person
from tests.fakes.zalo_oa.server import FakeZaloOA
from tests.fakes.zalo_oa.state import APP_ID, APP_SECRET, OA_ID, OA_SECRET, Message, State
from tests.fakes.zalo_oa.webhook import Variant

__all__ = [
    "APP_ID",
    "APP_SECRET",
    "OA_ID",
    "OA_SECRET",
    "FakeZaloOA",
    "Message",
    "Person",
    "State",
    "Variant",
]
