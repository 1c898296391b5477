"""The line to the national system, as a station has one to its server.

The same targets, sign-in and signatures as a station's (``upload``): a MOSIP takes the packet, sealed anew for it;
a GovStack system takes enrollments: those that came as such, and what a packet holds, which the hub can open.
Where the national system serves only who is signed in there, the hub signs in with a machine key of its own; the
tokens are in memory, and each process has its own. Password and keys are files that are read when they are needed.
A sign-in that was refused there is not tried again for half an hour, unless the file holds another password: each
packet that waits would be one more guess, and systems lock whom somebody guesses at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from muster.clock import Clock
from muster.crypto.signing import SigningKey, certificate_to_der
from muster.errors import BadInput, MusterError, Refused, SignInRefused, StorageUnavailable
from muster.formats.govstack import EnrollmentRequest
from muster.packet.govstack_of_packet import enrollment_of_packet
from muster.packet.opening import open_packet
from muster.receiver.forwarding import Line
from muster.receiver.forwarding_queue import Due, Going
from muster.receiver.objects import OBJECT_MISSING
from muster.receiver.settings import HUB_SETTING_WRONG, ForwardTo
from muster.receiver.storage import Storage, reference
from muster.upload.conversation import Conversation
from muster.upload.login import ServerLogin
from muster.upload.signer import Signer
from muster.upload.target import Business, Target, kinds, target_of
from muster.upload.transport import SignInWanted, Transport

_Read = TypeVar("_Read")
_OPENED_HERE = "govstack"
_NOT_AGAIN_FOR = timedelta(minutes=30)


class NationalLine(Line):
    """``reach`` opens the connection. Raises ``BadInput(HUB_SETTING_WRONG)`` for a file that is not what it is
    for."""

    def __init__(
        self, forward: ForwardTo, storage: Storage, clock: Clock, reach: Callable[[str], Transport] = Transport
    ) -> None:
        check(forward)
        self._forward = forward
        self._storage = storage
        self._clock = clock
        self._reach = reach
        self._key = _machine_key(forward) if forward.machine_key else None
        self._login = ServerLogin(self._key, clock) if self._key and forward.user else None
        self._refused: tuple[SignInRefused, str, datetime] | None = None  # with which password, until when
        self.takes_packets = forward.kind != _OPENED_HERE

    @contextmanager
    def to(self, due: Due) -> Iterator[Target]:
        with self._reach(self._forward.url) as transport:
            self._sign_in(transport)
            business = Business(
                server=self._conversation(transport, check=True),
                unsigned=self._conversation(transport, check=False),
                ref_id=reference(due.number),
                clock=self._clock,
                enrollment=self._of_packet if due.what is Going.PACKET else self._kept,
            )
            yield target_of(self._forward.kind, business)

    def _sign_in(self, transport: Transport) -> None:
        """Raises ``SignInRefused``, ``NetworkUnavailable``."""
        if self._login is None:
            return
        try:
            self._login.token(transport)
        except SignInWanted:
            self._sign_in_anew(self._login, transport)

    def _sign_in_anew(self, login: ServerLogin, transport: Transport) -> None:
        password = _first_line("password_file", self._forward.password_file)
        if self._refused is not None:
            refusal, with_password, until = self._refused
            if password == with_password and self._clock() < until:
                raise SignInRefused(refusal.code, **refusal.detail)
        try:
            login.by_password(transport, self._forward.user, password)
        except SignInRefused as error:
            self._refused = error, password, self._clock() + _NOT_AGAIN_FOR
            raise
        self._refused = None

    def _conversation(self, transport: Transport, *, check: bool) -> Conversation:
        signed = check and self._forward.answers_signed_by is not None
        return Conversation(
            transport,
            login=self._login,
            signer=Signer(_Known(self._forward), self._clock) if signed else None,
            request_key=self._key if self._forward.signed_requests else None,
        )

    def _kept(self, registration_id: str) -> EnrollmentRequest:
        """As it is known here by now, asked for at this moment. Raises ``StorageUnavailable``."""
        kept = self._storage.enrollment(registration_id)
        if kept is None:
            raise StorageUnavailable(OBJECT_MISSING)
        return replace(EnrollmentRequest.parse(kept), requested_at=self._clock())

    def _of_packet(self, packet_id: str) -> EnrollmentRequest:
        """Raises ``Refused`` for a packet that cannot be said in those words, whenever it is tried."""
        content = self._storage.packet(packet_id)
        try:
            return enrollment_of_packet(open_packet(content, self._storage.key), self._clock())
        except BadInput as error:
            raise Refused(error.code, **error.detail) from error


class _Known:
    """Whoever the administrator says signs the answers, and nobody else. Implements ``upload.signer.Pin``."""

    def __init__(self, forward: ForwardTo) -> None:
        self._forward = forward

    def load(self) -> bytes:
        return _certificate(self._forward)

    def store(self, certificate: bytes) -> None:
        raise AssertionError("there is one already")


def check(forward: ForwardTo) -> None:
    """Whether a line can be made of it, before a process that would need one is started. Raises
    ``BadInput(HUB_SETTING_WRONG)``."""
    if forward.kind not in kinds():
        raise BadInput(HUB_SETTING_WRONG, name="forward.kind")
    if forward.machine_key is not None:
        _machine_key(forward)
    elif forward.user or forward.signed_requests:
        raise BadInput(HUB_SETTING_WRONG, name="forward.machine_key")
    if forward.user:
        _first_line("password_file", forward.password_file)
    if forward.answers_signed_by is not None:
        _certificate(forward)


def _machine_key(forward: ForwardTo) -> SigningKey:
    return _read("machine_key", forward.machine_key, SigningKey.from_pem)


def _certificate(forward: ForwardTo) -> bytes:
    def checked(pem: bytes) -> bytes:
        certificate_to_der(pem)
        return pem

    return _read("answers_signed_by", forward.answers_signed_by, checked)


def _first_line(name: str, file: Path | None) -> str:
    def first(content: bytes) -> str:
        line = content.decode("utf-8-sig").partition("\n")[0].removesuffix("\r")
        if not line:
            raise ValueError(name)
        return line

    return _read(name, file, first)


def _read(name: str, file: Path | None, read: Callable[[bytes], _Read]) -> _Read:
    try:
        if file is None:
            raise ValueError(name)
        return read(file.read_bytes())
    except (OSError, ValueError, MusterError) as error:
        raise BadInput(HUB_SETTING_WRONG, name=f"forward.{name}") from error
