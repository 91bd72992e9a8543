"""Letters of any script on a PDF: the shop's own fonts first, and for what they lack a piece of another."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

import uharfbuzz
from fpdf import FPDF

FONT: Final = "DejaVuSans"
_FONTS: Final = Path(__file__).resolve().parent.parent / "fonts"
# Thai, Devanagari, Korean, Chinese and Japanese, emoji in one colour. The first that has a letter draws it.
_FALLBACKS: Final = ("NotoSansThai", "NotoSansDevanagari", "NanumGothic", "DroidSansFallbackFull", "NotoEmoji")
_UNREADABLE: Final = "\N{REPLACEMENT CHARACTER}"


def readable(text: str) -> str:
    """Return what can be drawn of a text: a letter or digit that no font has becomes a visible sign, an emoji goes without a trace."""
    return "".join(character if _is_drawn(character) else _stand_in(character) for character in text)


def set_fonts(pdf: FPDF, *, text: str, folder: Path) -> None:
    """Let `pdf` draw every letter of `text`, bold ones of fallbacks as regular; `folder` holds pieces of fonts until the PDF is output."""
    pdf.add_font(FONT, "", _FONTS / f"{FONT}.ttf")
    pdf.add_font(FONT, "B", _FONTS / f"{FONT}-Bold.ttf")
    pdf.set_text_shaping(use_shaping_engine=True)
    missing = {ord(character) for character in text} - set(_letters(FONT))
    for name in _FALLBACKS:
        if found := {letter for letter in missing if letter in _letters(name)}:
            missing -= found
            pdf.add_font(name, "", _cut(name, found, folder))
    # The bold cut has a few letters less than the regular one.
    pdf.set_fallback_fonts([name for name in (FONT, *_FALLBACKS) if name.lower() in pdf.fonts], exact_match=False)


def _is_drawn(character: str) -> bool:
    return character == "\n" or any(ord(character) in _letters(name) for name in (FONT, *_FALLBACKS))


def _stand_in(character: str) -> str:
    return _UNREADABLE if unicodedata.category(character)[0] in "LN" else ""


@cache
def _letters(name: str) -> uharfbuzz.Set:
    return _face(name).unicodes


def _cut(name: str, letters: set[int], folder: Path) -> Path:
    """Write a font of these letters, and of the forms they take beside each other: reading a whole one takes seconds."""
    wanted = uharfbuzz.SubsetInput()
    wanted.unicode_set.update(letters)
    path = folder / f"{name}.ttf"
    path.write_bytes(uharfbuzz.subset(_face(name), wanted).blob.data)
    return path


def _face(name: str) -> uharfbuzz.Face:
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(_FONTS / f"{name}.ttf")))
