"""What the CRM holds of how leads were handled: changes of stage and contacts, kept unevenly."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from hotlead.company.careers import Attempt, StageChange, walk
from hotlead.company.cases import list_cases
from hotlead.company.seasons import to_timestamps

_STAGE_COLUMNS = {
    "lead_id": "str",
    "stage": "str",
    "at": "moment",
    "act": "str",
    "reason": "str",
    "until": "moment",
    "value": "float64",
    "by": "str",
}
_CONTACT_COLUMNS = {"lead_id": "str", "kind": "str", "outcome": "str", "at": "moment", "by": "str"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """Two tables of the CRM.

    ``stages`` has ``lead_id``, ``stage``, ``occurred_at``, ``act`` (handed_over, accepted, rejected, woken or
    missing), ``reason``, ``until`` (when a lead that rests is to wake), ``value`` (EUR) and ``by`` (an e-mail
    address); ``contacts`` has ``lead_id``, ``kind`` (call, email, meeting), ``outcome`` (reached, voicemail,
    no_answer), ``occurred_at`` and ``by``. Both are in the order of ``occurred_at``.
    """

    stages: pd.DataFrame
    contacts: pd.DataFrame


def invent_handling(
    leads: pd.DataFrame, truth: pd.DataFrame, events: pd.DataFrame, *, until: int, seed: int
) -> Handling:
    """Return how marketing and sales handled the leads until a moment, the same for the same arguments.

    A CRM is filled in afterwards too: what it holds at a later moment need not begin with what it holds now.

    Parameters
    ----------
    leads
        As the CRM holds them at ``until``.
    truth
        In the same order ``created``, ``owner``, ``source``, ``industry`` and ``appetite``.
    events
        All that they did before ``until``.
    """
    # The second number keeps these draws apart from all others of the same seed.
    rng = np.random.default_rng([seed, 4])
    careers = [walk(case, rng) for case in list_cases(leads, truth, events, until)]
    return Handling(
        stages=_tabulate([step for career in careers for step in career.stages], StageChange, _STAGE_COLUMNS),
        contacts=_tabulate([made for career in careers for made in career.contacts], Attempt, _CONTACT_COLUMNS),
    )


def _tabulate(rows: Sequence[StageChange | Attempt], kind: type, columns: Mapping[str, str]) -> pd.DataFrame:
    table = pd.DataFrame([astuple(row) for row in rows], columns=[field.name for field in fields(kind)])
    told = {name: _read_column(table[name], dtype) for name, dtype in columns.items()}
    table = pd.DataFrame(told).rename(columns={"at": "occurred_at"})
    return table.sort_values("occurred_at", kind="stable", ignore_index=True)


def _read_column(column: pd.Series, dtype: str) -> Any:
    return to_timestamps(column.to_numpy(dtype=np.int64)) if dtype == "moment" else column.astype(dtype)  # type: ignore[call-overload]
