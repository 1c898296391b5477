"""Whether a chip has the private key its issuer put there."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from muster.crypto.chip_proof import agree, agreement_suite, answer_length, is_answered
from muster.crypto.chip_session import Suite
from muster.errors import BadInput
from simulators.passport_chip import ECDSA_PLAIN_SHA256, recoverable_signature
from simulators.passport_issuer import ec_key, plain, public_info, rsa_key

CHALLENGE = bytes(range(8))


@pytest.mark.parametrize("trailer", [b"\xbc", b"\x34\xcc"])
def test_a_recoverable_rsa_signature_over_the_challenge_counts(trailer: bytes) -> None:
    for _ in range(4):  # either of the two numbers that fit
        answer = recoverable_signature(rsa_key("AA"), CHALLENGE, trailer)
        assert is_answered(public_info(rsa_key("AA")), None, CHALLENGE, answer)


def test_a_signature_over_another_challenge_or_by_another_key_does_not_count() -> None:
    answer = recoverable_signature(rsa_key("AA"), CHALLENGE, b"\xbc")
    assert not is_answered(public_info(rsa_key("AA")), None, bytes(8), answer)
    assert not is_answered(public_info(rsa_key("other")), None, CHALLENGE, answer)


@pytest.mark.parametrize("answer", [b"", bytes(256), b"\xff" * 256, bytes(255) + b"\x01", bytes(257)])
def test_numbers_that_are_no_signature_do_not_count(answer: bytes) -> None:
    assert not is_answered(public_info(rsa_key("AA")), None, CHALLENGE, answer)


def test_a_right_signature_with_something_before_it_does_not_count() -> None:
    answer = b"\0" + recoverable_signature(rsa_key("AA"), CHALLENGE, b"\xbc")
    assert not is_answered(public_info(rsa_key("AA")), None, CHALLENGE, answer)


def test_a_signature_of_another_form_does_not_count() -> None:
    answer = recoverable_signature(rsa_key("AA"), CHALLENGE, b"\xbc", header=b"\x4a")
    assert not is_answered(public_info(rsa_key("AA")), None, CHALLENGE, answer)


def test_a_signature_with_a_hash_that_is_not_known_does_not_count() -> None:
    numbers = rsa_key("AA").private_numbers()
    message = b"\x6a" + bytes(253) + b"\x99\xcc"
    answer = pow(int.from_bytes(message), numbers.d, numbers.public_numbers.n).to_bytes(256)
    assert not is_answered(public_info(rsa_key("AA")), None, CHALLENGE, answer)


def test_an_ecdsa_signature_counts_by_the_hash_that_the_issuer_named() -> None:
    key = ec_key("AA")
    answer = plain(key.sign(CHALLENGE, ec.ECDSA(hashes.SHA256())), 32)
    assert is_answered(public_info(key), ECDSA_PLAIN_SHA256, CHALLENGE, answer)
    assert not is_answered(public_info(key), ECDSA_PLAIN_SHA256, bytes(8), answer)
    assert not is_answered(public_info(key), "0.4.0.127.0.7.1.1.4.1.5", CHALLENGE, answer)
    assert not is_answered(public_info(key), ECDSA_PLAIN_SHA256, CHALLENGE, b"")


@pytest.mark.parametrize("algorithm", [None, "1.2.3", "0.4.0.127.0.7.1.1.4.1.6"])
def test_an_ecdsa_signature_of_a_hash_that_is_not_known_is_not_spoken(algorithm: str | None) -> None:
    with pytest.raises(BadInput, match="ISSUER_ALGORITHM_UNKNOWN"):
        is_answered(public_info(ec_key("AA")), algorithm, CHALLENGE, bytes(64))


@pytest.mark.parametrize(
    "key",
    [b"", b"\x30\x00", bytes(40), public_info(ed25519.Ed25519PrivateKey.generate())],  # type: ignore[arg-type]
    ids=["nothing", "an empty sequence", "zeros", "Ed25519"],
)
def test_what_is_no_key_or_of_another_kind_is_not_spoken(key: bytes) -> None:
    with pytest.raises(BadInput, match="ISSUER_ALGORITHM_UNKNOWN"):
        is_answered(key, None, CHALLENGE, bytes(256))


def test_both_sides_of_a_key_agreement_arrive_at_one_session() -> None:
    key = ec_key("CA", "brainpoolP256r1")
    new = agree(Suite.AES_256, public_info(key))
    peer = ec.EllipticCurvePublicKey.from_encoded_point(key.curve, new.public)
    other = Suite.AES_256.session(key.exchange(ec.ECDH(), peer))
    assert new.cipher.token(b"x") == other.token(b"x")
    assert "cipher" not in repr(new)


def test_there_is_no_agreement_over_an_rsa_key() -> None:
    with pytest.raises(BadInput):
        agree(Suite.AES_128, public_info(rsa_key("AA")))


def test_agreements_modulo_a_prime_are_not_spoken() -> None:
    assert agreement_suite("0.4.0.127.0.7.2.2.3.2.4") is Suite.AES_256
    assert agreement_suite("0.4.0.127.0.7.2.2.3.1.2") is None
    assert agreement_suite("0.4.0.127.0.7.2.2.3.2.9") is None


def test_an_answer_is_as_long_as_the_key_and_of_no_length_where_the_key_is_not_spoken() -> None:
    assert answer_length(public_info(rsa_key("AA"))) == 256
    assert answer_length(public_info(ec_key("AA"))) == 64
    assert answer_length(b"no key") == 0
