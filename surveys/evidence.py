"""Outcome codes: what a dossier shows for a criterion, not yet the points.

The codes are what the wide evidence row of a dossier holds. A rulebook gives points to their names,
so another rulebook uses the same rows. 0 is always "no evidence"; it is never turned into 0 points
(TT 01/2018/TT-VPCP Điều 15 khoản 4 điểm b). `surveys.criteria` says which criterion has which
codes.
"""

from enum import IntEnum


class Timing(IntEnum):
    """The actual day compared with the promised day (chỉ số 1 and 2)."""

    MISSING = 0
    EARLY = 1
    SAME_DAY = 2
    LATE = 3
    NO_DUE_DATE = 4


class Contacts(IntEnum):
    """How often the citizen had to come back to complete the dossier (chỉ số 3)."""

    MISSING = 0
    NONE = 1
    ONCE = 2
    MANY = 3
    MANY_OWN_FAULT = 4


class Agencies(IntEnum):
    """How many bodies the citizen had to contact (chỉ số 4)."""

    MISSING = 0
    NONE = 1
    ONE_STOP = 2
    MANY = 3
    MANY_FIELD_CHECK = 4


class Publicity(IntEnum):
    """How the procedure was made public, as the citizen saw it (chỉ số 6)."""

    MISSING = 0
    BOTH = 1
    ONE = 2
    POOR = 3


class Conduct(IntEnum):
    """Conduct and time together (chỉ số 7): a complaint that is not refuted, else the timing."""

    MISSING = 0
    COMPLAINT = 1
    EARLY = 2
    SAME_DAY = 3
    LATE = 4
    NO_DUE_DATE = 5
