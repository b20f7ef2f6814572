"""Warning: the team is told once of what somebody should see to, through its channels and the outbox of alerts."""

from collections.abc import Collection
from hashlib import blake2b

from sqlalchemy import Connection

from agreement.people import TEAM
from features.times import to_datetime
from serving.channels.message import Message
from serving.store.outbox import list_known_messages
from serving.store.people import list_channels
from serving.usecases.standing import Standing
from serving.usecases.telling import Told, send_off


def warn_team(connection: Connection, standing: Standing, cause: str, sentence: str) -> bool:
    """Tell the team a sentence, once a cause; return whether it goes out now.

    Where the team has no channel nothing is kept, so that it is told when it has one and the cause still stands.

    Parameters
    ----------
    cause
        What tells this warning from every other, for ever, such as ``agreement_ends:nordic-1f2e:2028-01-01:7``.
    sentence
        What people read.
    """
    if not list_untold(connection, [cause]):
        return False
    message = Message(
        id=name_notice(cause),
        kind="hotlead.notice",
        at=to_datetime(standing.now),
        zone=standing.terms.zone,
        recipient_id=TEAM.id,
        recipient=TEAM.name,
        lines=(),
        cause=cause,
        sentence=sentence,
    )
    return send_off(connection, Told(message=message), standing) > 0


def list_untold(connection: Connection, causes: Collection[str]) -> list[str]:
    """List the causes of which the team can be told and has not been; none where it has no channel."""
    if not causes or not list_channels(connection, {TEAM.id}):
        return []
    names = {name_notice(cause): cause for cause in causes}
    known = list_known_messages(connection, names)
    return [cause for name, cause in names.items() if name not in known]


def name_notice(cause: str) -> str:
    """Return the id of the message of a cause: always the same one."""
    return "ntc_" + blake2b(cause.encode(), digest_size=12).hexdigest()
