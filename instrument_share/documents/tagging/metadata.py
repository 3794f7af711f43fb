"""XMP metadata (ISO 16684-1): title, author and dates as in the information dictionary, and PDF/UA-1."""

from datetime import UTC, datetime
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfdoc import PDFDocument, PDFObject

PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{at}</xmp:CreateDate><xmp:ModifyDate>{at}</xmp:ModifyDate><xmp:MetadataDate>{at}</xmp:MetadataDate>
<xmp:CreatorTool>{tool}</xmp:CreatorTool><pdf:Producer>{tool}</pdf:Producer>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>
"""


class Metadata(PDFObject):
    """The metadata stream, uncompressed so that any program finds it."""

    __RefOnly__ = 1

    def __init__(self, packet: bytes) -> None:
        self.packet = packet

    def format(self, document: PDFDocument) -> bytes:  # noqa: ARG002
        """Return the stream as reportlab writes it into the file."""
        head = b"<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n" % len(self.packet)
        return head + self.packet + b"endstream\n"


def build_metadata(
    *, title: str, author: str, subject: str, language: str, created_at: datetime, tool: str
) -> "Metadata":
    """Build the metadata of a paper."""
    packet = PACKET.format(
        title=escape(title),
        author=escape(author),
        subject=escape(subject),
        language=language,
        at=created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        tool=tool,
    )
    return Metadata(packet.encode())
