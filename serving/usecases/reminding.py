"""Reminding: the team hears that the agreement ends, once at each threshold, before nobody holds to anything."""

from sqlalchemy import Connection

from agreement.paper.expiring import AgreementWarning, list_warnings
from serving.usecases.signing import read_signatures
from serving.usecases.standing import Standing
from serving.usecases.warning import list_untold, warn_team


def list_reminders(connection: Connection, now: int) -> list[AgreementWarning]:
    """List the warnings of which the team can be told and has not been."""
    warnings = {warning.cause: warning for warning in list_warnings(read_signatures(connection), now)}
    return [warnings[cause] for cause in list_untold(connection, [cause for cause in warnings if cause])]


def remind_team(connection: Connection, standing: Standing) -> int:
    """Tell the team what the signatures leave open; return how many messages go out."""
    reminders = list_reminders(connection, standing.now)
    return sum(warn_team(connection, standing, each.cause, each.sentence) for each in reminders)
