"""What a reader of a PDF finds in it."""

from io import BytesIO

from pypdf import PdfReader

MM = 72 / 25.4


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def text(page) -> str:
    """The text layer without the breaks that lines and columns put into it."""
    return page.extract_text().replace("\n", "")


def places(page) -> list[tuple[str, float, float, float]]:
    """Each piece of text with where its baseline starts, in points from the lower left, and its size."""
    found: list[tuple[str, float, float, float]] = []

    def visit(piece, outer, matrix, font, size):
        if piece.strip():
            x = matrix[4] * outer[0] + matrix[5] * outer[2] + outer[4]
            y = matrix[4] * outer[1] + matrix[5] * outer[3] + outer[5]
            found.append((piece.strip(), x, y, size))

    page.extract_text(visitor_text=visit)
    return found


def outline(pdf: PdfReader) -> list[tuple[int, str, int]]:
    """Level, title and page (from 1) of each bookmark, in order."""
    found: list[tuple[int, str, int]] = []

    def walk(entries, level):
        for entry in entries:
            if isinstance(entry, list):
                walk(entry, level + 1)
            else:
                found.append((level, entry.title, pdf.get_destination_page_number(entry) + 1))

    walk(pdf.outline, 0)
    return found


def fonts(pdf: PdfReader) -> dict[str, bool]:
    """Name of each font of each page, and whether it is embedded."""
    found = {}
    for page in pdf.pages:
        for font in page["/Resources"]["/Font"].values():
            font = font.get_object()
            descriptor = font.get("/FontDescriptor", {})
            found[font["/BaseFont"]] = "/FontFile2" in (descriptor.get_object() if descriptor else {})
    return found
