"""User texts as data: one folder per language, YAML files with nested keys."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any

import yaml

from surveys import yaml_lines
from surveys.errors import Refusal

LANGUAGES = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Catalog:
    """All texts of one language, by dotted key, in NFC."""

    language: str
    texts: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path, language: str) -> "Catalog":
        """Read every YAML file of `folder/language`.

        Raises Refusal `texts.unreadable` (not YAML) or `texts.twice` (a key in two files).
        """
        texts: dict[str, str] = {}
        for file in sorted((folder / language).glob("*.yaml")):
            for key, text in _read(file).items():
                if key in texts:
                    raise Refusal("texts.twice", file=str(file), key=key)
                texts[key] = text
        return cls(language, MappingProxyType(texts))

    def text(self, key: str, **params: object) -> str:
        """The text under `key` with its placeholders filled; raises KeyError when missing."""
        return self.texts[key].format(**params)

    def __contains__(self, key: str) -> bool:
        return key in self.texts


def differences(one: Catalog, other: Catalog) -> list[str]:
    """Keys that one catalog has and the other lacks, or whose placeholders differ."""
    missing = [f"{key}: {other.language}" for key in one.texts if key not in other]
    missing += [f"{key}: {one.language}" for key in other.texts if key not in one]
    shared = [key for key in one.texts if key in other]
    unequal = [k for k in shared if placeholders(one.texts[k]) != placeholders(other.texts[k])]
    return sorted(missing) + [f"{key}: {{…}}" for key in sorted(unequal)]


def placeholders(text: str) -> frozenset[str]:
    """The names in braces that `text` expects; raises ValueError when a brace is broken."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _read(file: Path) -> dict[str, str]:
    try:
        tree = yaml_lines.load(file.read_text("utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refusal("texts.unreadable", file=str(file), reason=str(error)) from error
    return dict(_flatten(tree, ""))


def _flatten(tree: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in tree.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            found += _flatten(value, f"{path}.")
        else:
            found.append((path, unicodedata.normalize("NFC", str(value).strip())))
    return found
