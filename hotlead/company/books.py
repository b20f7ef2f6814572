"""The books: all that the demo company's CRM holds at one moment, chosen for a service that is new to it."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from hotlead.company.handling import Handling
from hotlead.company.history import CompanyHistory
from hotlead.company.live import LiveDays, close_leads
from hotlead.company.outcomes import LOST
from hotlead.company.reading import name_downloads

_EVERY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Tables of a CRM: accounts and leads, what leads did, how they were handled, and what marketing spent.

    ``events`` has ``title`` besides its own columns: what was downloaded, else missing.
    """

    accounts: pd.DataFrame
    leads: pd.DataFrame
    events: pd.DataFrame
    handling: Handling
    spending: pd.DataFrame


def open_books(history: CompanyHistory, live: LiveDays, *, now: datetime) -> Books:
    """Return the books at `now`, the end of the live days.

    Nothing of leads is left out but what most of the lost did: of those only each fourth has its events.
    """
    leads = close_leads(pd.concat([history.leads, live.leads], ignore_index=True), live.closings)
    events = pd.concat([history.events, live.events], ignore_index=True)
    events = events[events["recorded_at"] <= pd.Timestamp(now)]
    titles = events["event_id"].map(name_downloads(events, history.seed))
    return Books(
        accounts=pd.concat([history.accounts, live.accounts], ignore_index=True),
        leads=leads,
        events=events.assign(title=titles)[~events["lead_id"].isin(_list_passed_over(history))],
        handling=live.handling,
        spending=live.spending,
    )


def _list_passed_over(history: CompanyHistory) -> pd.Series:
    lost = history.leads.loc[history.leads["status"].isin(LOST), "lead_id"]
    return lost[lost.str[-4:].astype("int64") % _EVERY != 0]
