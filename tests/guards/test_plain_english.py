"""Docstrings and comments of the product are plain English: no idiom a colleague reads twice."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guards.test_house import ROOT, SOURCES

SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))
READ = (*SOURCES, *SCRIPTS, *VERSIONS)

IDIOMS = {
    r"(?<!there )\b(?:is|are|was|were) (?-i:none)\b": "is not a … / does not exist",
    r"\bstand(?:s|ing)?\b|\bstood\b": "is (in) / is current / represents",
    r"\bbehind\b": "after / underlying",
    r"\bbeside\b": "next to / besides / in addition to",
    r"\blest\b": "so that … not",
    r"\bso many\b": "a number of / at most N",
    r"\btells? of\b|\btold of\b": "describes / mentions",
    r"\blet(?:s|ting)? go\b": "delete / release",
    r"\bbefell?\b|\bbefall": "happened to / applies to",
    r"\breckon": "compute / count",
    r"\bwhoever\b": "the person who / any process that",
    r"\bof ours\b|\bof theirs\b": "of the product / known / own",
    r"\b(?:is|was|are|were|be|been|form) meant\b": "is the intended …",
    r"\bthe trail\b": "the audit log",
    r"\banew\b": "again",
    r"\bfarewells?\b": "the last message",
    r"\b(?:one|a) (?:row|line|file|message|rule|module|table|key|folder) an? [a-z]": "one … per …",
}
"""What is refused → what to write instead."""


def _texts(file: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every docstring (attributes' too) and comment, on one line each."""
    source = file.read_text("utf-8")
    for node in ast.walk(ast.parse(source)):
        for part in _docstrings(node):
            yield part.lineno, " ".join(str(part.value).split())
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _docstrings(node: ast.AST) -> Iterator[ast.Constant]:
    body = getattr(node, "body", None)
    for part in body if isinstance(body, list) else ():
        text = part.value if isinstance(part, ast.Expr) else None
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            yield text


def _refused(text: str) -> Iterator[tuple[str, str]]:
    """The idioms in a text, outside `code` and “quotes”, each with what to write instead."""
    bare = re.sub(r"`[^`]*`|“[^”]*”|\"[^\"]*\"", "…", text)
    for idiom, plain in IDIOMS.items():
        for found in re.finditer(idiom, bare, re.IGNORECASE):
            yield found[0], plain


def test_no_idiom_in_docstrings_and_comments() -> None:
    """No docstring or comment uses one of IDIOMS; the message names the plain word."""
    found = [
        f"{file.relative_to(ROOT)}:{line}: “{idiom}” – write: {plain}"
        for file in READ
        for line, text in _texts(file)
        for idiom, plain in _refused(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("text", "idiom"),
    [
        ("The number of a bubble; what is none comes first.", "is none"),
        ("Messages that wait stand behind the head.", "stand"),
        ("One row a dossier.", "One row a d"),
        ("None if there is none; what is None is what was meant.", "was meant"),
        ("Whoever comes first finishes it.", "Whoever"),
        ("`stands` and “stands” stand here.", "stand"),
    ],
)
def test_an_idiom_is_found(text: str, idiom: str) -> None:
    """The guard finds an idiom in any case, but not where code or a user's text is quoted."""
    assert [found for found, _ in _refused(text)][:1] == [idiom]


def test_docstrings_of_attributes_and_comments_are_read(tmp_path: Path) -> None:
    """Docstrings of modules, functions and attributes are read, and comments."""
    file = tmp_path / "some.py"
    file.write_text('"""One."""\nA = 1\n"""Two."""\ndef f() -> None:\n    """Three."""  # four\n')
    assert [text for _, text in _texts(file)] == ["One.", "Two.", "Three.", "# four"]
