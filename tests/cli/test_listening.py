"""The address is checked and taken before anything else is started."""

import socket
from collections.abc import Iterator

import pytest

from dynagent.cli.failures import CannotStart
from dynagent.cli.listening import take_address, url_of


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_loopback_addresses_are_taken(host: str) -> None:
    with take_address(host, 0) as listener:
        assert listener.getsockname()[0].startswith("127.")
        assert url_of(listener).startswith("http://127.")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])
def test_other_addresses_are_refused_with_the_reason(host: str) -> None:
    with pytest.raises(CannotStart, match="with AUTH_MODE=local"):
        take_address(host, 0)


def test_other_addresses_are_taken_where_people_sign_in() -> None:
    with take_address("0.0.0.0", 0, loopback_only=False) as listener:
        assert url_of(listener).startswith("http://127.0.0.1:")


def test_names_of_nothing_are_refused() -> None:
    with pytest.raises(CannotStart, match="is no address"):
        take_address("no such host", 0)


def test_a_port_in_use_is_told(taken: int) -> None:
    with pytest.raises(CannotStart, match=f"port {taken} on 127.0.0.1 is in use"):
        take_address("127.0.0.1", taken)


def test_two_servers_cannot_take_one_port() -> None:
    with take_address("127.0.0.1", 0) as first, pytest.raises(CannotStart, match="is in use"):
        take_address("127.0.0.1", first.getsockname()[1])


def test_an_ipv6_url_has_brackets() -> None:
    try:
        listener = take_address("::1", 0)
    except CannotStart:
        pytest.skip("this machine has no IPv6 loopback")
    with listener:
        assert url_of(listener).startswith("http://[::1]:")
