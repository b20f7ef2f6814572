"""Import: leads from a file: uploaded, looked at, told in portions, and what was refused handed back."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from agreement.calendar.zones import UnknownZone
from features.text import amount_of
from serving.api.attributes import BadField
from serving.api.facts import read_batch
from serving.importing.encodings import ENCODINGS, UnreadableTable
from serving.importing.fields import CHOICES
from serving.importing.jobs import FileTooLarge, Job
from serving.importing.layout import BadLayout, change_layout, check_layout
from serving.importing.leads import build_reader
from serving.importing.previewing import preview_rows
from serving.importing.rows import SEPARATORS
from serving.importing.running import Importing
from serving.importing.values import DAY_ORDERS, MARKS
from serving.usecases.auditing import record_audit
from serving.usecases.looking import read_attributes
from serving.usecases.rights import Right
from serving.usecases.told import ToldLead
from serving.web.pages import SITE_HEADERS
from serving.web.setup.refused_rows import explain_code, write_refused_rows
from serving.web.site import Site
from serving.web.visit import Visit
from serving.web.writing import write

MOST_BYTES = 64 * 2**20
# What stands around the file in the form.
_AROUND = 64 * 1024
_SIGNS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_MOST_NAME = 60
_UNDER_WAY = ("running", "stopped")
_ORDER = ("accepted", "unchanged", "stale_ignored", "rejected", "forgotten", "duplicate")


class NotNow(ValueError):
    """The import is not where this can be done to it."""


def build_import_routes(site: Site) -> Sequence[Route]:
    """Build the routes of imports."""
    acts = {"reread": _reread, "map": _map, "run": _run, "end": _end, "continue": _continue, "remove": _remove}
    return [
        site.show("/setup/import", _show, right=Right.STAFF),
        site.act("/setup/import", partial(_upload, site), right=Right.STAFF, most_bytes=MOST_BYTES + _AROUND),
        site.show("/setup/import/{id}", _show_one, right=Right.STAFF),
        site.show("/setup/import/{id}/rejected.csv", _show_rejected, right=Right.STAFF),
        *(
            site.act(f"/setup/import/{{id}}/{name}", partial(_act, site, act), right=Right.STAFF)
            for name, act in acts.items()
        ),
    ]


def _show(visit: Visit, _: Connection) -> Response:
    return _render_list(visit)


def _render_list(visit: Visit, *, wrong: str = "") -> Response:
    jobs = _find_importing(visit).jobs.list_all()
    most = MOST_BYTES // 2**20
    return visit.render("setup/import.html", status=422 if wrong else 200, jobs=jobs, wrong=wrong, most=most)


async def _upload(site: Site, visit: Visit, form: FormData) -> Response:
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _render_list(visit, wrong=visit.words.say("imports.upload.no_file"))
    try:
        job = await asyncio.to_thread(_keep, visit, file)
    except (UnreadableTable, FileTooLarge) as error:
        return _render_list(visit, wrong=str(error))
    told = {"bytes": job.size, "rows": job.n_rows}
    await _audit(visit, "import.upload", job.id, **told)
    return visit.go(f"/setup/import/{job.id}")


def _keep(visit: Visit, file: UploadFile) -> Job:
    shown = _name_file(file.filename or "")
    return _find_importing(visit).jobs.add(
        file.file,
        name=_name_import(shown),
        file_name=shown,
        who=visit.who.id,
        zone=visit.zone,
        now=visit.now,
        most=MOST_BYTES,
        randomness=secrets.token_bytes,
    )


def _show_one(visit: Visit, connection: Connection) -> Response:
    job = _find_importing(visit).jobs.get(visit.request.path_params["id"])
    if job.state == "draft":
        return _render_draft(visit, connection, job)
    return visit.render("setup/import_run.html", job=job, counts=_order_counts(job.counts))


def _render_draft(
    visit: Visit, connection: Connection, job: Job, *, wrong: str = "", chosen: Mapping[str, Any] | None = None
) -> Response:
    layout = job.layout
    values = {"name": job.name, "fields": layout.fields, "mark": layout.mark, "days": layout.days}
    values = {**values, "zone": layout.zone, **(chosen or {})}
    problem = wrong or _find_problem(job)
    reader = build_reader(
        layout, visit.service.championing.in_force, told_at=job.uploaded_at, batch=job.name, place=job.place
    )
    table = _find_importing(visit).jobs.table(job.id)
    preview = preview_rows(connection, reader, table, visit.now)
    return visit.render(
        "setup/import_map.html",
        status=422 if wrong else 200,
        job=job,
        values=values,
        wrong=problem,
        preview=preview,
        explain=explain_code,
        describe=describe_lead,
        choices={
            "fields": CHOICES,
            "encodings": ENCODINGS,
            "separators": _SIGNS,
            "days": DAY_ORDERS,
            "marks": MARKS,
        },
    )


def _find_problem(job: Job) -> str:
    try:
        check_layout(job.layout)
    except BadLayout as error:
        return str(error)
    return ""


Doing = Callable[[Visit, Job, FormData], Any]


async def _act(site: Site, doing: Doing, visit: Visit, form: FormData) -> Response:
    """Do something to an import; what does not fit is said beside what was chosen."""
    job = _find_importing(visit).jobs.get(visit.request.path_params["id"])
    try:
        path = await doing(visit, job, form)
    except (BadLayout, BadField, UnknownZone, UnreadableTable, NotNow) as error:
        if job.state != "draft":
            return visit.go(f"/setup/import/{job.id}")
        wrong, chosen = str(error), _read_choices(form)
        return await site.read(visit, lambda v, c: _render_draft(v, c, job, wrong=wrong, chosen=chosen))
    return visit.go(path)


async def _reread(visit: Visit, job: Job, form: FormData) -> str:
    _check_state(job, "draft")
    encoding, separator = str(form.get("encoding", "")), _SIGNS.get(str(form.get("separator", "")), "")
    if encoding not in ENCODINGS or separator not in SEPARATORS:
        raise BadLayout("choose an encoding and a separator")
    jobs = _find_importing(visit).jobs
    await asyncio.to_thread(jobs.reread, job, encoding=encoding, separator=separator)
    return f"/setup/import/{job.id}"


async def _map(visit: Visit, job: Job, form: FormData) -> str:
    _save_choices(visit, job, form)
    return f"/setup/import/{job.id}"


async def _run(visit: Visit, job: Job, form: FormData) -> str:
    job = _save_choices(visit, job, form)
    await _audit(visit, "import.begin", job.id, name=job.name, rows=job.n_rows)
    await asyncio.to_thread(_find_importing(visit).begin, job)
    return f"/setup/import/{job.id}"


async def _continue(visit: Visit, job: Job, _: FormData) -> str:
    _check_state(job, "stopped")
    await _audit(visit, "import.continue", job.id)
    await asyncio.to_thread(_find_importing(visit).begin, job)
    return f"/setup/import/{job.id}"


async def _end(visit: Visit, job: Job, _: FormData) -> str:
    _check_state(job, *_UNDER_WAY)
    importing = _find_importing(visit)
    await _audit(visit, "import.cancel", job.id)
    importing.jobs.ask_to_end(job.id)
    if job.state == "stopped":
        await asyncio.to_thread(importing.begin, job)
    return f"/setup/import/{job.id}"


async def _remove(visit: Visit, job: Job, _: FormData) -> str:
    _check_state(job, "draft", "done", "cancelled")
    await asyncio.to_thread(_find_importing(visit).jobs.remove, job.id)
    await _audit(visit, "import.remove", job.id)
    return "/setup/import"


def _save_choices(visit: Visit, job: Job, form: FormData) -> Job:
    """Save what was chosen, once it fits."""
    _check_state(job, "draft")
    chosen = _read_choices(form)
    name = read_batch(chosen["name"])
    layout = change_layout(
        job.layout, fields=chosen["fields"], mark=chosen["mark"], days=chosen["days"], zone=chosen["zone"]
    )
    changed = replace(job, name=name, layout=layout)
    _find_importing(visit).jobs.save(changed)
    return changed


def _read_choices(form: FormData) -> dict[str, Any]:
    told = {name: str(form.get(name, "")).strip() for name in ("name", "mark", "days", "zone")}
    return {**told, "fields": tuple(str(field) for field in form.getlist("field"))}


def _check_state(job: Job, *states: str) -> None:
    if job.state not in states:
        raise NotNow("this import has gone on meanwhile: load the page again")


def _show_rejected(visit: Visit, _: Connection) -> Response:
    job = _find_importing(visit).jobs.get(visit.request.path_params["id"])
    headers = {**SITE_HEADERS, "content-disposition": f'attachment; filename="rejected-{job.id}.csv"'}
    rows = write_refused_rows(visit.service.database, job)
    return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=headers)


def describe_lead(lead: ToldLead) -> list[tuple[str, str]]:
    """Describe what is told of a lead, by the names that the API has for it."""
    own = {"account_id": lead.account_id, "owner_id": lead.owner_id, "stage": lead.stage}
    told = {**{name: value for name, value in own.items() if value}, **read_attributes(lead.attributes)}
    return [(name, amount_of(value) if isinstance(value, float) else str(value)) for name, value in told.items()]


def _order_counts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    shown = {"accepted": 0, "unchanged": 0, "rejected": 0, **counts}
    return [(name, shown[name]) for name in _ORDER if name in shown]


def _find_importing(visit: Visit) -> Importing:
    return visit.service.importing


async def _audit(visit: Visit, what: str, target: str, **told: Any) -> None:
    await write(
        visit,
        lambda c: record_audit(c, at=visit.now, who=visit.who.id, what=what, target=target, **told),
    )


def _name_file(told: str) -> str:
    """Return what a file is called, without the folders that some browsers send; it never names one of ours."""
    name = PureWindowsPath(PurePosixPath(told).name).name
    return "".join(sign for sign in name if sign.isprintable())[:100]


def _name_import(file_name: str) -> str:
    stem = file_name.rsplit(".", 1)[0]
    kept = "".join(sign if sign.isalnum() or sign in " .:_-" else " " for sign in stem)
    return " ".join(kept.split())[:_MOST_NAME] or "import"
