import socket
from typing import Any

import pytest

from serving.channels.apprising import check_apprise_url
from serving.channels.guarding import RefusedTarget
from serving.channels.loading import BadChannel, load_service

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/"
PUBLIC = (
    "workflows://a.logic.azure.com:443/643e1b2f2e8f4d0d9c1f/sig",
    "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "gchat://space/key/token",
    "ntfys://ntfy.example/topic",
    "jsons://programs.example/x",
)


@pytest.mark.parametrize(
    "url",
    [
        SLACK,
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "mailto://user:pass@gmail.com",
        "mailtos://user:pass@example.com?smtp=mail.example.com",
        *PUBLIC,
    ],
)
def test_a_channel_of_a_public_service_is_fit(url: str, leading_to: Any) -> None:
    """Chats, mails by TLS and addresses as the services show them pass, and nothing is sent."""
    check_apprise_url(url, resolve=leading_to("1.1.1.1"))


@pytest.mark.parametrize(
    "url",
    [
        "jsons://127.0.0.1/",
        "json://127.0.0.1/",
        "json://example.com/",
        "xmls://169.254.169.254/latest",
        "forms://[::1]/",
        "jsons://example.com:22/",
        "jsons://2130706433/",
        "ntfys://10.0.0.1/topic",
        "mmosts://192.168.0.1/3ccdd113474722377935511fc85d3dd4",
        "mailtos://user:pass@example.com:25?smtp=mail.example.com",
        "mailto://user:pass@example.com:587?smtp=mail.example.com&mode=insecure",
    ],
)
def test_a_channel_inside_or_in_open_text_is_refused(url: str) -> None:
    """Whatever the service, where it would connect is checked, and nothing goes unencrypted to strangers."""

    def resolve(host: str, port: int, **_named: Any) -> list[Any]:
        if host.strip("[]").replace(".", "").replace(":", "").isdigit():
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", port))]

    with pytest.raises((RefusedTarget, BadChannel)):
        check_apprise_url(url, resolve=resolve)


def test_trust_lets_a_service_inside(leading_to: Any) -> None:
    """The operator's own messenger may speak plain HTTP on any port."""
    check_apprise_url("json://chat.inside:8065/x", frozenset({"chat.inside:8065"}), resolve=leading_to("10.0.0.5"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "slack",
        "slack://",
        "dbus://",
        "gnome://",
        "windows://",
        "macosx://",
        "syslog://",
        "rsyslog://127.0.0.1",
        "glib://",
        "file:///etc/passwd",
        "exec://rm",
        "https://example.com/",
        f"{SLACK}?template=/etc/passwd",
        f"{SLACK}?TEMPLATE=/etc/passwd",
        f"{SLACK}?%74emplate=/etc/passwd",
        f"{SLACK}?footer=no;template=/etc/passwd",
        "jsons://example.com/?verify=no",
        "jsons://example.com/?redirect=yes",
        "jsons://example.com/?retry=5",
        "jsons://example.com/?optional=yes",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?format=markdown",
        "jsons://example.com/\r\nx",
        "jsons://exämple.com/",
        "jsons://example.com/" + "x" * 2_000,
    ],
)
def test_an_unfit_address_is_refused_in_one_plain_line(url: str, leading_to: Any) -> None:
    """Services of this machine, files, loosened checks and garbled addresses are refused, and not quoted."""
    with pytest.raises(BadChannel) as refused:
        check_apprise_url(url, resolve=leading_to("1.1.1.1"))
    assert len(str(refused.value).splitlines()) == 1
    assert "passwd" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["syslog://x", "rsyslog://1.1.1.1", "macosx://x", "github://o/r/t", "irc://1.1.1.1/x"]
)
def test_a_service_that_is_not_ours_is_refused_for_that(url: str) -> None:
    """A rehearsal with a service of this machine would already act on it, so none is loaded."""
    with pytest.raises(BadChannel, match="not in use here"):
        load_service(url)
