"""Erasures: DELETE /v1/leads/{id}: a person asks to be forgotten."""

import secrets
from collections.abc import Mapping
from typing import Any

from serving.api.errands import Errand
from serving.erasure_log import ErasureLog
from serving.forgetting import forget
from serving.usecases.erasing import Wanted


def delete_lead(errand: Errand) -> tuple[int, Mapping[str, Any]]:
    """Do DELETE /v1/leads/{lead_id}: the lead, others with its address, and all that speaks of them.

    Answers ``{"status": "forgotten", "leads": how many, "events", "rejections"}``, for a lead that never came too.
    Whoever tells of it later is answered 200 ``forgotten``. 503 ``erasure_log_unwritable`` leaves all as it is.
    """
    service = errand.service
    log = ErasureLog(service.settings.erasure_log_path)
    erased = forget(
        service.database, log, Wanted(lead_id=errand.ids[0]), errand.now, randomness=secrets.token_bytes
    )
    return 200, {
        "status": "forgotten",
        "leads": erased.n_leads,
        "events": erased.n_events,
        "rejections": erased.n_rejections,
    }
