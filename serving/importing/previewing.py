"""Previewing: what the rows of a file would become, before anything is told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from serving.importing.layout import is_order_certain
from serving.importing.leads import RowReader, list_ids, remember
from serving.importing.rows import Row, read_rows
from serving.spreadsheets import guard_cell
from serving.store.leads import LeadRecord, read_leads
from serving.usecases.told import Rejected, ToldLead

EXAMINED = 2_000
_SHOWN = 8
# SQLite takes so many values in one query without a thought.
_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Becoming:
    """A row, and the lead it would become, or why it would be refused."""

    row: Row
    lead: ToldLead | None = None
    is_known: bool = False
    refused: Rejected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the first rows would become.

    Attributes
    ----------
    n_examined
        So many rows were looked at.
    refused
        How many would be refused, by the code and the field in the way.
    n_known
        How many speak of leads that are known, which they would add to.
    n_twins
        How many speak of a lead that an earlier row speaks of.
    n_formulas
        How many cells begin as formulas do: they stay text.
    n_replaced
        How many cells hold a sign that could not be read.
    is_order_certain
        Whether the file says in which order its days are written.
    """

    shown: Sequence[Becoming]
    n_examined: int
    refused: Sequence[tuple[str, str, int]]
    n_known: int
    n_twins: int
    n_formulas: int
    n_replaced: int
    is_order_certain: bool

    @property
    def n_refused(self) -> int:
        """Return how many rows would be refused."""
        return sum(count for _, _, count in self.refused)


def preview_rows(connection: Connection, reader: RowReader, table: Path, now: int) -> Preview:
    """Read the first rows of a file as an import would, and tell none of them."""
    layout = reader.layout
    rows = list(
        islice(read_rows(table, layout.separator, width=len(layout.header), offset=layout.begins), EXAMINED)
    )
    known = _read_known(connection, sorted(set(list_ids(reader, rows))))
    before, told = set(known), dict(known)
    becomings = [_become(reader, row, told, before, now) for row in rows]
    leads = [each.lead.id for each in becomings if each.lead is not None]
    refused = Counter((each.refused.code, each.refused.path) for each in becomings if each.refused is not None)
    cells = [cell for row in rows for cell in row.cells]
    return Preview(
        shown=becomings[:_SHOWN],
        n_examined=len(rows),
        refused=[(code, path, count) for (code, path), count in refused.most_common()],
        n_known=len(before.intersection(leads)),
        n_twins=len(leads) - len(set(leads)),
        n_formulas=sum(_is_formula(cell) for cell in cells),
        n_replaced=sum("\ufffd" in cell for cell in cells),
        is_order_certain=is_order_certain(table, layout),
    )


def _become(reader: RowReader, row: Row, told: dict[str, LeadRecord], before: set[str], now: int) -> Becoming:
    item = reader.read(row, told, now)
    if isinstance(item, Rejected):
        return Becoming(row=row, refused=item)
    remember(told, item)
    return Becoming(row=row, lead=item, is_known=item.id in before)


def _read_known(connection: Connection, ids: Sequence[str]) -> dict[str, LeadRecord]:
    known: dict[str, LeadRecord] = {}
    for start in range(0, len(ids), _PAGE):
        known |= read_leads(connection, ids[start : start + _PAGE])
    return {lead_id: record for lead_id, record in known.items() if record.is_told}


def _is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet would run a cell; a number with its sign is none."""
    if guard_cell(cell) == cell:
        return False
    return not cell.lstrip("+-").replace(",", "").replace(".", "").replace(" ", "").isdigit()
