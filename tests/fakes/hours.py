"""Settings under which the bot writes at any hour of any day, so that no test waits for Monday."""

from typing import Any, Final

ANY_HOUR: Final[dict[str, Any]] = {
    "quiet_from": "00:00",
    "quiet_to": "00:00",
    "rest_days": "none",
    "office_from": "00:00",
    "office_to": "23:59",
}
