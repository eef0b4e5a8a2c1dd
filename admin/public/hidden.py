"""The value of a cell that is not published, and how small a count is hidden."""

from decimal import Decimal
from enum import Enum
from typing import Final

BELOW: Final = 5


class Hidden(Enum):
    """The value of a hidden cell."""

    CELL = "*"


HIDDEN = Hidden.CELL
Count = int | Hidden
Figure = Decimal | Hidden | None
