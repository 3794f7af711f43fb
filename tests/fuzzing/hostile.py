"""Hostile inputs, each made from a seed of its own, so that one can be made again alone."""

import io
import json
import zipfile
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile

from tests import factories

WORDS = ("显微镜", "SEM", "张三", "1 h", "2026-03-03", "09:00", "3", "0.1", "true", "INS-7H2K9QW4")
TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "%00",
    "\u200b\u202e\ufeff",
    "\ud800",  # half a surrogate pair, as JSON may carry it
    "\U0001f9ea" * 40,
    "一" * 5_000,
    "a" * 200_000,
    "' OR 1=1 --",
    '"; DROP TABLE bookings; --',
    "<script>alert(1)</script>",
    "{{ settings.SECRET_KEY }}{% load x %}",
    "%s%n%d{0}{name}",
    "../../../../etc/passwd",
    "..\\..\\nul",
    "=cmd|' /C calc'!A0",
    "https://[::1",
    "https://169.254.169.254/latest/meta-data/",
    "https://user:pass@example.org:99999/",
    "javascript:alert(1)",
    "//example.org/\r\nSet-Cookie: a=b",
    "\r\nX: y",
    "(" * 5_000,
    "[" * 5_000,
    "\\" * 100,
    "a@" + "b" * 300 + ".org",
    "null",
    "undefined",
    "NaN",
    "İıſK",
    "ﷺ" * 100,
    "٣٤",  # digits, but not ours
    "１２",
)
NUMBERS = (
    *("0", "-1", "-0", "1e309", "1e-400", "NaN", "Infinity", "-Infinity", "1_000", "0x10", "1,5", ".", "+1"),
    *("2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "1" * 400, "0." + "1" * 400),
    *("1E+999999", "1E-999999", "٣", "½", "--1"),
)
DAYS = (
    *("0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "2026-13-01", "2025-02-29"),
    *("1969-12-31", "-001-01-01", "20260303", "2026-3-3", "2026-03-03T09:00", "２０２６-03-03"),
)
MOMENTS = (
    *("0001-01-01T00:00Z", "9999-12-31T23:59:59.999999Z", "2026-03-03T24:00", "2026-03-03T09:00+99:99"),
    *(
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "24:00",
        "25:61",
        "-1:00",
        "09:00:00.0000001",
    ),
)
NAMES = (
    "../../a.xlsx",
    "a\x00.pdf",
    "a\r\nb.csv",
    "C:\\a.png",
    "." * 300,
    "一" * 300 + ".pdf",
    "",
    "a/b/c",
    "-rf",
)
XML_ENCODINGS = ("utf-8", "utf-16", "utf-32", "gb18030", "utf-7", "cp037")
ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "ha">{ENTITIES}]><worksheet>&a9;</worksheet>'
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><worksheet>&b;</worksheet>'
)


class Hostile:
    """Draws inputs; the same seed gives the same ones."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)

    def value(self) -> str:
        """A value of a field or of a query."""
        kind = self.random.choice((TEXTS, TEXTS, NUMBERS, DAYS, MOMENTS, None))
        return self.spoil(self.random.choice(WORDS)) if kind is None else self.random.choice(kind)

    def spoil(self, text: str) -> str:
        """A text with some characters lost, repeated or replaced."""
        made = list(text)
        for _ in range(self.random.randint(1, 3)):
            at = self.random.randrange(len(made) + 1)
            made[at : at + self.random.randint(0, 3)] = self.random.choice(
                ("", "\x00", "é", "\U0001f9ea", "9" * 30, "/", "%", "-", "\n", "'", text[:20])
            )
        return "".join(made)

    def spoil_bytes(self, content: bytes) -> bytes:
        """A file that was cut, filled, or changed in places."""
        made = bytearray(content)
        for _ in range(self.random.randint(1, 6)):
            at = self.random.randrange(len(made) + 1)
            match self.random.randrange(5):
                case 0:
                    del made[at:]
                case 1:
                    made[at:at] = self.random.randbytes(self.random.randint(1, 64))
                case 2:
                    del made[at : at + self.random.randint(1, 64)]
                case 3:
                    made[at : at + 8] = self.random.choice(
                        (b"\xff" * 8, b"\x00" * 8, b"99999999", b"<!ENTITY")
                    )
                case _:
                    made[at:at] = made[at : at + 200] * self.random.randint(1, 20)
        return bytes(made[:2_000_000])

    def file(self) -> SimpleUploadedFile:
        """A file of any kind, whole or spoilt, under any name."""
        content = self.random.choice(_FILES)()
        if self.random.random() < 0.7:
            content = self.spoil_bytes(content)
        name = self.random.choice((*NAMES, "a.xlsx", "a.csv", "a.pdf", "a.jpg", "a.toml", "a.json"))
        return SimpleUploadedFile(
            name or "a", content, self.random.choice(("image/png", "text/csv", "x/y", ""))
        )

    def chance(self, share: float) -> bool:
        return self.random.random() < share


def sent(text: str) -> str:
    """What can be written in UTF-8: half a surrogate pair comes in queries and in JSON only."""
    return text.encode(errors="replace").decode()


def workbook(sheet: str | bytes, *, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook of one sheet with this XML."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml",
            '<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
            '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
            "</Relationships>",
        )
        archive.writestr(name, sheet)
    return made.getvalue()


def plain_workbook() -> bytes:
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c><c r="B1"><v>1</v></c></row>'
    return workbook(f"<worksheet><sheetData>{row}</sheetData></worksheet>")


def bomb() -> bytes:
    """A workbook whose sheet unpacks to 40 MB of one text."""
    return workbook(b"<worksheet><sheetData><row><c><v>" + b"1" * 40_000_000 + b"</v></c></row></sheetData>")


def picture_bomb() -> bytes:
    """The header of a PNG with 60,000 pixels a side, and next to nothing behind it."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def calendar() -> bytes:
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//a//b",
        "BEGIN:VEVENT",
        "UID:1@example.org",
        "DTSTAMP:20260301T000000Z",
        "DTSTART;TZID=Asia/Shanghai:20260303T090000",
        "DTEND;TZID=Asia/Shanghai:20260303T110000",
        "RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TU",
        "EXDATE;TZID=Asia/Shanghai:20260310T090000",
        "SUMMARY:保养",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "\r\n".join(lines).encode()


def pdf() -> bytes:
    opens = b"1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj"
    return b"%PDF-1.7\n" + opens + b"\ntrailer<<>>\n%%EOF"


_FILES = (
    lambda: "名称,型号,数量\n显微镜,A,1\n=1+1,B,-2\n".encode(),
    lambda: "名称\t型号\n".encode("utf-16"),
    plain_workbook,
    lambda: workbook(LAUGHS),
    lambda: workbook(LAUGHS.replace("?>", ' encoding="utf-16"?>').encode("utf-16")),
    lambda: workbook(OUTSIDE),
    factories.jpeg,
    picture_bomb,
    pdf,
    calendar,
    lambda: b'title = "a"\n[[a]]\nb = 1\n',
    lambda: b"a = " + b"[" * 50_000,
    lambda: b"a = " + b"9" * 50_000,
    lambda: json.dumps({"format": "a", "line": "{}", "index": 1}).encode(),
    lambda: b"[" * 50_000,
    lambda: b"%PDF-" + factories.jpeg(),  # two kinds at once
    lambda: b"",
)
