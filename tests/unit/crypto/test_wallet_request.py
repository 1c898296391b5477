"""Keys of one question to a wallet, put away as text; what wallets do is in ``methods/test_wallet.py``."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization

from muster import base64url
from muster.crypto.wallet_request import AnswerKey
from muster.errors import NotAuthentic
from simulators.passport_issuer import rsa_key

_RSA = rsa_key("DS").private_bytes(
    serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)


@pytest.mark.parametrize("text", ["", "%%", "AAAA", base64url.encode(_RSA)], ids=["none", "%%", "AAAA", "RSA"])
def test_a_text_that_is_no_key_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        AnswerKey.from_text(text)


def test_a_key_comes_back_from_its_text_and_is_never_shown() -> None:
    key = AnswerKey.drawn()
    assert AnswerKey.from_text(key.as_text()).public_jwk("1") == key.public_jwk("1")
    assert repr(key) == "AnswerKey()"


@pytest.mark.parametrize("answer", ["", "a.b.c.d.e", "é", "....", "{}"])
def test_what_is_no_answer_is_not_opened(answer: str) -> None:
    with pytest.raises(NotAuthentic, match="WALLET_ANSWER_UNREADABLE"):
        AnswerKey.drawn().opened(answer)
