"""A dossier as the one-stop software exports it: its code, its state, how it was filed.

Sources: TT 01/2018/TT-VPCP Điều 19, NĐ 118/2025/NĐ-CP Điều 28 and TT 03/2025/TT-VPCP Điều 13 (the
code), the national list of ten states, NĐ 118/2025/NĐ-CP Điều 19 khoản 5 (a dossier closed because
it was not completed), three ways of filing (NĐ 61/2018/NĐ-CP).
"""

import re
from datetime import date, datetime
from enum import IntEnum, StrEnum
from functools import lru_cache

from surveys.spelling import fold

_CODE = re.compile(
    r"(?:[0-9A-Z]{2,3}\.){0,3}[A-Z]\d{2}(?:\.[0-9A-Z]{1,3}){0,4}"
    r"-(\d{6})-(?:\d{4,12}|\d{2}[0-9A-Z]{4,12})"
)
"""With the levels of the agency before or after its letter, and a running number of four digits or
more; in central systems two digits of the owner and at least four letters and digits.
"""
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


class Status(IntEnum):
    """The ten national states; 11, which no list numbers, is written by its name alone."""

    REGISTERED = 1
    RECEIVED = 2
    NOT_ACCEPTED = 3
    IN_PROGRESS = 4
    SUPPLEMENT = 5
    PAYMENT = 6
    WITHDRAWN = 7
    STOPPED = 8
    FINISHED = 9
    RETURNED = 10
    CLOSED_UNFINISHED = 11
    """Not completed within the time for supplements (NĐ 118/2025/NĐ-CP Điều 19 khoản 5)."""


class Filing(StrEnum):
    """How a dossier was filed."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    POST = "post"


class Stage(StrEnum):
    """How far a dossier is, as anyone with its code may know (TT 01/2018 Điều 16)."""

    NOT_ACCEPTED = "not_accepted"
    PROCESSING = "processing"
    SUPPLEMENT = "supplement"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    CLOSED = "closed"
    FINISHED = "finished"
    RETURNED = "returned"


STAGES = {
    Status.REGISTERED: Stage.NOT_ACCEPTED,
    Status.NOT_ACCEPTED: Stage.NOT_ACCEPTED,
    Status.RECEIVED: Stage.PROCESSING,
    Status.IN_PROGRESS: Stage.PROCESSING,
    Status.SUPPLEMENT: Stage.SUPPLEMENT,
    Status.PAYMENT: Stage.PAUSED,
    Status.STOPPED: Stage.STOPPED,
    Status.WITHDRAWN: Stage.WITHDRAWN,
    Status.CLOSED_UNFINISHED: Stage.CLOSED,
    Status.FINISHED: Stage.FINISHED,
    Status.RETURNED: Stage.RETURNED,
}

IN_WORK = frozenset({Stage.NOT_ACCEPTED, Stage.PROCESSING, Stage.SUPPLEMENT, Stage.PAUSED})
"""The stages of a dossier whose result is still to come."""
DONE = frozenset({Stage.FINISHED, Stage.RETURNED})
"""The stages of a dossier that can be asked about: there is a result, handed over or not."""
DONE_STATUSES = frozenset(status for status, stage in STAGES.items() if stage in DONE)
ENDED = (Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.STOPPED, Status.CLOSED_UNFINISHED)
"""The states of a dossier that ended without a result, whatever its dates: it is never late and
nobody is asked about it (NĐ 118/2025/NĐ-CP Điều 19 khoản 5, Điều 21).
"""

STATUS_NAMES = {
    Status.REGISTERED: ("Mới đăng ký",),
    Status.RECEIVED: ("Được tiếp nhận", "Đã tiếp nhận", "Tiếp nhận"),
    Status.NOT_ACCEPTED: ("Không được tiếp nhận", "Không tiếp nhận", "Từ chối tiếp nhận"),
    Status.IN_PROGRESS: ("Đang xử lý", "Đang giải quyết", "processing"),
    Status.SUPPLEMENT: ("Yêu cầu bổ sung giấy tờ", "Yêu cầu bổ sung", "Chờ bổ sung"),
    Status.PAYMENT: ("Yêu cầu thực hiện nghĩa vụ tài chính", "Chờ nghĩa vụ tài chính"),
    Status.WITHDRAWN: ("Công dân yêu cầu rút hồ sơ", "Rút hồ sơ", "Đã rút"),
    Status.STOPPED: (
        *("Dừng xử lý", "Dừng giải quyết", "Dừng theo yêu cầu", "Dừng theo yêu cầu của công dân"),
        "Dừng giải quyết theo yêu cầu",
    ),
    Status.FINISHED: ("Đã xử lý xong", "Đã giải quyết", "Đã có kết quả"),
    Status.RETURNED: ("Đã trả kết quả", "Trả kết quả", "Đã trả"),
    Status.CLOSED_UNFINISHED: (
        *("Đóng hồ sơ do không bổ sung", "Đóng hồ sơ", "Đã đóng hồ sơ", "Đã đóng"),
        *("Kết thúc do không bổ sung", "Quá hạn bổ sung", "Đóng do quá hạn bổ sung"),
    ),
}
FILING_NAMES = {
    Filing.IN_PERSON: ("1", "Trực tiếp", "in person"),
    Filing.ONLINE: ("2", "Trực tuyến", "online", "qua mạng"),
    Filing.POST: ("3", "BCCI", "Bưu chính công ích", "Qua bưu chính", "Bưu chính", "post"),
}
_STATUSES = {fold(name): status for status, names in STATUS_NAMES.items() for name in names}
_STATUSES |= {str(int(one)): one for one in Status if one is not Status.CLOSED_UNFINISHED}
_STATUSES |= {fold(status.name): status for status in Status}
_FILINGS = {fold(name): filing for filing, names in FILING_NAMES.items() for name in names}


def normal_code(text: str) -> str:
    """A dossier code in canonical form: capitals, no spaces, plain dashes."""
    return "".join(text.split()).translate(_DASHES).upper()


def has_known_form(code: str) -> bool:
    """Whether a normalised code is built as one of the acts says, with a real day."""
    match = _CODE.fullmatch(code)
    return match is not None and _is_day(match[1])


def stage_of(status: int, returned_at: datetime | None) -> Stage:
    """How far a dossier is. A return date means returned, unless it ended without a result."""
    return STAGES[Status(status)] if returned_at is None or status in ENDED else Stage.RETURNED


_ENDED = frozenset(map(int, ENDED))


def has_result(status: int) -> bool:
    """Whether a dossier in this state has a result, or may still get one."""
    return int(status) not in _ENDED


@lru_cache(maxsize=1_000)
def parse_status(text: str) -> Status:
    """One of the states by number (1–10) or name; raises ValueError for any other text."""
    try:
        return _STATUSES.get(text) or _STATUSES[fold(text.removesuffix(".0"))]
    except KeyError:
        raise ValueError(text) from None


@lru_cache(maxsize=1_000)
def parse_filing(text: str) -> Filing:
    """A way of filing by its name; raises ValueError for any other text."""
    try:
        return _FILINGS[fold(text)]
    except KeyError:
        raise ValueError(text) from None


def status_by_dates(finished_at: datetime | None, returned_at: datetime | None) -> Status:
    """The state of a dossier, from its dates, when the export has no status."""
    if returned_at is not None:
        return Status.RETURNED
    return Status.IN_PROGRESS if finished_at is None else Status.FINISHED


@lru_cache(maxsize=10_000)
def _is_day(yymmdd: str) -> bool:
    try:
        date(2000 + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:]))
    except ValueError:
        return False
    return True
