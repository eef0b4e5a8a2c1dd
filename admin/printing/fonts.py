"""The font of what is printed: DejaVu Sans, which has every Vietnamese letter.

It comes with matplotlib; its licence (Bitstream Vera, with public-domain changes) allows embedding
in documents. The file is found without importing matplotlib, which would take half a second.
"""

from importlib.util import find_spec
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD = "DejaVuSans", "DejaVuSans-Bold"


def register() -> None:
    """Make the fonts known to reportlab; later calls do nothing."""
    known = set(pdfmetrics.getRegisteredFontNames())
    for name in (PLAIN, BOLD):
        if name not in known:
            pdfmetrics.registerFont(TTFont(name, str(_folder() / f"{name}.ttf")))


def _folder() -> Path:
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise RuntimeError("matplotlib is installed with the product")
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
