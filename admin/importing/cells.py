"""What the importers share in reading a cell."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from admin.sheets import Row
from surveys.civil import civil_time
from surveys.errors import Refusal
from surveys.spelling import tidy

LONGEST = 800
"""Signs of a name or a code: what every database can keep in an index."""
_DAY_NUMBER = re.compile(r"[34567]\d{4}")


def text(row: Row, column: str) -> str:
    """The cell as tidy text; empty when there is nothing. Raises Refusal `imports.too_long`."""
    value: Any = row.values.get(column)
    found = "" if value is None else tidy(str(value))
    if len(found) > LONGEST:
        raise Refusal("imports.too_long", column=column, length=len(found), most=LONGEST)
    return found


def needed(row: Row, column: str) -> str:
    """The cell as tidy text. Raises Refusal `imports.empty_cell` when there is nothing."""
    found = text(row, column)
    if not found:
        raise Refusal("imports.empty_cell", column=column)
    return found


def when(row: Row, column: str, zone: ZoneInfo) -> datetime | None:
    """The cell as a civil time in `zone`; raises Refusal `imports.bad_date` or `.day_number`."""
    value = row.values.get(column)
    if value is None:
        return None
    try:
        return civil_time(value, zone)
    except (ValueError, OverflowError):
        if _DAY_NUMBER.fullmatch(str(value)):
            raise Refusal("imports.day_number", column=column, value=value) from None
        raise Refusal("imports.bad_date", column=column, value=value) from None
