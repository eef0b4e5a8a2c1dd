"""Escapes texts in a CSV that a spreadsheet would evaluate as formulas."""


def without_formula(value: object) -> object:
    """Put an apostrophe before a text that a spreadsheet would evaluate as a formula."""
    if not isinstance(value, str) or not value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return value
    return value if _is_number(value) else f"'{value}"


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdecimal()
