"""Lists of codes as files: read from who printed them, written for who prints them."""
import csv
import io

from . import coupon_code

MOST_ROWS = 200_000
MOST_BYTES = 20_000_000
# The column that is taken where a file has several.
HEADERS = ('code', 'codes', 'coupon', 'coupon code', 'coupon_code')


class Unreadable(ValueError):
    """A file that is none of ours to read; its ``args`` say why, as a key of ``REASONS``."""


def read(content, filename):
    """Return the codes of a CSV or XLSX file with their lines.

    The codes stand in the column whose heading is "code", or else in the first one.

    :param bytes content: the file.
    :param str filename: its end tells what it is.
    :return: (line, code) pairs; lines that are empty are left out. A code is None where the spreadsheet has a number
        too long to be exact.
    :rtype: list[tuple[int, str | None]]
    :raise Unreadable: ``kind``, ``size``, ``rows`` or ``content``.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable('size')
    kind = (filename or '').lower().rpartition('.')[2]
    if kind in ('csv', 'txt'):
        rows = _csv_rows(content)
    elif kind == 'xlsx':
        rows = _xlsx_rows(content)
    else:
        raise Unreadable('kind')
    found, column = [], 0
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS + 1:
            raise Unreadable('rows')
        if number == 1:
            headings = [str(cell or '').strip().lower() for cell in row]
            named = next((heading for heading in HEADERS if heading in headings), None)
            if named:
                column = headings.index(named)
                continue
        cell = row[column] if column < len(row) else None
        if cell is None or cell == '':
            continue
        found.append((number, _text(cell)))
    return found


def problems(rows, taken):
    """Return what is wrong with which line.

    :param rows: as ``read`` gives them.
    :param set taken: codes that exist already.
    :return: (line, code, reason, line of the first) for each wrong line; reasons are ``number``, ``form``, ``twice``
        and ``taken``, and the last part is set for ``twice`` alone.
    :rtype: list[tuple[int, str, str, int | None]]
    """
    seen, wrong = {}, []
    for line, code in rows:
        if code is None:
            wrong.append((line, '', 'number', None))
        elif not coupon_code.FOREIGN.fullmatch(code):
            wrong.append((line, code[:64], 'form', None))
        elif code in seen:
            wrong.append((line, code, 'twice', seen[code]))
        elif code in taken:
            wrong.append((line, code, 'taken', None))
        if code is not None:
            seen.setdefault(code, line)
    return wrong


def write_csv(headings, rows):
    """Return a CSV file that spreadsheets read in any language.

    :rtype: bytes
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([_harmless(cell) for cell in row] for row in [headings, *rows])
    return out.getvalue().encode('utf-8-sig')


def write_xlsx(headings, rows):
    """Return an XLSX file, all cells texts, so that no spreadsheet makes numbers of codes.

    :rtype: bytes
    """
    import xlsxwriter  # noqa: PLC0415, needed here alone
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {'constant_memory': True, 'strings_to_formulas': False}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({'bold': True})
        sheet.set_column(0, len(headings) - 1, 26)
        for number, row in enumerate([headings, *rows]):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell, bold if not number else None)
    return out.getvalue()


def _csv_rows(content):
    try:
        text = content.decode('utf-8-sig')
    except UnicodeDecodeError:
        text = content.decode('latin-1')
    if '\0' in text:
        raise Unreadable('content')
    first = text.partition('\n')[0]
    delimiter = max(',;\t|', key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=''), delimiter=delimiter)
    except csv.Error as error:
        raise Unreadable('content') from error


def _xlsx_rows(content):
    import zipfile  # noqa: PLC0415, needed here alone

    from openpyxl import load_workbook  # noqa: PLC0415, needed here alone
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415, needed here alone
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > 20 * MOST_BYTES:
                raise Unreadable('size')
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        yield from book.worksheets[0].iter_rows(values_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, SyntaxError) as error:
        raise Unreadable('content') from error


def _text(cell):
    """Return a cell as the code that was meant, None where digits may have been lost."""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, int | float):
        return str(int(cell)) if cell == int(cell) and abs(cell) < 10 ** 15 else None
    return str(cell).strip()


def _harmless(cell):
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{cell}" if cell[:1] in ('=', '+', '-', '@', '\t', '\r') else cell
