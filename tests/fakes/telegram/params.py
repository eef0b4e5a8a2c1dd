"""The parameters of one call, however the client chose to encode them."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.telegram.refusals import bad


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the call."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Params:
    """Parameters by name: typed (a JSON body) or text (a form, a query)."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A string; empty when missing."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int) -> int:
        """A whole number; raises ApiError for anything else."""
        value = self.values.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad(f'invalid parameter "{name}"') from None

    def flag(self, name: str) -> bool:
        """True for true, True, 1 and yes, as the real one reads them."""
        return str(self.values.get(name, "")).lower() in {"true", "1", "yes"}

    def decoded(self, name: str, what: str) -> Any:  # noqa: ANN401 - it is JSON
        """A JSON value, None when missing; raises ApiError naming `what` when it is broken."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {what} JSON object") from None

    def file(self, name: str) -> Upload | None:
        """The upload under `name`, or the one that its attach:// address names."""
        value = self.text(name)
        return self.files.get(value.removeprefix("attach://") if value else name)


async def read_params(request: web.Request) -> Params:
    """Query and body of a call together; raises ApiError when the body cannot be read."""
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        return Params(values | _json_object(await request.text()))
    files: dict[str, Upload] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            values[name] = value
    return Params(values, files)


def _json_object(body: str) -> dict[str, Any]:
    try:
        value = json.loads(body or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise bad("can't parse JSON object")
    return value
