"""What browsers of 2018 (Chrome 66, Firefox 60, Safari 11.1) do not know, and a page as they read
it: they leave out each declaration they do not know, and each rule with an unknown selector."""

import re
from collections.abc import Iterator

_NEWER_VALUES = re.compile(
    r"\b(?:min|max|clamp|env|color-mix|oklch|lab)\(|\d(?:d|s|l)v[hw]\b"
    r"|(?<![-\w])(?:anywhere|fit-content|revert|start|end|safe)\b"
)
_NEWER_PROPERTIES = re.compile(
    r"(?:inset|aspect-ratio|(?:margin|padding)-(?:inline|block)|row-gap|accent-color|color-scheme"
    r"|overscroll-behavior|content-visibility|text-wrap|scrollbar-\w+|translate|rotate|scale)\b"
)
_NEWER_SELECTORS = re.compile(r":focus-visible|:is\(|:where\(|:has\(|:not\([^()]*,")
_NEWER_RULES = re.compile(r"@(?:layer|container|property)\b|(?<=[{;])\s*&")
HARMLESS = re.compile(r"(?:color-scheme|overscroll-behavior|accent-color|scrollbar-\w+)$")
"""Left out, nothing is lost but comfort."""
_RULE = re.compile(r"([^{};]*)\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

NEWER_SYNTAX = re.compile(
    r"\?\.(?!\d)|\?\?|\|\|=|&&=|\*\*=|\bcatch\s*\{|\{\s*\.\.\.|,\s*\.\.\.\w+\s*\}|\bstatic\s*\{|\d_\d"
    r"|\bfor\s+await\b|\bimport\(|\(\?<|\bthis\.#|\basync\s+function\s*\*"
)
NEWER_SCRIPT = {
    "Array.prototype": ["at", "flat", "flatMap", "findLast", "findLastIndex", "toSorted", "with"],
    "String.prototype": ["at", "replaceAll", "matchAll", "trimStart", "trimEnd"],
    "Object": ["fromEntries", "hasOwn", "groupBy"],
    "Promise": ["allSettled", "any", "withResolvers"],
    "Element.prototype": ["replaceChildren", "toggleAttribute", "checkVisibility"],
    "HTMLFormElement.prototype": ["requestSubmit"],
    "Crypto.prototype": ["randomUUID"],
    "window": ["structuredClone", "queueMicrotask", "AbortController", "ResizeObserver",
               "requestIdleCallback", "BroadcastChannel", "WeakRef"],
}  # fmt: skip
"""What the page's script has to do without. `globalThis` is the test browser's own."""


def without_newer_script() -> str:
    """A script that takes it away before the page's own runs."""
    return "\n".join(
        f"try {{ delete {owner}.{name}; }} catch (error) {{}}"
        for owner, names in NEWER_SCRIPT.items()
        for name in names
    )


def as_read_then(css: str) -> str:
    """The style sheet without what such a browser leaves out."""
    return _RULE.sub(_read, _COMMENT.sub("", css))


def lost(css: str) -> Iterator[str]:
    """Each declaration that is left out with nothing known before it in its rule."""
    for selector, body in _RULE.findall(_COMMENT.sub("", css)):
        known: set[str] = set()
        for name, value in _declarations(body):
            if _is_known(name, value, body):
                known.add(name)
            elif name not in known and not HARMLESS.match(name):
                yield f"{selector.strip()} {{ {name}: {value} }}"
    yield from _NEWER_RULES.findall(css)


def _read(rule: re.Match[str]) -> str:
    selector, body = rule.groups()
    if _NEWER_SELECTORS.search(selector):
        return ""
    kept = (
        f"{name}: {value};" for name, value in _declarations(body) if _is_known(name, value, body)
    )
    return f"{selector}{{ {' '.join(kept)} }}"


def _declarations(body: str) -> Iterator[tuple[str, str]]:
    for one in body.split(";"):
        name, colon, value = one.partition(":")
        if colon:
            yield name.strip(), value.strip()


def _is_known(name: str, value: str, body: str) -> bool:
    """`gap` is known where it is a grid's."""
    if name == "gap":
        return "display: grid" in body
    return not (_NEWER_PROPERTIES.match(name) or _NEWER_VALUES.search(value))
