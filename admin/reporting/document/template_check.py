"""Checks the fields of a template before anything is rendered: each must be a known one.

The template is parsed as docxtpl will parse it; every `{{ ky.ten }}` is followed through loops and
compared with the known fields, also in branches that this report does not take.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from jinja2 import nodes
from jinja2.sandbox import SandboxedEnvironment

ANY = "*"
"""The path of what cannot be followed: a computed value."""
ITEM = "[]"
BUILT_IN = frozenset({"loop", "range", "dict", "namespace", "cycler", "joiner", "lipsum"})
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Unknown:
    """A field that does not exist, in a line of the template's source."""

    field: str
    line: int


@dataclass(frozen=True, slots=True)
class _Scope:
    """The names known at a place: those of the report, and the variables of loops."""

    known: Collection[str]
    names: Mapping[str, str] = field(default_factory=dict)

    def with_name(self, name: str, path: str) -> "_Scope":
        return _Scope(self.known, {**self.names, name: path})

    def has(self, path: str) -> bool:
        return path in self.known


def known_paths(fields: Collection[str]) -> frozenset[str]:
    """The fields and everything on the way to them: `khoi`, `khoi[]`, `khoi[].ten`."""
    found: set[str] = set()
    for path in fields:
        pieces = re.split(r"(\.|\[\])", path)
        found |= {"".join(pieces[:end]) for end in range(1, len(pieces) + 1, 2)}
        found |= {"".join(pieces[:end]) for end in range(2, len(pieces), 2)}
    return frozenset(path for path in found if path and not path.endswith("."))


def unknown_fields(
    environment: SandboxedEnvironment, source: str, known: Collection[str]
) -> list[Unknown]:
    """The unknown fields of a template in the order of its lines.

    Raises jinja2.TemplateSyntaxError, for an unknown filter too.
    """
    tree = environment.parse(source)
    environment.compile(source)
    return list(_walk(tree, _Scope(known)))


def nearest(wanted: str, fields: Collection[str]) -> str:
    """The field that was probably meant."""
    return next(iter(get_close_matches(wanted, sorted(fields), n=1, cutoff=0.0)), "")


def place_of(source: str, line: int) -> str:
    """The paragraph of a line of the source, as people see it."""
    lines = source.splitlines()
    text = re.sub(r"<[^>]+>", "", lines[line - 1] if 0 < line <= len(lines) else "").strip()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _walk(node: nodes.Node, scope: _Scope) -> Iterator[Unknown]:
    if isinstance(node, nodes.For):
        yield from _of_loop(node, scope)
    elif isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Name):
        _, unknown = _resolve(node, scope)
        yield from unknown
    else:
        yield from _of_children(node, scope)


def _of_children(node: nodes.Node, scope: _Scope) -> Iterator[Unknown]:
    """The children in order; what is set is known from there on."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Assign):
            yield from _walk(child.node, scope)
            path, _ = _resolve(child.node, scope)
            for name in _targets(child.target):
                scope = scope.with_name(name, path)
        else:
            yield from _walk(child, scope)


def _of_loop(node: nodes.For, scope: _Scope) -> Iterator[Unknown]:
    path, unknown = _resolve(node.iter, scope)
    yield from unknown
    item = f"{path}{ITEM}"
    inner = scope
    for name in _targets(node.target):
        inner = inner.with_name(name, item if scope.has(item) else ANY)
    if path != ANY and not scope.has(item) and not unknown:
        yield Unknown(path, node.lineno)
    for child in (*([node.test] if node.test else []), *node.body):
        yield from _walk(child, inner)
    for child in node.else_:
        yield from _walk(child, scope)


def _targets(target: nodes.Node) -> Iterator[str]:
    for name in [target] if isinstance(target, nodes.Name) else target.find_all(nodes.Name):
        if isinstance(name, nodes.Name):
            yield name.name


def _resolve(node: nodes.Node, scope: _Scope) -> tuple[str, list[Unknown]]:
    """The path of an expression, and what is unknown in it."""
    if isinstance(node, nodes.Name):
        return _name(node, scope)
    if isinstance(node, nodes.Getattr | nodes.Getitem):
        path, unknown = _resolve(node.node, scope)
        if unknown or path == ANY:
            return ANY, unknown
        whole = _below(path, node)
        if whole is None:
            return ANY, list(_walk(node.arg, scope)) if isinstance(node, nodes.Getitem) else []
        return (whole, []) if scope.has(whole) else (ANY, [Unknown(whole, node.lineno)])
    return ANY, list(_of_children(node, scope))


def _below(path: str, node: nodes.Getattr | nodes.Getitem) -> str | None:
    """The path one step further; None for a computed step."""
    if isinstance(node, nodes.Getattr):
        return f"{path}.{node.attr}"
    step = node.arg.value if isinstance(node.arg, nodes.Const) else None
    if isinstance(step, int):
        return f"{path}{ITEM}"
    return f"{path}.{step}" if isinstance(step, str) else None


def _name(node: nodes.Name, scope: _Scope) -> tuple[str, list[Unknown]]:
    if node.name in scope.names:
        return scope.names[node.name], []
    if node.name in BUILT_IN:
        return ANY, []
    return (node.name, []) if scope.has(node.name) else (ANY, [Unknown(node.name, node.lineno)])
