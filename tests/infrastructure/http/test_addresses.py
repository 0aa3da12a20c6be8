"""Which addresses are public, how the allow-list is read, what one bad DNS answer does."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynagent.infrastructure.http.addresses import AddressForbidden, AllowList, is_public, vet

NOBODY = AllowList()
CLOSED = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2606:4700::1%eth0", "fec0::1", "ff02::1",
]  # fmt: skip
OPEN = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.32.0.1",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", CLOSED)
def test_closed_ranges_are_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(AddressForbidden, match="OUTBOUND_ALLOW"):
        vet("host.example", 80, [address], NOBODY)


@pytest.mark.parametrize("address", OPEN)
def test_public_addresses_pass(address: str) -> None:
    assert vet("host.example", 443, [address], NOBODY) == [str(ipaddress.ip_address(address))]


@given(st.ip_addresses(v=4))
def test_nothing_passes_that_python_calls_private(address: ipaddress.IPv4Address) -> None:
    if address.is_private or address.is_multicast or address.is_loopback or address.is_link_local:
        assert not is_public(address)
        assert not is_public(ipaddress.ip_address(f"::ffff:{address}"))


def test_one_private_answer_among_public_ones_spoils_all() -> None:
    with pytest.raises(AddressForbidden, match=r"10\.0\.0\.1"):
        vet("mixed.example", 80, ["8.8.8.8", "10.0.0.1"], NOBODY)


def test_an_endpoint_is_allowed_by_its_spelling_only() -> None:
    allowed = AllowList.parse("localhost:11434, [::1]:8080,LOCAL.example.:80")
    assert vet("localhost", 11434, ["127.0.0.1", "::1"], allowed) == ["127.0.0.1", "::1"]
    assert vet("::1", 8080, ["::1"], allowed) == ["::1"]
    assert vet("local.example", 80, ["10.0.0.1"], allowed) == ["10.0.0.1"]
    for host, port in (("localhost", 80), ("rebinding.example", 11434), ("127.0.0.1", 11434)):
        with pytest.raises(AddressForbidden):
            vet(host, port, ["127.0.0.1"], allowed)


def test_a_network_is_allowed_for_every_name_that_leads_there() -> None:
    allowed = AllowList.parse("10.1.0.0/16,fd00::/8")
    assert vet("ollama.internal", 11434, ["10.1.2.3", "fd00::1"], allowed) == ["10.1.2.3", "fd00::1"]
    assert len(vet("mapped.internal", 80, ["::ffff:10.1.2.3"], allowed)) == 1
    with pytest.raises(AddressForbidden):
        vet("other.internal", 80, ["10.2.0.1"], allowed)


@pytest.mark.parametrize("text", ["localhost", "10.0.0.1/8", "host:http", "::1:80", ":80", "10.0.0.0/99"])
def test_an_unreadable_entry_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="OUTBOUND_ALLOW"):
        AllowList.parse(text)
