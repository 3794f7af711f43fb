"""Typefaces of papers: the file for each purpose, text widths, and fallbacks for missing characters.

By default Noto Serif SC and Noto Sans SC (SIL Open Font License), which set-up copies beside this module; a
site names its own FangSong, Kai and title faces in its settings (docs/adr/0003-pdf-typefaces-and-layout.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Literal

from django.conf import settings
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from .errors import FontMissing, FontUnusable

Part = Literal["fangsong", "kai", "title", "hei", "song", "table", "table_bold"]

FONT_DIR = Path(__file__).parent / "fonts"
SERIF, SERIF_BOLD = "NotoSerifSC_400Regular.ttf", "NotoSerifSC_700Bold.ttf"
SANS, SANS_BOLD = "NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf"
DEFAULTS: dict[Part, str] = {
    "fangsong": SERIF,
    "kai": SERIF_BOLD,  # without a Kai face the second level would look like the body
    "title": SERIF_BOLD,
    "hei": SANS_BOLD,
    "song": SERIF,
    "table": SANS,  # its figures are of one width
    "table_bold": SANS_BOLD,
}
SITE_SETTINGS: dict[Part, str] = {
    "fangsong": "PDF_FONT_FANGSONG",
    "kai": "PDF_FONT_KAI",
    "title": "PDF_FONT_TITLE",
}


@dataclass(frozen=True, eq=False)
class Face:
    """A typeface with fallbacks for characters that it lacks."""

    font: TTFont
    lenders: tuple[TTFont, ...]
    _known: dict[str, tuple[TTFont, float]] = field(default_factory=dict)
    """Character → its font and width; a paper measures each of some hundred characters a thousand times."""

    def runs(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield pairs of a registered font's name and the text to set in it, in order."""
        for font, characters in groupby(text, key=lambda character: self._measured(character)[0]):
            yield font.fontName, "".join(characters)

    def width(self, text: str, size: float) -> float:
        """Return the width of the text in points."""
        return sum(self._measured(character)[1] for character in text) * size / 1000

    def _measured(self, character: str) -> tuple[TTFont, float]:
        known = self._known.get(character)
        if known is None:
            font = self._font_of(character)
            width = float(font.face.charWidths.get(ord(character), font.face.defaultWidth))
            known = self._known[character] = font, width
        return known

    def _font_of(self, character: str) -> TTFont:
        for font in (self.font, *self.lenders):
            if ord(character) in font.face.charToGlyph:
                return font
        return self.font


def get_face(part: Part) -> Face:
    """Return the face for a purpose. Raises FontMissing or FontUnusable."""
    setting = SITE_SETTINGS.get(part, "")
    chosen = str(getattr(settings, setting)) if setting else ""
    return _face(part, chosen, setting if chosen else "", FONT_DIR)


@lru_cache(maxsize=32)
def _face(part: Part, chosen: str, setting: str, folder: Path) -> Face:
    """Return a face; to join its paths at each line took half of a paper's time."""
    lenders = tuple(_register(str(folder / name), "") for name in (SERIF, SANS))
    return Face(_register(chosen or str(folder / DEFAULTS[part]), setting), lenders)


@lru_cache(maxsize=32)
def _register(path: str, setting: str) -> TTFont:
    file = Path(path)
    if not file.is_file():
        raise FontMissing(path=path, setting=setting or "PDF_FONT_*")
    try:
        font = TTFont(f"{file.stem}-{setting}" if setting else file.stem, path)
    except (TTFError, OSError, ValueError, IndexError, KeyError) as error:
        raise FontUnusable(path=path, setting=setting or "PDF_FONT_*") from error
    pdfmetrics.registerFont(font)
    return font


def set_base_font() -> str:
    """Make reportlab start pages with an embedded font instead of Helvetica; return its name."""
    name: str = get_face("song").font.fontName
    rl_config.canvas_basefontname = name
    return name
