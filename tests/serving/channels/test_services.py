import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from serving.channels.loading import load_plugins
from serving.channels.services import SERVICES

# What would pass by the guard, or act on this machine; a lock of its own is harmless.
_WAYS_AROUND = re.compile(
    r"^\s*(?:import|from)\s+(?:socket|subprocess|ctypes|asyncio|http\.client|urllib\.request|aiohttp|websocket"
    r"|paho|slixmpp|gntp|smpplib|gi|dbus|telnetlib|\.+utils\.socket)\b|\bThread\(|ThreadPoolExecutor|os\.system",
    re.MULTILINE,
)


def read_sources(service: Any) -> str:
    """Read the source of a service and of the services it is made of, but not of the common ancestor."""
    kinds = [kind for kind in service.__mro__ if kind.__module__.startswith("apprise.plugins.")]
    files = {Path(inspect.getfile(kind)) for kind in kinds if kind.__module__ != "apprise.plugins.base"}
    found = {
        path for file in files for path in ([file] if file.parent.name == "plugins" else file.parent.glob("*.py"))
    }
    return "".join(path.read_text("utf-8") for path in sorted(found))


@pytest.mark.parametrize("scheme", sorted(SERVICES))
def test_a_service_speaks_through_the_clients_that_we_guard(scheme: str) -> None:
    """Each service that we let in uses requests or smtplib, and has no way around them."""
    service = load_plugins()[scheme]
    source = read_sources(service)
    assert service.enabled
    assert "requests." in source or "smtplib" in source
    assert _WAYS_AROUND.findall(source) == []


@pytest.mark.parametrize("scheme", ["rsyslog", "irc", "macosx", "growl", "xmpp", "mqtt", "glib"])
def test_the_search_finds_ways_around(scheme: str) -> None:
    """The check above can fail: services that we keep out show their own ways."""
    assert _WAYS_AROUND.search(read_sources(load_plugins()[scheme]))


@pytest.mark.parametrize(
    "scheme",
    [
        "dbus",
        "kde",
        "qt",
        "gnome",
        "glib",
        "gio",
        "macosx",
        "windows",
        "syslog",
        "rsyslog",
        "blink1",
        "file",
        "exec",
    ],
)
def test_what_acts_on_this_machine_is_not_let_in(scheme: str) -> None:
    """Desktop notices, system logs and lights are not channels."""
    assert scheme not in SERVICES
