"""Texts in a CSV that a spreadsheet would compute when it opens the file."""


def without_formula(value: object) -> object:
    """A text that a spreadsheet would take for a formula, with an apostrophe before it."""
    if not isinstance(value, str) or not value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return value
    return value if _is_number(value) else f"'{value}"


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdecimal()
