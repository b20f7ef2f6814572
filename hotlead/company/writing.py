"""Writing the demo company's history to files, as a CRM would export it."""

from pathlib import Path

import pandas as pd

from hotlead.company.history import CompanyHistory

_WHOLE = ("employees", "revenue", "value", "duration_seconds", "pages", "questions")


def write_company(folder: Path, history: CompanyHistory) -> list[Path]:
    """Write ``accounts.csv``, ``leads.csv`` and ``events.csv.gz`` into the folder and return their paths.

    Unknown values are empty fields, times are ISO 8601 in UTC. The same history gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"accounts.csv": history.accounts, "leads.csv": history.leads, "events.csv.gz": history.events}
    return [_write_table(folder / name, table) for name, table in tables.items()]


def _write_table(path: Path, table: pd.DataFrame) -> Path:
    # A fixed time in the gzip header, or the same table would give other bytes each time.
    packing = {"method": "gzip", "mtime": 0, "compresslevel": 6} if path.suffix == ".gz" else None
    _spell_out(table).to_csv(path, index=False, compression=packing, lineterminator="\n")
    return path


def _spell_out(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with whole numbers written without a decimal point and times with a Z."""
    spelled = table.copy(deep=False)
    for column in [name for name in _WHOLE if name in table]:
        spelled[column] = table[column].round().astype("Int64")
    for moment in table.select_dtypes("datetimetz"):
        spelled[moment] = table[moment].dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return spelled
