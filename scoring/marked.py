"""YAML read with the place of every key, so that a refusal can name file and line.

Numbers and dates stay texts (nothing passes through a binary float); null becomes None.
A key given twice and an alias are refused: both would hide what the file says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from scoring.errors import Refusal

DEEPEST = 20
"""A tree deeper than this is no rulebook."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

KeyPath = tuple[str, ...]
Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, counted from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Marked:
    """A tree of mappings, lists and texts, with the place of each of its keys."""

    tree: Tree
    places: Mapping[KeyPath, Place]

    def place(self, path: KeyPath) -> Place:
        """The place of `path`, or of its nearest parent that has one."""
        nearest = (path[:length] for length in range(len(path), -1, -1))
        return next(self.places[parent] for parent in nearest if parent in self.places)

    def over(self, base: "Marked") -> "Marked":
        """This tree laid over `base`: mappings are merged, everything else is replaced."""
        return Marked(_merged(base.tree, self.tree), {**base.places, **self.places})

    def without(self, keys: frozenset[str]) -> "Marked":
        """The same tree without these keys of the top."""
        return Marked({k: v for k, v in self.tree.items() if k not in keys}, self.places)


def read_marked(text: str, file: str) -> Marked:
    """Read YAML whose top is a mapping.

    Raises Refusal `rulebooks.unreadable`, `rulebooks.not_a_mapping`, `rulebooks.key_twice`,
    `rulebooks.alias` or `rulebooks.too_deep`, each with file and line.
    """
    reader = _Reader(file)
    tree = reader.value(_composed(text, file), ())
    if not isinstance(tree, dict):
        raise Refusal("rulebooks.not_a_mapping", file=file, line=1)
    return Marked(tree, reader.places)


def load(text: str) -> Any:  # noqa: ANN401 - a YAML value
    """A trusted file without its places, eight times as fast as `yaml.safe_load`."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader


def _composed(text: str, file: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = mark.line + 1 if mark else 1
        raise Refusal("rulebooks.unreadable", file=file, line=line, reason=reason) from None


class _Reader:
    """Turns one composed document into a tree and notes the places."""

    def __init__(self, file: str) -> None:
        self.places: dict[KeyPath, Place] = {(): Place(file, 1)}
        self._file = file
        self._seen: set[int] = set()

    def value(self, node: yaml.Node | None, path: KeyPath) -> Any:  # noqa: ANN401 - a YAML value
        if isinstance(node, yaml.ScalarNode):
            return None if node.tag.endswith(":null") else node.value
        if node is None:
            return None
        self._refuse_alias(node)
        if len(path) > DEEPEST:
            raise Refusal("rulebooks.too_deep", file=self._file, line=node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        return self._sequence(node, path)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> Tree:
        tree: Tree = {}
        for key_node, value_node in node.value:
            key, place = str(key_node.value), self._place(key_node)
            if key in tree:
                raise Refusal("rulebooks.key_twice", file=place.file, line=place.line, key=key)
            self.places[(*path, key)] = place
            tree[key] = self.value(value_node, (*path, key))
        return tree

    def _sequence(self, node: yaml.Node, path: KeyPath) -> list[Any]:
        items = []
        for index, item in enumerate(node.value):
            self.places[(*path, str(index))] = self._place(item)
            items.append(self.value(item, (*path, str(index))))
        return items

    def _place(self, node: yaml.Node) -> Place:
        return Place(self._file, node.start_mark.line + 1)

    def _refuse_alias(self, node: yaml.Node) -> None:
        if id(node) in self._seen:
            place = self._place(node)
            raise Refusal("rulebooks.alias", file=place.file, line=place.line)
        self._seen.add(id(node))


def _merged(base: Tree, over: Tree) -> Tree:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merged(old, value)
        else:
            merged[key] = value
    return merged
