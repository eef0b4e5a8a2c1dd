"""Reads tables from the cells of a sheet. The format is described in `docs/check.md`."""

import re
from decimal import Decimal

from scoring.errors import Refusal
from scoring.reconcile.claims import percent, read_claim
from scoring.reconcile.figures import Figure, Kind, Value, read_figure
from scoring.reconcile.headers import quantity_of, read_columns
from scoring.reconcile.labels import key, unnumbered
from scoring.reconcile.sections import Grid, Line, Section, cell_of, split_sections, text_of
from scoring.reconcile.table import Addition, Column, Level, Table, address
from scoring.reconcile.tree import UnlinkedRow, build_tree
from scoring.reconcile.vocabulary import Vocabulary

_RANK = re.compile(r"[ivx]+|[a-d]")
_NAMES = "name"
"""The header of the column that a turned table gets for its periods."""


def read_tables(grid: Grid, vocabulary: Vocabulary, sheet: str = "") -> tuple[Table, ...]:
    """Every table of one sheet; none when no line looks like a header.

    Raises Refusal `check.not_a_number`, `check.cell_without_header`, `check.bad_setting` or
    `check.unknown_column`, each with its place.
    """
    sections = split_sections(grid, vocabulary)
    return tuple(_table(section, vocabulary, sheet, n) for n, section in enumerate(sections, 1))


def _table(section: Section, vocabulary: Vocabulary, sheet: str, number: int) -> Table:
    lines = _lines(section, vocabulary)
    if lines:
        section = _turned(section, vocabulary)
    columns = read_columns(section.headers, vocabulary)
    rows = [_row(line, cells, columns, lines, vocabulary) for line, cells in section.body]
    return Table(
        title=section.setting("table") or section.title or f"#{number}",
        columns=columns,
        rows=build_tree([row for row in rows if row]),
        sheet=sheet,
        source=section.setting("source"),
        period=section.setting("period"),
        scope=section.setting("scope"),
        quota=_quota(section),
        claims=tuple(read_claim(s, vocabulary) for s in section.settings.get("claim", ())),
        additions=_additions(section, columns, vocabulary),
        summed=_summed(section, columns, vocabulary),
        lines=lines,
    )


def _lines(section: Section, vocabulary: Vocabulary) -> tuple[int, ...]:
    """The line of each quantity in a table that prints quantities as lines ("Chỉ tiêu")."""
    if "indicator" not in [vocabulary.quantity(header) for header in section.headers]:
        return ()
    return tuple(line for line, _ in section.body)


def _turned(section: Section, vocabulary: Vocabulary) -> Section:
    """Transpose the table: lines become columns; a line number is then a column's index."""
    ids = [vocabulary.quantity(header) for header in section.headers]
    names = ids.index("indicator")
    headers = [cell_of(line, names) for _, line in section.body]
    body: list[tuple[int, Line]] = []
    for index, header in enumerate(section.lowest):
        if index > names and header:
            cells = (line[index] if index < len(line) else None for _, line in section.body)
            body.append((index, (header, *cells)))
    return Section(
        title=section.title, settings=section.settings, headers=[_NAMES, *headers], body=body
    )


def _row(
    line: int, cells: Line, columns: tuple[Column, ...], lines: tuple[int, ...], words: Vocabulary
) -> UnlinkedRow | None:
    _refuse_stray_cells(line, cells, columns, lines)
    texts, figures = {}, {}
    for column in columns:
        value = cells[column.index] if column.index < len(cells) else None
        if column.kind is Kind.TEXT:
            texts[column.id] = text_of(value)
        elif figure := _figure(value, column, words, address(line, column.index, lines)):
            figures[column.index] = figure
    name = _name(texts, cells)
    if name is None:
        return None
    return UnlinkedRow(
        line=line,
        name=name,
        key=_row_key(texts, name),
        level=_level(texts, name, words),
        block=_block(texts, words),
        texts=texts,
        figures=figures,
    )


def _refuse_stray_cells(
    line: int, cells: Line, columns: tuple[Column, ...], lines: tuple[int, ...]
) -> None:
    known = {column.index for column in columns}
    for index, value in enumerate(cells):
        if index not in known and text_of(value):
            raise Refusal(
                "check.cell_without_header", cell=address(line, index, lines), value=text_of(value)
            )


def _figure(value: Value, column: Column, words: Vocabulary, cell: str) -> Figure | None:
    """The figure of a cell; None for a blank, and for text in a column of unknown meaning."""
    if value is None or words.is_blank(text_of(value)):
        return None
    if isinstance(value, str) and words.is_zero(value):
        return Figure(number=Decimal(0))
    try:
        return read_figure(value, column.kind)
    except ValueError:
        if column.kind is Kind.FREE or column.of.startswith("~"):
            return None
    raise Refusal("check.not_a_number", cell=cell, column=column.header, value=text_of(value))


def _name(texts: dict[str, str], cells: Line) -> str | None:
    """The name of a row, or its number; None for a row of figures only."""
    named = (texts.get(id_) for id_ in ("name", "period", "block"))
    words = (cell.strip() for cell in cells if isinstance(cell, str))
    return next(filter(None, (*named, *words, *texts.values())), None)


def _row_key(texts: dict[str, str], name: str) -> str:
    """The key that identifies a row in other tables: its name, and its period if it has both."""
    parts = [name] + ([texts["period"]] if texts.get("name") and texts.get("period") else [])
    return " | ".join(key(unnumbered(part)).removeprefix("nam ") for part in parts)


def _level(texts: dict[str, str], name: str, vocabulary: Vocabulary) -> Level:
    said = vocabulary.level(texts.get("level"))
    if said:
        return Level(said)
    by_name = vocabulary.level_of_name(name)
    if by_name == Level.UNIT and _RANK.fullmatch(key(texts.get("ordinal", ""))):
        return Level.BLOCK
    return Level(by_name)


def _block(texts: dict[str, str], vocabulary: Vocabulary) -> str:
    """The block a row names: in its own column, or in a level column that holds no level."""
    level = texts.get("level")
    named = level if level and not vocabulary.level(level) else ""
    return texts.get("block") or named


def _quota(section: Section) -> Decimal | None:
    for setting in section.settings.get("quota", ()):
        try:
            return percent(setting.values[0])
        except ValueError:
            value = setting.values[0]
            raise Refusal("check.bad_setting", line=setting.line, value=value) from None
    return None


def _additions(
    section: Section, columns: tuple[Column, ...], vocabulary: Vocabulary
) -> tuple[Addition, ...]:
    found = []
    for setting in section.settings.get("relation", ()):
        whole, equals, parts = setting.values[0].partition("=")
        if not equals:
            raise Refusal("check.bad_setting", line=setting.line, value=setting.values[0])
        ids = [
            _known(word, setting.line, columns, vocabulary) for word in (whole, *parts.split("+"))
        ]
        found.append(Addition(whole=ids[0], parts=tuple(ids[1:])))
    return tuple(found)


def _summed(
    section: Section, columns: tuple[Column, ...], vocabulary: Vocabulary
) -> frozenset[str]:
    return frozenset(
        _known(word, setting.line, columns, vocabulary)
        for setting in section.settings.get("sums", ())
        for word in ";".join(setting.values).split(";")
    )


def _known(word: str, line: int, columns: tuple[Column, ...], vocabulary: Vocabulary) -> str:
    id_ = quantity_of(word.strip(), vocabulary)
    if id_ not in {column.id for column in columns}:
        raise Refusal("check.unknown_column", line=line, value=word.strip())
    return id_
