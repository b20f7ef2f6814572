"""A small, real company to look at: trained models, a signed agreement, weeks of leads, and people who sign in.

``python -m tests.browser.company FOLDER --port N`` founds it in a folder, where it is not there yet, and serves it.
"""

import argparse
import json
import secrets
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agreement.insight.spending import Spending
from features.times import to_datetime, to_micros
from hotlead.local_server import serve_home
from serving.store.database import Database, sqlite_url
from serving.store.migrating import migrate
from serving.store.spending import save_spending
from serving.usecases.admitting import add_key
from serving.usecases.enrolling import add_user, make_link
from serving.usecases.signing import propose, sign
from serving.usecases.signing_in import set_password, sign_in_by_link
from tests.browser.cast import PASSWORD, USERS
from tests.browser.history import WEEKS, Past
from tests.browser.schooling import school
from tests.serving.simulation.world import World

_ABOUT = "company.json"
_TERMS = Path(__file__).with_name("agreement.toml")
_CHANNELS = {"web": 2_400.0, "fair": 5_200.0, "partner": 900.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A home, its agreement's version, and what opens it: sessions by their users' ids, and a key of the CRM."""

    home: Path
    sessions: Mapping[str, str]
    key: str
    version: str

    def locate(self, path: str) -> str:
        """Return an address with the names that were drawn for this company."""
        return path.format(version=self.version, key_id=self.key[3:11])


def found_company(home: Path, now: datetime, *, is_attacked: bool = True) -> Company:
    """Found the company in an empty folder, with leads whose names are attacks among the others or without."""
    home.mkdir(parents=True, exist_ok=True)
    in_force, at = school(home), to_micros(now)
    database = Database(sqlite_url(home))
    migrate(database)
    begun = at - WEEKS * 7 * 86_400_000_000
    with database.writing() as connection:
        text = write_terms(to_datetime(begun))
        signed = sign(
            connection, propose(text, now=begun), signed_by=["Sofia Marchetti", "Eero Harjula"], now=begun
        )
        for channel, euros in _CHANNELS.items():
            for month in {f"{now:%Y-%m}", f"{to_datetime(begun):%Y-%m}"}:
                save_spending(connection, Spending(channel=channel, month=month, euros=euros), at)
    world = World(sqlite_url(home), in_force, signed.terms, now=at)
    Past(world).live(is_attacked=is_attacked)
    world.close()
    company = Company(
        home=home, sessions=_let_in(database, at), key=_make_key(database, at), version=signed.terms.version
    )
    database.close()
    (home / _ABOUT).write_text(json.dumps(asdict(company), default=str), "utf-8")
    return company


def read_company(home: Path) -> Company | None:
    """Read how a company that was founded before is opened; None where there is none."""
    if not (home / _ABOUT).is_file():
        return None
    told = json.loads((home / _ABOUT).read_text("utf-8"))
    return Company(home=home, sessions=told["sessions"], key=told["key"], version=told["version"])


def write_terms(begun: datetime) -> str:
    """Write the text of the agreement, whose goal begins with the month of a moment and takes half a year."""
    first = begun.date().replace(day=1)
    ends = (first + timedelta(days=200)).replace(day=1)
    return _TERMS.read_text("utf-8").format(begins=first, ends=ends)


def _let_in(database: Database, at: int) -> dict[str, str]:
    sessions = {}
    with database.writing() as connection:
        for user in USERS:
            add_user(
                connection,
                user_id=user.id,
                name=user.name,
                role=user.role,
                person_id=user.person_id,
                at=at,
                by="ada",
            )
            set_password(connection, user.id, PASSWORD, at=at, by="ada")
            token = make_link(connection, user.id, at=at, by="ada")
            sessions[user.id] = sign_in_by_link(connection, token, at=at).token
    return sessions


def _make_key(database: Database, at: int) -> str:
    with database.writing() as connection:
        scopes = ("ingest", "score", "read", "admin")
        return add_key(connection, name="CRM", scopes=scopes, at=at, randomness=secrets.SystemRandom()).text


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=8100)
    told = parser.parse_args()
    # The service ends with us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    company = read_company(told.folder) or found_company(told.folder, datetime.now(UTC))
    address = f"http://127.0.0.1:{told.port}"
    with serve_home(told.folder, told.port, {"HOTLEAD_PUBLIC_URL": address}) as server:
        print(f"{address}: sign in as {', '.join(company.sessions)} with the password: {PASSWORD}")
        for user, token in company.sessions.items():
            print(f"  {user:<6} hotlead_session={token}")
        print(f"  API    Authorization: Bearer {company.key}", flush=True)
        while server.poll() is None:
            time.sleep(0.5)


if __name__ == "__main__":
    _main()
