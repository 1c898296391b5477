"""Who signs the server's answers: the certificate of KERNEL/SIGN, believed the first time and pinned from then on.

The first answer that must be signed makes the station ask for the certificate; the answer that brings it must be
signed with it, so that nobody can plant somebody else's. From then on only that key counts: a server that signs
with another one is not talked to until an administrator has accepted the change. (The reference client takes every
certificate anew and checks against that, which checks nothing.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Protocol

from muster.clock import Clock
from muster.crypto.signing import certificate_to_der, is_valid_at
from muster.errors import BadInput, Code, MusterError, NotAuthentic
from muster.upload.certificates import certificate_in, certificate_request
from muster.upload.response_signature import is_signed_by, must_be_signed
from muster.upload.transport import Answer, Request

ANSWER_NOT_AUTHENTIC = Code(
    "ANSWER_NOT_AUTHENTIC",
    "The server's answer is not signed as it must be, so nothing of it was used. Tell your administrator.",
)
SERVER_SIGNER_CHANGED = Code(
    "SERVER_SIGNER_CHANGED",
    "The server signs with another certificate than before. Nothing is sent until your administrator has accepted "
    "the new one.",
)
SERVER_SIGNER_UNUSABLE = Code(
    "SERVER_SIGNER_UNUSABLE",
    "The certificate the server signs with cannot be used. Check this computer's clock, then tell your "
    "administrator.",
)

SIGNER_REQUEST: Request = certificate_request("KERNEL", "SIGN")


class ServerNotAuthentic(NotAuthentic):
    """It is not the server that is known. No other request to it will do better."""


class Pin(Protocol):
    """Where the certificate is kept."""

    def load(self) -> bytes | None:
        """The pinned certificate (PEM or DER), or nothing before the first."""

    def store(self, certificate: bytes) -> None: ...


class Signer:
    """``ask`` sends one request to the server and returns the answer unchecked."""

    def __init__(self, pin: Pin, clock: Clock) -> None:
        self._pin = pin
        self._clock = clock

    def check(self, answer: Answer, ask: Callable[[Request], Answer]) -> None:
        """Raises ``ServerNotAuthentic``; before the certificate is known also what ``ask`` raises."""
        if not must_be_signed(answer.content):
            return
        pinned = self._pin.load()
        if pinned is None:
            pinned = self.offered(ask)
            self._pin.store(pinned)
        if not is_signed_by(answer.body, answer.signature, pinned):
            raise ServerNotAuthentic(
                SERVER_SIGNER_CHANGED if self._has_changed(pinned, ask) else ANSWER_NOT_AUTHENTIC
            )

    def offered(self, ask: Callable[[Request], Answer]) -> bytes:
        """The certificate the server signs with now. Raises ``ServerNotAuthentic`` and what ``ask`` raises."""
        answer = ask(SIGNER_REQUEST)
        certificate = certificate_in(answer.content)
        try:
            usable = is_valid_at(certificate, self._clock())
            signed = is_signed_by(answer.body, answer.signature, certificate)
        except BadInput as error:
            raise ServerNotAuthentic(SERVER_SIGNER_UNUSABLE) from error
        if not usable:
            raise ServerNotAuthentic(SERVER_SIGNER_UNUSABLE)
        if not signed:
            raise ServerNotAuthentic(ANSWER_NOT_AUTHENTIC)
        return certificate

    def _has_changed(self, pinned: bytes, ask: Callable[[Request], Answer]) -> bool:
        try:
            return fingerprint(self.offered(ask)) != fingerprint(pinned)
        except MusterError:  # no certificate to be had: what is known is that the answer is not authentic
            return False


def fingerprint(certificate: bytes) -> str:
    """Lower-case hex SHA-256 of the DER. Raises ``BadInput``."""
    return hashlib.sha256(certificate_to_der(certificate)).hexdigest()
