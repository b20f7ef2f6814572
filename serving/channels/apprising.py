"""Apprising: messages for people, through the services that Apprise knows, on our terms.

The text is declared as plain text where a service takes that, and Apprise escapes it; `disarm_words` keeps strange
words from services that read markup in plain text too. Titles are our own words: few services escape them.
"""

import socket
import ssl
from datetime import datetime
from time import monotonic
from urllib.parse import urlsplit

from apprise.common import NotifyFormat, NotifyType, OverflowMode

from serving.channels.cleaning import clean_words, disarm_words
from serving.channels.confining import Confinement, confine
from serving.channels.guarding import RefusedTarget
from serving.channels.judging import judge_answer, name_failure
from serving.channels.loading import UNREADABLE, BadChannel, Service, load_service
from serving.channels.markup import to_html, to_markdown
from serving.channels.message import Message, render_text, render_title
from serving.channels.outcome import Outcome, deliver_outcome, fail_outcome
from serving.channels.resolving import Resolve
from serving.channels.services import MAIL_SERVICES

__all__ = ["BadChannel", "check_apprise_url", "describe_channel", "send_apprise"]

OVERALL_SECONDS = 15.0
# These escape plain text by themselves, so what a stranger wrote may reach the reader sign by sign.
_ESCAPING = MAIL_SERVICES | {"slack"}
_PLAIN_TITLES = {
    "lead.became_hot": "A lead turned hot",
    "lead.escalated": "A hot lead is still waiting",
    "lead.digest": "Hot leads",
    "lead.handed_over": "Leads were handed over",
    "lead.woken": "Leads woke up",
    "promise.overdue": "Leads waited too long",
    "hotlead.notice": "Please see to this",
    "channel.test": "This channel works",
}


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
    service = load_service(url)
    confinement = Confinement(
        trusted=trusted,
        resolve=resolve,
        seconds=OVERALL_SECONDS,
        own_hosts=own_hosts,
        is_rehearsal=True,
        is_open_mail=service.is_open_mail,
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
        service = load_service(url)
    except BadChannel as error:
        return fail_outcome("bad_channel", str(error), 0.0, is_final=True)
    confinement = Confinement(
        trusted=trusted,
        resolve=resolve,
        seconds=seconds,
        own_hosts=own_hosts,
        context=context,
        is_open_mail=service.is_open_mail,
    )
    title, text, form = _render(message, service)
    began = monotonic()
    with confine(confinement, seconds):
        is_delivered = _notify(service, title, text, form)
    return _conclude(confinement, monotonic() - began, now, is_delivered=is_delivered)


def describe_channel(kind: str, url: str) -> str:
    """Describe a channel for people, without its secrets: the name of a service, or the host of an address."""
    if kind != "apprise":
        return f"{kind} at {_find_host(url) or 'an address that cannot be read'}"
    try:
        return f"{load_service(url).name}, through Apprise"
    except BadChannel:
        return "an address that Apprise cannot use"


def _find_host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _render(message: Message, service: Service) -> tuple[str, str, NotifyFormat]:
    """Render the title, the text, and the format in which the text is written."""
    title = render_title(message) if service.scheme in MAIL_SERVICES else _PLAIN_TITLES[message.kind]
    words = clean_words if service.scheme in _ESCAPING else disarm_words
    text = render_text(message, words=words)
    if service.plugin.notify_format == NotifyFormat.HTML:
        return title, to_html(text), NotifyFormat.HTML
    if service.plugin.notify_format == NotifyFormat.MARKDOWN:
        return title, to_markdown(text), NotifyFormat.MARKDOWN
    return title, text, NotifyFormat.TEXT


def _notify(service: Service, title: str, text: str, form: NotifyFormat) -> bool:
    try:
        return bool(
            service.plugin.notify(
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


def _rehearse(service: Service) -> None:
    try:
        _notify(service, "Hotlead", "This channel works.", NotifyFormat.TEXT)
    except Exception as error:
        raise BadChannel(UNREADABLE) from error


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
