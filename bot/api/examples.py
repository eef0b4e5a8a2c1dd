"""The examples of the OpenAPI document; the tests send and check them."""

from typing import Any

Example = dict[str, Any]

KEY = "2021-06-10T08:00:00-batch-17"
DOSSIER: Example = {
    "code": "000.17.22.H56-210531-0001",
    "unit": "XA01",
    "procedure": "Chứng thực bản sao từ bản chính",
    "channel": "Trực tiếp",
    "received_at": "2021-05-31T08:15:00+07:00",
    "due_at": "2021-06-02T17:00:00+07:00",
    "finished_at": "2021-06-02T10:00:00+07:00",
    "returned_at": "2021-06-02T14:30:00+07:00",
    "status": 10,
    "applicant": "Nguyễn Văn A",
    "phone": "0912345678",
}
ANSWER: Example = {
    "rows": 1,
    "accepted": 1,
    "rejected": 0,
    "new": 1,
    "changed": 0,
    "same": 0,
    "import_id": 12,
    "rejections": [],
    "warnings": [],
}
SURVEY: Example = {
    "dossier": DOSSIER["code"],
    "state": "not_asked",
    "asked_on": None,
    "answered_on": None,
}
FAILED: Example = {
    "error": {"code": "token", "message": "Thiếu mã truy cập, hoặc mã không đúng."},
}
CHANGED: Example = {
    "id": "5-1042-asked",
    "kind": "survey.changed",
    "dossier": DOSSIER["code"],
    "unit": "XA01",
    "state": "answered",
    "at": "2021-06-03T09:12:44+07:00",
}
