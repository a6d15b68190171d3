"""Reading a workbook as a spreadsheet program does, with a reader that is not ours."""

import fastexcel


def cells(book: bytes, sheet: str) -> list[list[str]]:
    """A sheet's rows as text, the header first."""
    reader = fastexcel.read_excel(book)
    loaded = reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    return [["" if cell is None else cell for cell in row] for row in loaded.rows()]
