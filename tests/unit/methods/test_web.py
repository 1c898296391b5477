"""How somebody outside is asked; what becomes of the answers is tested with the methods."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from muster.crypto.signing import SigningKey, certificate_to_pem, self_signed_certificate
from muster.errors import BadInput, NetworkUnavailable
from muster.methods.web import Reply, ask
from simulators.loopback import Asked, LoopbackServer
from simulators.loopback import Reply as Told

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Service(LoopbackServer):
    def answer(self, asked: Asked) -> Told:
        return Told()


@pytest.fixture
def self_made(tmp_path: Path) -> Iterator[Service]:
    key = SigningKey.generate()
    file = tmp_path / "server.pem"
    certificate = certificate_to_pem(self_signed_certificate(key, "127.0.0.1", NOON - timedelta(days=1), 3650))
    file.write_bytes(key.to_pem() + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    service = Service(context)
    yield service
    service.close()


def _refusal(url: str) -> str:
    with pytest.raises(NetworkUnavailable) as error:
        ask("POST", url, headers={"Authorization": "Bearer t0ken"}, body=b"{}")
    assert url not in str(error.value) and error.value.__cause__ is None
    return error.value.code.name


def test_a_service_whose_certificate_nobody_vouches_for_gets_nothing(self_made: Service) -> None:
    assert _refusal(self_made.origin) == "PROVIDER_NOT_SECURE"
    assert self_made.asked == []


def test_what_answers_without_tls_on_a_secure_address_gets_nothing() -> None:
    service = Service()
    assert _refusal(service.origin.replace("http", "https")) == "PROVIDER_NOT_SECURE"
    service.close()
    assert service.asked == []


def test_an_address_that_is_not_safe_is_not_asked() -> None:
    with pytest.raises(BadInput) as error:
        ask("GET", "http://register.example/")
    assert error.value.code.name == "PROVIDER_ADDRESS_UNSAFE"


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"\xff", b'{"a": Infinity}', b"[" * 100_000])
def test_an_answer_that_is_no_object_cannot_be_read(body: bytes) -> None:
    with pytest.raises(NetworkUnavailable):
        Reply(200, {}, body).json()
