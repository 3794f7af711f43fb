"""Tables as wide as the text, with hairlines; the head is repeated on each page."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from reportlab.platypus import Flowable

from .content import Align, Column, KeyValue, Table
from .flow import draw_line, fill_box, measure_width, replace_control_characters
from .layout import CAPTION, CELLS, NOTE, RULE, SHADE, TEXT_HEIGHT, ZEBRA, TextStyle
from .linebreak import Line, break_lines, measure_longest_piece
from .tagging.structure import Element

PAD_X, PAD_Y = 4.0, 3.5
MIN_COLUMN_CHARACTERS = 5  # characters that a column of running text keeps, if it has as many
FEWEST_CHARACTERS = 2  # characters that it keeps where figures take the room
MAX_PIECE_CHARACTERS = 12  # characters; a longer piece (a hash, an address) may be cut

CLOSE_PAD_Y = 1.5
WHOLE_AT_MOST = 0.3
"""A table that takes less of a page is not divided, but goes to the next one."""
FEWEST_ROWS = 3
"""Of a table that is divided, after the division: the sum, with two rows before it."""

Cell = Sequence[Line]


@dataclass(frozen=True)
class Row:
    """The lines of each cell; `bold` and `shaded` for heads and totals."""

    cells: Sequence[Cell]
    style: TextStyle
    bold: bool = False
    shaded: bool = False
    zebra: bool = False
    pad: float = PAD_Y
    tags: list[Element] = field(default_factory=list)
    """The elements of its cells, the same ones for both parts of a row that is cut."""

    @property
    def lines(self) -> int:
        """Return the number of lines of the tallest cell."""
        return max((len(cell) for cell in self.cells), default=1)

    @property
    def height(self) -> float:
        """Return the height in points."""
        return self.lines * self.style.pitch + 2 * self.pad

    def cut(self, count: int) -> tuple["Row", "Row"]:
        """Split a row that is taller than a page into its first `count` lines and the rest."""
        return (
            replace(self, cells=[cell[:count] for cell in self.cells]),
            replace(self, cells=[cell[count:] for cell in self.cells]),
        )


@dataclass(frozen=True)
class Model:
    """A table whose cells are broken into lines for its columns' widths."""

    widths: Sequence[float]
    aligns: Sequence[Align]
    head: Row | None
    rows: Sequence[Row]
    caption: str = ""
    note: Cell = ()
    labels: frozenset[int] = frozenset()
    tag: Element = field(default_factory=lambda: Element("Table"))


class Grid(Flowable):
    """A table, or its rows from `start` to `end`; a page may end between any two rows, unless it is small."""

    def __init__(self, model: Model, start: int = 0, end: int | None = None) -> None:
        super().__init__()
        self.model, self.start = model, start
        self.end = len(model.rows) if end is None else end

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:  # noqa: ARG002
        self.width = available_width
        self.height = self._above() + sum(row.height for row in self._rows()) + self._below()
        return available_width, self.height

    def split(self, available_width: float, available_height: float) -> list[Flowable]:  # noqa: ARG002
        if not self._rows() or (self.start == 0 and self.height <= TEXT_HEIGHT * WHOLE_AT_MOST):
            return []
        rows = self.end - self.start
        fitting = min(self._count_fitting(available_height), rows - 1)
        if fitting == 0:
            return self._cut(available_height - self._above())
        if fitting == 1 and self._goes_on():
            return []
        left = next((left for left in (FEWEST_ROWS, 2) if rows - left >= 2), 1)
        middle = self.start + min(fitting, rows - left)
        return [self._part(self.model, self.start, middle), self._part(self.model, middle, self.end)]

    def _count_fitting(self, room: float) -> int:
        """Return how many rows fit below what stands above them."""
        used, fitting = self._above(), 0
        for row in self._rows():
            used += row.height
            if used > room:
                break
            fitting += 1
        return fitting

    def _goes_on(self) -> bool:
        """Whether the next page holds two rows; a head is not printed above one."""
        two = sum(row.height for row in self._rows()[:2])
        return self._above() + two <= TEXT_HEIGHT * 0.6

    def _cut(self, room: float) -> list[Flowable]:
        """Split the first row if no page could hold it."""
        row = self.model.rows[self.start]
        count = int((room - 2 * row.pad) / row.style.pitch)
        if row.height + self._above() + self._below() <= TEXT_HEIGHT * 0.6 or not 0 < count < row.lines:
            return []
        rows = [*self.model.rows[: self.start], *row.cut(count), *self.model.rows[self.start + 1 :]]
        model = replace(self.model, rows=rows)
        return [
            self._part(model, self.start, self.start + 1),
            self._part(model, self.start + 1, self.end + 1),
        ]

    def _part(self, model: Model, start: int, end: int) -> "Grid":
        part = Grid(model, start, end)
        part.spaceBefore, part.spaceAfter = self.getSpaceBefore(), self.getSpaceAfter()
        return part

    def _rows(self) -> Sequence[Row]:
        return self.model.rows[self.start : self.end]

    def _above(self) -> float:
        caption = CAPTION.pitch + 2 if self.model.caption else 0
        return caption + (self.model.head.height if self.model.head else 0)

    def _below(self) -> float:
        if not self.model.note or self.end < len(self.model.rows):
            return 0
        return len(self.model.note) * NOTE.pitch + 3

    def draw(self) -> None:
        y = self.height
        if self.model.caption:
            continued = "（续）" if self.start else ""
            text = self.model.caption + continued
            with self._read_once(Element("Caption", self.model.tag) if not self.start else None):
                left = (self.width - measure_width(text, CAPTION)) / 2
                draw_line(self.canv, left, y - CAPTION.inset(), text, CAPTION)
            y -= CAPTION.pitch + 2
        top, edges = y, []
        for row in [*([self.model.head] if self.model.head else []), *self._rows()]:
            self._draw_row(row, y)
            y -= row.height
            edges.append(y)
        with self.canv.artifact():
            self._rule(top, edges)
        if self._below():
            with self.canv.content(Element("P")):
                self._draw_note(y - 3)

    def _read_once(self, element: Element | None) -> AbstractContextManager[None]:
        """Draw an element of the table, or what a page repeats of it."""
        content: AbstractContextManager[None] = (
            self.canv.content(element) if element else self.canv.artifact("Pagination")
        )
        return content

    def _draw_note(self, y: float) -> None:
        for line in self.model.note:
            draw_line(self.canv, 0, y - NOTE.inset(), line.text, NOTE)
            y -= NOTE.pitch

    def _draw_row(self, row: Row, top: float) -> None:
        with self.canv.artifact():
            self._draw_shades(row, top - row.height)
        repeated = row is self.model.head and self.start > 0
        tags = [None] * len(row.cells) if repeated else self._tags(row)
        x = 0.0
        for number, (cell, width, align) in enumerate(
            zip(row.cells, self.model.widths, self.model.aligns, strict=True)
        ):
            bold = row.bold or number in self.model.labels
            style = replace(row.style, part="table_bold") if bold else row.style
            if _says_something(cell):
                with self._read_once(tags[number]):
                    setting = "center" if row is self.model.head else align
                    self._draw_cell(cell, style, setting, x, top - row.pad, width)
            x += width

    def _tags(self, row: Row) -> list[Element]:
        """Return the elements of the cells; every row has one for each column, if it is empty."""
        if not row.tags:
            line = Element("TR", self.model.tag)
            row.tags.extend(self._tag(row, number, line) for number in range(len(row.cells)))
        return row.tags

    def _tag(self, row: Row, number: int, line: Element) -> Element:
        if row is self.model.head:
            return Element("TH", line, scope="Column")
        if number in self.model.labels and _says_something(row.cells[number]):
            return Element("TH", line, scope="Row")
        return Element("TD", line)

    def _draw_shades(self, row: Row, bottom: float) -> None:
        if row.shaded or row.zebra:
            fill_box(self.canv, 0, bottom, self.width, row.height, SHADE if row.shaded else ZEBRA)
        x = 0.0
        for number, width in enumerate(self.model.widths):
            if number in self.model.labels:
                fill_box(self.canv, x, bottom, width, row.height, SHADE)
            x += width

    def _draw_cell(
        self, cell: Cell, style: TextStyle, align: Align, x: float, top: float, width: float
    ) -> None:
        y = top - style.inset()
        for line in cell:
            text_width = measure_width(line.text, style)
            room = width - 2 * PAD_X - text_width
            shift = {"left": 0.0, "right": room, "center": room / 2}[align]
            draw_line(self.canv, x + PAD_X + shift, y, line.text, style)
            y -= style.pitch

    def _rule(self, top: float, edges: Sequence[float]) -> None:
        """Draw hairlines between rows and columns, and a frame; `edges` are the lower edges of the rows."""
        bottom = edges[-1] if edges else top
        self.canv.setStrokeColor(RULE)
        self.canv.setLineWidth(0.4)
        for y in edges:
            self.canv.line(0, y, self.width, y)
        x = 0.0
        for width in self.model.widths[:-1]:
            x += width
            self.canv.line(x, bottom, x, top)
        self.canv.setStrokeColorRGB(0, 0, 0)
        self.canv.setLineWidth(0.8)
        self.canv.rect(0, bottom, self.width, top - bottom, stroke=1, fill=0)


def _says_something(cell: Cell) -> bool:
    return any(line.text for line in cell)


def build_table_grid(table: Table, measure: float, *, close: bool = False) -> Grid:
    """Build the table with the width `measure`; each row has a text for each column."""
    style = CELLS[table.size]
    texts = [[replace_control_characters(text) for text in row] for row in table.rows]
    totals = [replace_control_characters(text) for text in table.totals] if table.totals is not None else None
    titles = [replace_control_characters(column.title) for column in table.columns]
    widths = _calculate_widths(table.columns, titles, [*texts, *([totals] if totals else [])], style, measure)
    bold = replace(style, part="table_bold")
    rows = [
        Row(
            _cells(row, widths, style), style, zebra=table.size == "list" and number % 2 == 1, pad=_pad(close)
        )
        for number, row in enumerate(texts)
    ]
    if totals is not None:
        rows.append(Row(_cells(totals, widths, bold), style, bold=True, shaded=True, pad=_pad(close)))
    return Grid(
        Model(
            widths=widths,
            aligns=[column.align for column in table.columns],
            head=Row(_cells(titles, widths, bold), style, bold=True, shaded=True, pad=_pad(close)),
            rows=rows,
            caption=replace_control_characters(table.caption),
            note=break_lines(
                replace_control_characters(table.note), lambda t: measure_width(t, NOTE), measure=measure
            )
            if table.note
            else (),
        )
    )


def build_pairs_grid(block: KeyValue, measure: float, *, close: bool = False) -> Grid:
    """Build labels on grey with their values, `per_row` pairs side by side."""
    style = CELLS["form"]
    bold = replace(style, part="table_bold")
    label = (
        max((measure_width(replace_control_characters(name), bold) for name, _ in block.pairs), default=0.0)
        + 2 * PAD_X
        + 1
    )
    label = min(label, measure / block.per_row * 0.45)
    widths = [label, measure / block.per_row - label] * block.per_row
    rows = []
    for start in range(0, len(block.pairs), block.per_row):
        texts = [
            replace_control_characters(text)
            for pair in block.pairs[start : start + block.per_row]
            for text in pair
        ]
        texts += [""] * (2 * block.per_row - len(texts))
        cells = [
            _cell(text, width, bold if number % 2 == 0 else style)
            for number, (text, width) in enumerate(zip(texts, widths, strict=True))
        ]
        rows.append(Row(cells, style, pad=_pad(close)))
    labels = frozenset(range(0, 2 * block.per_row, 2))
    return Grid(Model(widths=widths, aligns=["left"] * len(widths), head=None, rows=rows, labels=labels))


def _pad(close: bool) -> float:
    return CLOSE_PAD_Y if close else PAD_Y


def _cells(texts: Sequence[str], widths: Sequence[float], style: TextStyle) -> list[Cell]:
    return [_cell(text, width, style) for text, width in zip(texts, widths, strict=True)]


def _cell(text: str, width: float, style: TextStyle) -> Cell:
    return break_lines(text, lambda t: measure_width(t, style), measure=width - 2 * PAD_X)


def _calculate_widths(
    columns: Sequence[Column],
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    style: TextStyle,
    measure: float,
) -> list[float]:
    """Give columns the width of their longest piece, then share the rest among those that need more.

    Where there is not enough for all of them, text gives way: a figure that is broken reads as another one.
    """
    bold = replace(style, part="table_bold")
    least, wanted = [], []
    for number, column in enumerate(columns):
        texts = [line for row in rows for line in row[number].split("\n")]
        head = measure_width(titles[number], bold)
        whole = max([*(measure_width(text, bold) for text in texts), min(head, 6 * style.size)], default=0.0)
        pieces = max(
            (measure_longest_piece(text, lambda t: measure_width(t, bold)) for text in texts), default=0.0
        )
        pieces = min(pieces, MAX_PIECE_CHARACTERS * style.size)
        floor = (
            whole if column.align == "right" else min(whole, max(pieces, MIN_COLUMN_CHARACTERS * style.size))
        )
        least.append(max(floor, min(head, 2 * style.size)) + 2 * PAD_X + 1)
        wanted.append(max(whole, floor, head) + 2 * PAD_X + 1)
    if sum(least) >= measure:
        few = FEWEST_CHARACTERS * style.size + 2 * PAD_X + 1
        kept = [
            width if column.align == "right" else min(width, few)
            for column, width in zip(columns, least, strict=True)
        ]
        if sum(kept) >= measure:
            return [width * measure / sum(kept) for width in kept]
        return _distribute(kept, least, measure - sum(kept))
    if sum(wanted) <= measure:
        spare = (measure - sum(wanted)) / sum(wanted)
        return [width * (1 + spare) for width in wanted]
    return _distribute(least, wanted, measure - sum(least))


def _distribute(minimums: Sequence[float], wanted: Sequence[float], spare: float) -> list[float]:
    """Distribute `spare` equally to columns that want more; what small ones don't need goes to others."""
    widths = list(minimums)
    hungry = sorted(range(len(widths)), key=lambda column: wanted[column] - minimums[column])
    for place, column in enumerate(hungry):
        given = min(wanted[column] - minimums[column], spare / (len(hungry) - place))
        widths[column] += given
        spare -= given
    return widths
