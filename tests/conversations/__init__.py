"""Conversations as they were recorded, with every effect expected."""

from pathlib import Path

FOLDER = Path(__file__).parent
FORMS = FOLDER / "forms"
