"""The structure of a tagged PDF (ISO 32000-1, 14.7 and 14.8): what each mark on a page is.

A flowable draws between `canvas.content(element)`, which readers read aloud, or `canvas.artifact()`, which
they leave out: rules, shades, page numbers, repeated heads. reportlab writes neither; it does let a canvas
add to the stream of a page and to the catalog.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFDocument, PDFName, PDFObject
from reportlab.pdfgen.canvas import Canvas

Kind = Literal[
    "Document", "H1", "H2", "H3", "H4", "H5", "H6", "P", "L", "LI", "LBody", "Table", "Caption", "TR", "TH",
    "TD", "Figure", "Sect",
]  # fmt: skip
Box = tuple[float, float, float, float]


class Element(PDFObject):
    """An element of the structure, with elements or marked contents (page, number) in reading order.

    `alt` says in words what a figure shows, `scope` of what a cell is the head (`Column`, `Row`), `box` is
    where a figure stands on its page. An element without a parent goes into the document when it is drawn.
    """

    __RefOnly__ = 1

    def __init__(
        self, kind: Kind, parent: "Element | None" = None, *, alt: str = "", scope: str = ""
    ) -> None:
        self.kind, self.parent, self.alt, self.scope = kind, parent, alt, scope
        self.box: Box | None = None
        self.kids: list[Element | tuple[int, int]] = []
        if parent is not None:
            parent.kids.append(self)

    def top(self) -> "Element":
        """Return the outermost element that this one stands in."""
        return self if self.parent is None else self.parent.top()

    def format(self, document: PDFDocument) -> bytes:
        """Return the dictionary as reportlab writes it into the file."""
        page = next((kid[0] for kid in self.kids if isinstance(kid, tuple)), None)
        kids = " ".join(self._kid(document, kid, page) for kid in self.kids)
        parts = [f"<</S/{self.kind}", f"/P {_ref(document, self.parent or document.Catalog.StructTreeRoot)}"]
        if page is not None:
            parts.append(f"/Pg {_ref(document, document.Pages.pages[page])}")
        parts.append(f"/K[{kids}]")
        if self.alt:
            parts.append(f"/Alt<FEFF{self.alt.encode('utf-16-be').hex()}>")
        if self.scope:
            parts.append(f"/A<</O/Table/Scope/{self.scope}>>")
        if self.box:
            parts.append(f"/A<</O/Layout/Placement/Block/BBox[{' '.join(f'{n:.2f}' for n in self.box)}]>>")
        return "".join([*parts, ">>"]).encode()

    @staticmethod
    def _kid(document: PDFDocument, kid: "Element | tuple[int, int]", page: int | None) -> str:
        if isinstance(kid, Element):
            return _ref(document, kid)
        if kid[0] == page:
            return str(kid[1])
        return f"<</Type/MCR/Pg {_ref(document, document.Pages.pages[kid[0]])}/MCID {kid[1]}>>"


class _Owners(PDFObject):
    """The number tree that leads from the marked contents of each page to their elements."""

    __RefOnly__ = 1

    def __init__(self, pages: list[list[Element]]) -> None:
        self.pages = pages

    def format(self, document: PDFDocument) -> bytes:
        rows = (
            f"{number}[{' '.join(_ref(document, element) for element in owners)}]"
            for number, (owners, _) in enumerate(zip(self.pages, document.Pages.pages, strict=False))
        )
        return f"<</Nums[{' '.join(rows)}]>>".encode()


def _ref(document: PDFDocument, target: PDFObject) -> str:
    return str(document.Reference(target).format(document).decode())


class TaggedCanvas(Canvas):
    """A canvas that knows to which element of the structure each thing belongs that is drawn on it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.structure = Element("Document")
        self.closing = Element("Sect")
        """What is read after everything else, wherever it stands."""
        self._owners: list[list[Element]] = [[]]
        root = PDFDictionary({"Type": PDFName("StructTreeRoot"), "K": self.structure})
        root["ParentTree"] = _Owners(self._owners)
        self._doc.Catalog.StructTreeRoot = root
        self._doc.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})

    @contextmanager
    def content(self, element: Element) -> Iterator[None]:
        """Draw a part of an element."""
        self._stand(element.top())
        owners = self._owners[-1]
        element.kids.append((len(self._owners) - 1, len(owners)))
        self._code.append(f"/{element.kind} <</MCID {len(owners)}>> BDC")
        owners.append(element)
        yield
        self._code.append("EMC")

    def _stand(self, top: Element) -> None:
        """Let an element stand in the document, after those drawn before; only the closing stays last."""
        if top is self.structure:
            return
        top.parent = self.structure
        kids = self.structure.kids
        closed = bool(kids) and kids[-1] is self.closing
        kids.insert(len(kids) - closed, top)

    @contextmanager
    def artifact(self, kind: Literal["Layout", "Pagination"] = "Layout") -> Iterator[None]:
        """Draw what is not read: decoration, or (`Pagination`) what stands on every page."""
        self._code.append(f"/Artifact <</Type/{kind}>> BDC")
        yield
        self._code.append("EMC")

    @contextmanager
    def figure(
        self, alt: str, x: float, y: float, width: float, height: float, parent: Element | None = None
    ) -> Iterator[None]:
        """Draw a figure within this box, said in words by `alt`."""
        element = Element("Figure", parent, alt=alt)
        corners = [self.absolutePosition(x, y), self.absolutePosition(x + width, y + height)]
        (left, right), (bottom, top) = (sorted(each) for each in zip(*corners, strict=True))
        element.box = (left, bottom, right, top)
        with self.content(element):
            yield

    def showPage(self) -> None:  # noqa: N802 (reportlab's name)
        """End the page, and name its row in the number tree."""
        super().showPage()
        page = self._doc.Pages.pages[-1]
        page.__NoDefault__ = (*page.__NoDefault__, "StructParents", "Tabs")
        page.StructParents, page.Tabs = len(self._owners) - 1, PDFName("S")
        self._owners.append([])
