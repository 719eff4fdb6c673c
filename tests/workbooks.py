"""Small workbooks (.xlsx), written by hand: the product only reads them."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

_SCHEMAS: Final = "http:" + "//schemas.openxmlformats.org"
_MAIN: Final = f"{_SCHEMAS}/spreadsheetml/2006/main"
_OFFICE: Final = f"{_SCHEMAS}/officeDocument/2006/relationships"
_LINKS: Final = f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships">'


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """Write a workbook whose cells are texts, or numbers where they look like numbers.

    Parameters
    ----------
    path
        Where to write.
    sheets
        Name of each sheet -> its rows.
    """
    numbered = list(enumerate(sheets.items(), start=1))
    names = (f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, (name, _) in numbered)
    links = (_link(f"r{n}", f"worksheets/s{n}.xml", "worksheet") for n, _ in numbered)
    head = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    with zipfile.ZipFile(path, "w") as book:
        root = _link("r0", "xl/workbook.xml", "officeDocument")
        book.writestr("_rels/.rels", f"{_LINKS}{root}</Relationships>")
        book.writestr("xl/workbook.xml", f"{head}{''.join(names)}</sheets></workbook>")
        book.writestr("xl/_rels/workbook.xml.rels", f"{_LINKS}{''.join(links)}</Relationships>")
        for n, (_, rows) in numbered:
            cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
            text = f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData></worksheet>'
            book.writestr(f"xl/worksheets/s{n}.xml", text)


def _link(name: str, target: str, kind: str) -> str:
    return f'<Relationship Id="{name}" Target="{target}" Type="{_OFFICE}/{kind}"/>'


def _cell(value: str) -> str:
    if value.replace(".", "").isdigit():
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
