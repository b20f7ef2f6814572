"""Loading: a service of Apprise out of its address, with all that an address may choose closed."""

import logging
import re
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

from apprise import Apprise, AppriseAsset
from apprise.common import PersistentStoreMode
from apprise.manager_plugins import NotificationManager
from apprise.plugins import url_to_dict

from serving.channels.guarding import MOST_URL
from serving.channels.services import REFUSED_OPTIONS, SERVICES

UNREADABLE = "the service cannot read this address: compare it with its manual in Apprise"
_FORM = re.compile(r"[A-Za-z0-9]{1,20}://[!-~]*")

# Where a plugin's own limit does not fit: Slack takes 3,000 characters a section, Teams about 28 KB a message.
_LIMITS = {"slack": 3_000, "workflow": 20_000, "workflows": 20_000}

# Its warnings quote answers and recipients; what we need to know of a send we see on the connection.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


class BadChannel(ValueError):
    """An address of a service that we do not use, or not in this form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that can be told something: Apprise's plugin, and the scheme of its address."""

    scheme: str
    plugin: Any

    @property
    def name(self) -> str:
        """The name of the service, for people."""
        return str(self.plugin.service_name)

    @property
    def is_open_mail(self) -> bool:
        """Whether mail would go without TLS."""
        return getattr(self.plugin, "secure_mode", "") == "insecure"


def load_service(url: str) -> Service:
    """Load the service of an address.

    Raises
    ------
    BadChannel
        If the service is not one of ours, an option is refused, or Apprise cannot read the address.
    """
    parts = _read_parts(url)
    if parts["schema"] not in SERVICES:
        raise BadChannel(
            "this service is not in use here: take a chat, mail, text message, push or on-call service of Apprise"
        )
    if refused := sorted(REFUSED_OPTIONS.intersection(name.lower().strip() for name in parts.get("qsd") or ())):
        raise BadChannel(f"leave this out of the address: {', '.join(refused)}")
    plugin = Apprise.instantiate(parts, asset=_build_asset(), suppress_exceptions=True)
    if plugin is None:
        raise BadChannel(UNREADABLE)
    _close_choices(plugin, parts["schema"])
    return Service(scheme=parts["schema"], plugin=plugin)


@cache
def load_plugins() -> NotificationManager:
    """Load the plugins of Apprise, once; some import modules that Python means to retire, and warn of it."""
    plugins = NotificationManager()  # type: ignore[no-untyped-call]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        plugins.load_modules()  # type: ignore[no-untyped-call]
    return plugins


def _read_parts(url: str) -> dict[str, Any]:
    """Take an address apart as Apprise does, so that what we check is what it will use."""
    if len(url) > MOST_URL or not _FORM.fullmatch(url):
        raise BadChannel("an address of Apprise looks like service://…, in ASCII and without blanks")
    load_plugins()
    parts = url_to_dict(url)  # type: ignore[no-untyped-call]
    if not parts:
        raise BadChannel(UNREADABLE)
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


def _close_choices(plugin: Any, scheme: str) -> None:
    plugin.verify_certificate = True
    plugin.redirects = False
    plugin.service_retry = 0
    plugin.optional = False
    if scheme in _LIMITS:
        plugin.body_maxlen = _LIMITS[scheme]
    # A worker never sleeps for a service, it comes again later.
    plugin.throttle = lambda *_, **__: None
