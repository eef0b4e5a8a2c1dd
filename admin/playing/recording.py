"""Writes a played conversation as YAML that people can read and the tests can replay."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

Plain = Mapping[str, Any]


def written(head: Plain, steps: Iterable[Plain], result: Plain) -> str:
    """The whole recording: its description, every event with its effects, the answers."""
    parts = [_block(head), "steps:\n", *map(_step, steps), _block(result)]
    return "".join(parts)


def _step(step: Plain) -> str:
    """One step; the event and each effect have a line of their own."""
    name = next(iter(step))
    lines = [f"  - {name}: {_flow(step[name])}"]
    if "effects" in step:
        lines += ["    effects:", *(f"      - {_flow(effect)}" for effect in step["effects"])]
    return "\n".join(lines) + "\n"


def _block(plain: Plain) -> str:
    text: str = yaml.safe_dump(dict(plain), allow_unicode=True, sort_keys=False, width=100)
    return text


def _flow(plain: object) -> str:
    text: str = yaml.safe_dump(
        plain, allow_unicode=True, sort_keys=False, default_flow_style=True, width=100_000
    )
    return text.removesuffix("...\n").strip()
