import pytest

from serving.channels.addresses import is_public

_INWARD = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16 169.254.169.254
172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1
192.175.48.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1
::127.0.0.1 ::169.254.169.254 ::ffff:127.0.0.1 ::ffff:a9fe:a9fe ::ffff:1.1.1.1 64:ff9b::a9fe:a9fe
64:ff9b::101:101 64:ff9b:1::1 100::1 2001::1 2001:0:a9fe:a9fe::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1
2002:a9fe:a9fe:: 2002:101:101:: 2620:4f:8000::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0
fec0::1 ff02::1 2606:4700::1111%eth0
"""


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::200e"]
)
def test_hosts_of_the_internet_are_public(address: str) -> None:
    """Ordinary unicast addresses of both versions are public."""
    assert is_public(address)


@pytest.mark.parametrize("address", _INWARD.split())
def test_all_other_addresses_are_not(address: str) -> None:
    """Private, local, shared, reserved, metadata, translated and scoped addresses are refused."""
    assert not is_public(address)


@pytest.mark.parametrize("text", ["", "example.com", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "1.1.1.1 "])
def test_what_is_no_plain_address_is_not_public(text: str) -> None:
    """A resolver returns plain addresses; anything else is refused."""
    assert not is_public(text)
