"""A dossier as the one-stop software exports it: its code, its state, how it was filed.

Sources: TT 01/2018/TT-VPCP Điều 19 (the code), the national list of ten states, three ways of
filing (NĐ 61/2018/NĐ-CP).
"""

import re
from datetime import date, datetime
from enum import IntEnum, StrEnum
from functools import lru_cache

from surveys.spelling import fold

_CODE = re.compile(
    r"(?:[0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.)?[A-Z]\d{2}(?:\.\d{1,3})*-(\d{6})-\d{4,5}"
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


class Status(IntEnum):
    """The ten national states."""

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
    FINISHED = "finished"
    RETURNED = "returned"


STAGES = {
    Status.REGISTERED: Stage.NOT_ACCEPTED,
    Status.NOT_ACCEPTED: Stage.NOT_ACCEPTED,
    Status.RECEIVED: Stage.PROCESSING,
    Status.IN_PROGRESS: Stage.PROCESSING,
    Status.SUPPLEMENT: Stage.SUPPLEMENT,
    Status.PAYMENT: Stage.PAUSED,
    Status.STOPPED: Stage.PAUSED,
    Status.WITHDRAWN: Stage.WITHDRAWN,
    Status.FINISHED: Stage.FINISHED,
    Status.RETURNED: Stage.RETURNED,
}

IN_WORK = frozenset({Stage.NOT_ACCEPTED, Stage.PROCESSING, Stage.SUPPLEMENT, Stage.PAUSED})
"""The stages of a dossier whose result is still to come."""
DONE = frozenset({Stage.FINISHED, Stage.RETURNED})
"""The stages of a dossier that can be asked about: there is a result, handed over or not."""
DONE_STATUSES = frozenset(status for status, stage in STAGES.items() if stage in DONE)

STATUS_NAMES = {
    Status.REGISTERED: ("Mới đăng ký",),
    Status.RECEIVED: ("Được tiếp nhận", "Đã tiếp nhận", "Tiếp nhận"),
    Status.NOT_ACCEPTED: ("Không được tiếp nhận", "Không tiếp nhận", "Từ chối tiếp nhận"),
    Status.IN_PROGRESS: ("Đang xử lý", "Đang giải quyết", "processing"),
    Status.SUPPLEMENT: ("Yêu cầu bổ sung giấy tờ", "Yêu cầu bổ sung", "Chờ bổ sung"),
    Status.PAYMENT: ("Yêu cầu thực hiện nghĩa vụ tài chính", "Chờ nghĩa vụ tài chính"),
    Status.WITHDRAWN: ("Công dân yêu cầu rút hồ sơ", "Rút hồ sơ", "Đã rút"),
    Status.STOPPED: ("Dừng xử lý", "Tạm dừng"),
    Status.FINISHED: ("Đã xử lý xong", "Đã giải quyết", "Đã có kết quả"),
    Status.RETURNED: ("Đã trả kết quả", "Trả kết quả", "Đã trả"),
}
FILING_NAMES = {
    Filing.IN_PERSON: ("1", "Trực tiếp", "in person"),
    Filing.ONLINE: ("2", "Trực tuyến", "online", "qua mạng"),
    Filing.POST: ("3", "BCCI", "Bưu chính công ích", "Qua bưu chính", "Bưu chính", "post"),
}
_STATUSES = {fold(name): status for status, names in STATUS_NAMES.items() for name in names}
_STATUSES |= {str(int(status)): status for status in Status}
_STATUSES |= {fold(status.name): status for status in Status}
_FILINGS = {fold(name): filing for filing, names in FILING_NAMES.items() for name in names}


def normal_code(text: str) -> str:
    """A dossier code in canonical form: capitals, no spaces, plain dashes."""
    return "".join(text.split()).translate(_DASHES).upper()


def has_known_form(code: str) -> bool:
    """Whether a normalised code is built as TT 01/2018/TT-VPCP Điều 19 says."""
    match = _CODE.fullmatch(code)
    return match is not None and _is_day(match[1])


def stage_of(status: int, returned_at: datetime | None) -> Stage:
    """How far a dossier is. A return date means returned, whatever the status says."""
    return STAGES[Status(status)] if returned_at is None else Stage.RETURNED


@lru_cache(maxsize=1_000)
def parse_status(text: str) -> Status:
    """One of the ten states by number or name; raises ValueError for any other text."""
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


def _is_day(yymmdd: str) -> bool:
    try:
        date(2000 + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:]))
    except ValueError:
        return False
    return True
