"""Where packets may go."""

from __future__ import annotations

import pytest

from muster.errors import BadInput, NetworkUnavailable
from muster.workstation.server import NoServer, RemoteServer


@pytest.mark.parametrize("address", ["", "server", "ftp://server", "http://[::1", "http://h:abc", "https://"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadInput) as caught:
        RemoteServer(address)
    assert caught.value.code.name == "SERVER_ADDRESS_WRONG"


def test_an_unprotected_connection_to_another_machine_is_refused() -> None:
    """Whoever answers the first request there could read every packet."""
    with pytest.raises(BadInput) as caught:
        RemoteServer("http://registrar.example")
    assert caught.value.code.name == "SERVER_NOT_SECURE"


@pytest.mark.parametrize("address", ["http://127.0.0.1:8090/", "http://[::1]:8090", "https://registrar.example/"])
def test_a_protected_one_and_this_very_machine_are_fine(address: str) -> None:
    assert RemoteServer(address).url() == address.rstrip("/")


def test_a_station_without_a_server_says_so() -> None:
    with pytest.raises(NetworkUnavailable):
        NoServer().url()
