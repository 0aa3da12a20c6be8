"""Documents made on the spot: small, real files of each kind."""

import io
import zipfile
from collections.abc import Sequence

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def pdf(pages: Sequence[Sequence[str]], *, extra_trailer: str = "") -> bytes:
    """Return a PDF with these lines on its pages."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for at, lines in enumerate(pages):
        shown = " ".join(f"({line}) Tj T*" for line in lines)
        stream = f"BT /F1 11 Tf 50 780 Td 14 TL {shown} ET"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {5 + 2 * at} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>"
        )
        objects.append(f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream")
    written = b"%PDF-1.4\n"
    places: list[int] = []
    for number, text in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{text}\nendobj\n".encode()
    start = len(written)
    entries = b"".join(b"%010d 00000 n \n" % place for place in places)
    written += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode() + entries
    trailer = f"trailer<</Size {len(objects) + 1}/Root 1 0 R{extra_trailer}>>\nstartxref\n{start}\n%%EOF"
    return written + trailer.encode()


def encrypted_pdf() -> bytes:
    """Return a PDF that says that it is encrypted, with a password that nobody knows."""
    key = "00" * 32
    return pdf([["secret"]], extra_trailer=f"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{key}>/U<{key}>>>/ID[<00><00>]")


def docx(paragraphs: Sequence[str]) -> bytes:
    """Return a Word document."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    main = f'<?xml version="1.0"?><w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    return _package({"word/document.xml": (f"{DOCX}.main+xml", main)}, first="word/document.xml")


def xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    """Return a spreadsheet of one sheet."""
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>" for row in rows
    )
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    book = (
        f'<?xml version="1.0"?><workbook xmlns="{space}" xmlns:r="{_RELATIONS}"><sheets>'
        '<sheet name="Prices" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    sheet = f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'
    kind = XLSX.removesuffix(".sheet")
    return _package(
        {
            "xl/workbook.xml": (f"{kind}.sheet.main+xml", book),
            "xl/worksheets/sheet1.xml": (f"{kind}.worksheet+xml", sheet),
        },
        first="xl/workbook.xml",
        relations={"xl/_rels/workbook.xml.rels": ("worksheet", "worksheets/sheet1.xml")},
    )


def _package(
    parts: dict[str, tuple[str, str]], *, first: str, relations: dict[str, tuple[str, str]] | None = None
) -> bytes:
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, (kind, _) in parts.items())
    types = (
        f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )
    files = {"[Content_Types].xml": types, "_rels/.rels": _related("officeDocument", first)}
    files |= {name: _related(kind, target) for name, (kind, target) in (relations or {}).items()}
    files |= {name: text for name, (_, text) in parts.items()}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in files.items():
            package.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _related(kind: str, target: str) -> str:
    return (
        f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/{kind}" Target="{target}"/></Relationships>'
    )
