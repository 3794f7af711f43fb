"""Rules of PDF/UA-1 (ISO 14289-1) that a program can check: `find_problems(pdf)` names what breaks one."""

from collections.abc import Iterator
from xml.etree import ElementTree

from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject

from tests.documents.reading import reader

SHOWING = {b"Tj", b"TJ", b"'", b'"'}
PAINTING = SHOWING | {
    b"f",
    b"F",
    b"f*",
    b"B",
    b"B*",
    b"b",
    b"b*",
    b"S",
    b"s",
    b"Do",
    b"sh",
    b"EI",
    b"INLINE IMAGE",
}
KINDS = {
    *("Document", "Sect", "P", "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "LBody"),
    *("Table", "Caption", "TR", "TH", "TD", "Figure"),
}
INSIDE = {"TR": {"Table"}, "TH": {"TR"}, "TD": {"TR"}, "Caption": {"Table"}, "LI": {"L"}, "LBody": {"LI"}}
HIDDEN, SYMBOLIC = 2, 4
"""Flags of an annotation and of a font."""
XML = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
}


def find_problems(pdf: bytes) -> list[str]:
    read = reader(pdf)
    found = [*_of_the_file(read), *_of_what_is_left_out(read), *_of_the_metadata(read)]
    for number, page in enumerate(read.pages):
        found += [f"page {number + 1}: {each}" for each in _of_a_page(read, number, page)]
    elements = list(walk(read))
    for parent, element in elements:
        found += _of_an_element(parent, element)
    return [*found, *_of_headings(elements)]


def walk(read: PdfReader) -> Iterator[tuple[DictionaryObject, DictionaryObject]]:
    """Every element with the one that it stands in, in reading order."""

    def inside(parent):
        for kid in kids(parent):
            if isinstance(kid, DictionaryObject) and "/S" in kid:
                yield parent, kid
                yield from inside(kid)

    yield from inside(read.root_object["/StructTreeRoot"])


def kids(element: DictionaryObject) -> list:
    found = element.get("/K", [])
    found = found.get_object() if hasattr(found, "get_object") else found
    return [kid.get_object() for kid in (found if isinstance(found, list) else [found])]


def kind(element: DictionaryObject) -> str:
    return element.get("/S", "")[1:]


def _of_the_file(read: PdfReader) -> Iterator[str]:
    root = read.root_object
    if root.get("/Lang") not in ("zh-CN", "en"):
        yield "no language"
    if root["/MarkInfo"]["/Marked"] != True:  # noqa: E712 (a BooleanObject)
        yield "not marked"
    if root["/ViewerPreferences"]["/DisplayDocTitle"] != True:  # noqa: E712 (a BooleanObject)
        yield "the title is not displayed"
    for field in root.get("/AcroForm", {}).get("/Fields", []):
        if not field.get_object().get("/F", 0) & HIDDEN:
            yield "a field is neither hidden nor tagged"


def _of_what_is_left_out(read: PdfReader) -> Iterator[str]:
    """What papers do without, each with rules of its own (Matterhorn protocol 01-007, 02, 20, 21, 25, 26)."""
    root = read.root_object
    left_out = {
        "suspects": root["/MarkInfo"].get("/Suspects"),
        "roles of its own": root["/StructTreeRoot"].get("/RoleMap"),
        "optional content": root.get("/OCProperties"),
        "other files": root.get("/Names", {}).get("/EmbeddedFiles"),
        "an XFA form": root.get("/AcroForm", {}).get("/XFA"),
        "encryption": read.trailer.get("/Encrypt"),
    }
    yield from (f"there is {what}" for what, found in left_out.items() if found)


def _of_the_metadata(read: PdfReader) -> Iterator[str]:
    packet = ElementTree.fromstring(read.root_object["/Metadata"].get_object().get_data())

    def said(path: str) -> str:
        return packet.findtext(f".//{path}", "", XML)

    if said("pdfuaid:part") != "1":
        yield "does not claim PDF/UA-1"
    if said("dc:title/rdf:Alt/rdf:li") != read.metadata.title or not read.metadata.title:
        yield "another title in XMP"
    if said("dc:creator/rdf:Seq/rdf:li") != read.metadata.author:
        yield "another author in XMP"
    for name, date in (
        ("CreateDate", read.metadata.creation_date),
        ("ModifyDate", read.metadata.modification_date),
    ):
        if said(f"xmp:{name}") != f"{date:%Y-%m-%dT%H:%M:%SZ}":
            yield f"another {name} in XMP"


def _of_a_page(read: PdfReader, number: int, page) -> Iterator[str]:
    if page.get("/Tabs") != "/S":
        yield "tabs do not follow the structure"
    owners = _owners(read, page["/StructParents"])
    yield from _of_the_marks(ContentStream(page.get_contents(), read).operations, owners)
    for place, owner in enumerate(owners):
        if not any(_is_part(kid, place, page, owner) for kid in kids(owner)):
            yield "an element does not know its content"
    yield from _of_what_a_page_names(page)


def _of_what_a_page_names(page) -> Iterator[str]:
    """Its fonts, pictures and annotations (Matterhorn protocol 28, 30, 31)."""
    for font in page["/Resources"]["/Font"].values():
        name = font["/BaseFont"]
        if "/ToUnicode" not in font or "/FontFile2" not in font["/FontDescriptor"]:
            yield f"{name} is not embedded, or without Unicode"
            continue
        if font["/FontDescriptor"]["/Flags"] & SYMBOLIC and "/Encoding" in font:
            yield f"{name} has two encodings"
        if len(font["/Widths"]) != font["/LastChar"] - font["/FirstChar"] + 1:
            yield f"{name} lacks widths"
    for drawn in page["/Resources"].get("/XObject", {}).values():
        if "/Ref" in drawn or drawn["/Subtype"] == "/PS":
            yield "a picture that is not in the file"
    for annotation in page.get("/Annots", []):
        note = annotation.get_object()
        if not note.get("/F", 0) & HIDDEN and not ("/Contents" in note and "/StructParent" in note):
            yield "an annotation without words, or outside of the structure"


def _of_the_marks(operations, owners: list[DictionaryObject]) -> Iterator[str]:
    """Every mark is content, once, in the structure, or an artifact."""
    seen: list[int] = []
    inside = False
    for operands, operator in operations:
        if operator in (b"BDC", b"BMC"):
            if inside:
                yield "marked content inside other marked content"
            inside = True
            if operands[0] != "/Artifact":
                seen.append(operands[1]["/MCID"])
                if kind(owners[seen[-1]]) != operands[0][1:]:
                    yield "marked as another element"
        elif operator == b"EMC":
            inside = False
        elif operator in PAINTING and not inside:
            yield f"{operator.decode()} is neither content nor artifact"
        if operator in SHOWING and 0 in _codes(operands[-1]):
            yield "shows a glyph that its font lacks"
    if seen != list(range(len(owners))):
        yield "marked contents are not all in the structure"


def _owners(read: PdfReader, row: int) -> list[DictionaryObject]:
    numbers = read.root_object["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    return [each.get_object() for each in numbers[numbers.index(row) + 1].get_object()]


def _is_part(kid, place: int, page, owner: DictionaryObject) -> bool:
    if isinstance(kid, DictionaryObject):
        return kid.get("/MCID") == place and kid["/Pg"] == page
    return kid == place and owner["/Pg"] == page


def _codes(operand) -> bytes:
    parts = operand if isinstance(operand, list) else [operand]
    texts = [part for part in parts if isinstance(part, str | bytes)]
    return b"".join(getattr(text, "original_bytes", text) for text in texts)


def _of_an_element(parent: DictionaryObject, element: DictionaryObject) -> Iterator[str]:
    name = kind(element)
    if name not in KINDS:
        yield f"{name} is no standard type"
    if element["/P"].get_object() != parent:
        yield f"{name} names another parent"
    if name in INSIDE and kind(parent) not in INSIDE[name]:
        yield f"{name} in {kind(parent)}"
    if name == "Figure" and not (element.get("/Alt") and len(element["/A"]["/BBox"]) == 4):
        yield "a figure without alternative or place"
    if name == "TH" and element["/A"]["/Scope"] not in ("/Column", "/Row"):
        yield "a head of nothing"
    if name == "Table":
        rows = {len(kids(each)) for each in kids(element) if kind(each) == "TR"}
        if len(rows) != 1:
            yield f"rows of {sorted(rows)} cells"


def _of_headings(elements) -> Iterator[str]:
    last = 0
    for _, element in elements:
        if kind(element)[:1] == "H":
            level = int(kind(element)[1:])
            if not kids(element):
                yield f"an empty H{level}"
            if level > last + 1:
                yield f"H{level} after H{last}"
            last = level
