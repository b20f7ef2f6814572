"""Apprising: messages for people, through the services that Apprise knows, on our terms.

The text is declared as plain text where a service takes that, and Apprise escapes it; `disarm_words` keeps strange
words from services that read markup in plain text too. Titles are our own words: few services escape them.
"""

import logging
import re
import socket
import ssl
import warnings
from contextlib import suppress
from datetime import datetime
from functools import cache
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from apprise import Apprise, AppriseAsset
from apprise.common import NotifyFormat, NotifyType, OverflowMode, PersistentStoreMode
from apprise.manager_plugins import NotificationManager
from apprise.plugins import url_to_dict

from serving.channels.cleaning import clean_words, disarm_words
from serving.channels.confining import Confinement, confine
from serving.channels.guarding import MOST_URL, RefusedTarget
from serving.channels.judging import judge_answer, name_failure
from serving.channels.markup import to_html, to_markdown
from serving.channels.message import Message, render_text, render_title
from serving.channels.outcome import Outcome, deliver_outcome, fail_outcome
from serving.channels.resolving import Resolve
from serving.channels.services import MAIL_SERVICES, REFUSED_OPTIONS, SERVICES

OVERALL_SECONDS = 15.0
MOST_TEXT = 3_000
_FORM = re.compile(r"[A-Za-z0-9]{1,20}://[!-~]*")
_UNREADABLE = "the service cannot read this address: compare it with its manual in Apprise"
# These escape plain text by themselves, so what a stranger wrote may reach the reader sign by sign.
_ESCAPING = MAIL_SERVICES | {"slack"}
_PLAIN_TITLES = {
    "lead.became_hot": "A lead turned hot",
    "lead.escalated": "A hot lead is still waiting",
    "lead.digest": "Hot leads",
    "channel.test": "This channel works",
}

# Its warnings quote answers and recipients; what we need to know of a send we see on the connection.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


class BadChannel(ValueError):
    """An address of a service that we do not use, or not in this form."""


def check_apprise_url(
    url: str,
    trusted: frozenset[str] = frozenset(),
    *,
    resolve: Resolve = socket.getaddrinfo,
    own_hosts: frozenset[str] = frozenset(),
) -> None:
    """Check an Apprise address when it is saved, by a rehearsal of a send that stops short of connecting.

    The rehearsal shows where the service would connect, whatever its address looks like.

    Raises
    ------
    BadChannel
        If the service is not one of ours, an option is refused, or the address is not one the service reads.
    RefusedTarget
        If it would connect to a host that is not public, and that the operator does not vouch for.
    """
    service = _load_service(url)
    confinement = Confinement(
        trusted=trusted,
        resolve=resolve,
        seconds=OVERALL_SECONDS,
        own_hosts=own_hosts,
        is_rehearsal=True,
        is_open_mail=_is_open_mail(service),
    )
    with confine(confinement, OVERALL_SECONDS):
        _rehearse(service)
    if confinement.failures:
        raise RefusedTarget
    if not confinement.places:
        raise BadChannel("this address names nobody to tell: compare it with the manual of the service in Apprise")


def send_apprise(
    message: Message,
    *,
    url: str,
    now: datetime,
    trusted: frozenset[str] = frozenset(),
    resolve: Resolve = socket.getaddrinfo,
    own_hosts: frozenset[str] = frozenset(),
    seconds: float = OVERALL_SECONDS,
    context: ssl.SSLContext | None = None,
) -> Outcome:
    """Send a message through a service of Apprise and say what became of it; parameters as `send_webhook`."""
    try:
        service = _load_service(url)
    except BadChannel as error:
        return fail_outcome("bad_channel", str(error), 0.0, is_final=True)
    confinement = Confinement(
        trusted=trusted,
        resolve=resolve,
        seconds=seconds,
        own_hosts=own_hosts,
        context=context,
        is_open_mail=_is_open_mail(service),
    )
    title, text, form = _render(message, service, _read_parts(url)["schema"])
    began = monotonic()
    with confine(confinement, seconds):
        is_delivered = _notify(service, title, text, form)
    return _conclude(confinement, monotonic() - began, now, is_delivered=is_delivered)


def describe_channel(kind: str, url: str) -> str:
    """Describe a channel for people, without its secrets: the name of a service, or the host of an address."""
    if kind != "apprise":
        return f"{kind} at {_find_host(url) or 'an address that cannot be read'}"
    try:
        return f"{_load_service(url).service_name}, through Apprise"
    except BadChannel:
        return "an address that Apprise cannot use"


def _find_host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _load_service(url: str) -> Any:
    """Load the service of an address, with all that is open to choice closed."""
    parts = _read_parts(url)
    if parts["schema"] not in SERVICES:
        raise BadChannel("this service is not in use here: take one of those that the documents list")
    if refused := sorted(REFUSED_OPTIONS.intersection(name.lower().strip() for name in parts.get("qsd") or ())):
        raise BadChannel(f"leave this out of the address: {', '.join(refused)}")
    service = Apprise.instantiate(parts, asset=_build_asset(), suppress_exceptions=True)
    if service is None:
        raise BadChannel(_UNREADABLE)
    return _close_choices(service)


@cache
def load_plugins() -> NotificationManager:
    """Load the plugins of Apprise, once; some import modules that Python means to retire, and warn of it."""
    plugins = NotificationManager()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        plugins.load_modules()
    return plugins


def _read_parts(url: str) -> dict[str, Any]:
    """Take an address apart as Apprise does, so that what we check is what it will use."""
    if len(url) > MOST_URL or not _FORM.fullmatch(url):
        raise BadChannel("an address of Apprise looks like service://…, in ASCII and without blanks")
    load_plugins()
    parts = url_to_dict(url)
    if not parts:
        raise BadChannel(_UNREADABLE)
    return dict(parts)


def _build_asset() -> AppriseAsset:
    """Build the settings of Apprise: our name, no pictures from elsewhere, nothing on disk, no retries."""
    return AppriseAsset(
        app_id="Hotlead",
        app_desc="Hotlead",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        storage_mode=PersistentStoreMode.MEMORY,
        pgp_autogen=False,
        pem_autogen=False,
        http_redirects=False,
        interpret_emojis=False,
        interpret_escapes=False,
        default_service_retry=0,
        allow_templates=False,
    )


def _close_choices(service: Any) -> Any:
    service.verify_certificate = True
    service.redirects = False
    service.service_retry = 0
    service.optional = False
    # Slack takes 3,000 characters a section, whatever its plugin says; others compute their limit.
    with suppress(AttributeError):
        service.body_maxlen = min(service.body_maxlen, MOST_TEXT)
    # A worker never sleeps for a service, it comes again later.
    service.throttle = lambda *_, **__: None
    return service


def _render(message: Message, service: Any, scheme: str) -> tuple[str, str, NotifyFormat]:
    """Render the title, the text, and the format in which the text is written."""
    title = render_title(message) if scheme in MAIL_SERVICES else _PLAIN_TITLES[message.kind]
    words = clean_words if scheme in _ESCAPING else disarm_words
    text = render_text(message, most=MOST_TEXT, words=words)
    if service.notify_format == NotifyFormat.HTML:
        return title, to_html(text), NotifyFormat.HTML
    if service.notify_format == NotifyFormat.MARKDOWN:
        return title, to_markdown(text), NotifyFormat.MARKDOWN
    return title, text, NotifyFormat.TEXT


def _notify(service: Any, title: str, text: str, form: NotifyFormat) -> bool:
    try:
        return bool(
            service.notify(
                title=title,
                body=text,
                notify_type=NotifyType.INFO,
                body_format=form,
                overflow=OverflowMode.SPLIT,
            )
        )
    except (OSError, RefusedTarget):
        # The confinement has seen it.
        return False


def _rehearse(service: Any) -> None:
    try:
        _notify(service, "Hotlead", "This channel works.", NotifyFormat.TEXT)
    except Exception as error:
        raise BadChannel(_UNREADABLE) from error


def _is_open_mail(service: Any) -> bool:
    return getattr(service, "secure_mode", "") == "insecure"


def _conclude(confinement: Confinement, seconds: float, now: datetime, *, is_delivered: bool) -> Outcome:
    last = confinement.answers[-1] if confinement.answers else None
    if is_delivered:
        return deliver_outcome(seconds, last.status if last else None)
    if confinement.is_over:
        return fail_outcome("too_slow", "the service did not end in time", seconds)
    if last is not None and not 200 <= last.status < 300:
        return judge_answer(last, seconds, now)
    if confinement.failures:
        code, detail = name_failure(confinement.failures[-1])
        return fail_outcome(code, detail, seconds)
    return fail_outcome("apprise_failed", "the service did not take the message", seconds)
