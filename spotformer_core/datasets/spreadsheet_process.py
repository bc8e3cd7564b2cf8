"""The program of the child process that parses one sheet of a spreadsheet; `spreadsheets.read_rows` starts it.

    python -P spreadsheet_process.py FILE SHEET

It prints one JSON object: `names` of all sheets, and `rows` of the one called SHEET (whatever the case; null when there
is none), or `error`. Lightly damaged .xls files make the parser ask for tens of gigabytes, which ends its process: that
is why it has one of its own, with limits, and why nothing of ours is imported here.
"""

import json
import resource
import sys

from python_calamine import CalamineError, CalamineWorkbook

MEMORY_BYTES = 512 << 20
"""Address space; the largest of the real tables needs a tenth of it."""
CPU_SECONDS = 30
MOST_CELLS = 1_000_000
"""The largest of the real tables has 34,000."""
MOST_CHARACTERS = 32 << 20
"""Of the answer."""


def main(path: str, sheet: str) -> None:
    """Prints the answer for `sheet` of the file at `path`."""
    for limited, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        _, ceiling = resource.getrlimit(limited)
        value = most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)
        resource.setrlimit(limited, (value, ceiling))
    try:
        answer = json.dumps(_read(path, sheet), default=str)
    except (CalamineError, OSError, MemoryError) as error:
        answer = json.dumps({"error": str(error) or "out of memory"})
    if len(answer) > MOST_CHARACTERS:
        answer = json.dumps({"error": f"{len(answer)} characters of text"})
    sys.stdout.write(answer)


def _read(path: str, sheet: str) -> dict[str, object]:
    with CalamineWorkbook.from_path(path) as workbook:
        wanted = sheet.strip().casefold()
        names = [name for name in workbook.sheet_names if name.strip().casefold() == wanted]
        if len(names) != 1:
            return {"names": workbook.sheet_names, "rows": None, "num_same": len(names)}
        cells = workbook.get_sheet_by_name(names[0])
        last_row, last_column = cells.end or (0, 0)
        if (last_row + 1) * (last_column + 1) > MOST_CELLS:
            return {"error": f"a sheet of {last_row + 1} rows and {last_column + 1} columns"}
        return {"names": workbook.sheet_names, "rows": cells.to_python(skip_empty_area=False)}


if __name__ == "__main__":
    main(*sys.argv[1:])
