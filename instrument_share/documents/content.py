"""The content of a paper, independent of its layout.

Amounts, dates and numbers arrive as text to print: layout computes nothing. Only charts take numbers, for the
lengths of their bars.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Align = Literal["left", "right", "center"]
TableSize = Literal["text", "form", "list"]


@dataclass(frozen=True)
class Heading:
    """A heading with its number in the text (`heading_number`). Levels 1 to 4: 一、 / （一） / 1. / （1）."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the body, its first line indented by two characters. A newline breaks the line."""

    text: str


@dataclass(frozen=True)
class Column:
    """A column of a table; right-aligned numbers become numbers in a spreadsheet."""

    title: str
    align: Align = "left"


@dataclass(frozen=True)
class Table:
    """`rows` (and `totals`, the last row in bold) have a text for each column.

    `size`: `text` is 12 pt, for a few columns in a letter; `form` 10.5 pt; `list` 9 pt, for many columns.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    totals: Sequence[str] | None = None
    caption: str = ""
    note: str = ""
    size: TableSize = "form"


@dataclass(frozen=True)
class KeyValue:
    """Labels with their values, `per_row` pairs side by side."""

    pairs: Sequence[tuple[str, str]]
    per_row: int = 1


@dataclass(frozen=True)
class Series:
    """One value (0 or more) for each label of a chart."""

    name: str
    values: Sequence[float]


@dataclass(frozen=True)
class BarChart:
    """Vertical bars, for example hours by month; at most three series, distinguishable without colour."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str = ""


@dataclass(frozen=True)
class Bar:
    """A bar; `text` is printed after it."""

    label: str
    value: float
    text: str


@dataclass(frozen=True)
class ShareChart:
    """Horizontal bars; `full` is the value of a whole bar, by default the largest value."""

    title: str
    bars: Sequence[Bar]
    full: float | None = None


@dataclass(frozen=True)
class PageBreak:
    """Starts a new page."""


@dataclass(frozen=True)
class Sheet:
    """A form that starts on a new page, with the verification mark on each of its pages."""

    title: str
    blocks: Sequence["Block"]
    bookmark: str = ""


@dataclass(frozen=True)
class Picture:
    """A centred JPEG or PNG, at most as wide as the text and `height_mm` high."""

    data: bytes
    caption: str = ""
    height_mm: float = 70.0


@dataclass(frozen=True)
class Code:
    """A QR code of an address, with lines of text beside it."""

    address: str
    lines: Sequence[str]


Block = Heading | Paragraph | Table | KeyValue | BarChart | ShareChart | Picture | Code | PageBreak | Sheet


@dataclass(frozen=True)
class Attachment:
    """An attachment on its own pages; `wide` is landscape, for tables with many columns."""

    title: str
    blocks: Sequence[Block]
    wide: bool = False


@dataclass(frozen=True)
class Verification:
    """Where anyone can check the paper: the address behind the QR code, and the code to type."""

    url: str
    code: str


@dataclass(frozen=True)
class OfficialLetter:
    """A letter after GB/T 9704-2012; the number and seal of the issuing office are left blank.

    A newline in `title` breaks it there. `date` is the date as text (2026年1月5日). `notice` is printed at
    the top of every page (for example, that a policy is a draft). `created_at` (aware) is the file's date.
    """

    title: str
    salutation: str
    blocks: Sequence[Block]
    sender: str
    date: str
    created_at: datetime
    attachments: Sequence[Attachment] = ()
    verification: Verification | None = None
    notice: str = ""
    subject: str = ""


@dataclass(frozen=True)
class Paper:
    """A paper other than a letter: a unit's own sheet, a statement, a yearly certificate.

    `language` is the language of its text (`zh-CN`, `en`), for screen readers. `signed` prints sender and
    date at its end.
    """

    title: str
    blocks: Sequence[Block]
    sender: str
    date: str
    created_at: datetime
    verification: Verification | None = None
    notice: str = ""
    subject: str = ""
    language: str = "zh-CN"
    signed: bool = True


def format_heading_number(level: int, number: int) -> str:
    """Return the number of a heading: 一、 / （一） / 1. / （1）, for 1 to 99 (GB/T 9704, 7.3.3)."""
    if level == 1:
        return f"{to_chinese_number(number)}、"
    if level == 2:
        return f"（{to_chinese_number(number)}）"
    return f"{number}." if level == 3 else f"（{number}）"


def to_chinese_number(number: int) -> str:
    """Return a number up to 99 in Chinese: 1 → 一, 10 → 十, 21 → 二十一."""
    tens, ones = divmod(number, 10)
    digits = "〇一二三四五六七八九"
    return ("" if tens == 0 else "十" if tens == 1 else digits[tens] + "十") + (digits[ones] if ones else "")
