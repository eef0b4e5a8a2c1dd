"""A strict fake of Zalo's template messages (ZBS), with phones that receive and rate them."""

from tests.fakes.zalo_template.server import FakeZaloTemplate
from tests.fakes.zalo_template.state import APP_ID, APP_SECRET, OA_ID, OA_SECRET, Phone

__all__ = ["APP_ID", "APP_SECRET", "OA_ID", "OA_SECRET", "FakeZaloTemplate", "Phone"]
