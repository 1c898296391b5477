"""What one signed-in operator's station says to the server: signed in there where it asks for it, and checked.

Rules:

1. The password is known at sign-in only. It is offered to the server then, in the background, and kept nowhere;
   whoever needs the server meanwhile waits for the outcome.
2. A server that cannot be reached, or says no, keeps nobody from working: packets wait, and whoever wants to send
   hears why.
3. The certificate the server signs its answers with is pinned at its first answer, for the station and not for the
   operator. A change counts once a supervisor has accepted it, by its fingerprint.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from muster.audit.catalogue import AuditEvent
from muster.crypto.machine_key import MachineKey
from muster.domain.operators import Permission
from muster.errors import BadInput, Code, MusterError, NetworkUnavailable
from muster.formats.govstack import EnrollmentRequest
from muster.methods.tools import Hub
from muster.upload.conversation import Conversation
from muster.upload.enrolment import ask_to_be_let_in
from muster.upload.login import ServerLogin
from muster.upload.mosip import MosipTarget
from muster.upload.request_signing import RequestSigning
from muster.upload.signer import ServerNotAuthentic, Signer, fingerprint
from muster.upload.target import Business, Target, target_of
from muster.upload.transport import Exchange, SignInWanted, Transport
from muster.workstation.journal import Journal
from muster.workstation.lanes import Lanes
from muster.workstation.server import Login, Server, is_elsewhere

SIGNER_NOT_OFFERED = Code(
    "SIGNER_NOT_OFFERED", "The server does not sign with the certificate of this fingerprint. Compare it again."
)

SIGNER_SETTING = "server_signer"
_LANE = "server"


class ServerSession:
    """``enrollment`` tells what a packet holds, for servers that take enrollments instead. ``training`` speaks to
    servers on this very computer only."""

    def __init__(
        self,
        server: Server,
        journal: Journal,
        key: MachineKey,
        enrollment: Callable[[str], EnrollmentRequest],
        *,
        training: bool = False,
    ) -> None:
        self._training = training
        self._server = server
        self._journal = journal
        self._key = key
        self._enrollment = enrollment
        self._login = ServerLogin(key, journal.clock)
        self._signing = RequestSigning(key)  # keeps what it heard of the hub's clock
        self._lanes = Lanes()
        self._signing_in: Future[None] | None = None
        self._problem: MusterError | None = None
        self.server_clock: tuple[datetime, datetime] | None = None
        """What the server's clock last said, and ours at that moment."""

    def offer(self, user_id: str, password: str) -> None:
        """Sign in at the server, if it asks for that, without waiting for it."""
        if self._server.terms.login is Login.PASSWORD:
            self._signing_in = self._lanes.submit(_LANE, partial(self._sign_in, user_id, password))

    @contextmanager
    def target(self, bytes_per_second: int | None = None) -> Iterator[Target]:
        """Files are sent no faster than that. Raises ``NetworkUnavailable``, ``SignInWanted`` (with the reason why
        the sign-in failed) and what the target's verbs raise."""
        self._require_sign_in()
        with self._transport(bytes_per_second) as transport:
            try:
                yield self._target(transport)
            finally:
                self._hear(transport)

    @contextmanager
    def exchange(self) -> Iterator[Exchange]:
        """For whatever else is to be asked. Raises as :meth:`target`."""
        self._require_sign_in()
        with self._transport() as transport:
            try:
                yield self._conversation(transport)
            finally:
                self._hear(transport)

    def hub(self) -> Hub | None:
        """The server, where it is a center's hub: such a one asks for signed requests."""
        if not self._server.terms.signed_requests or (self._training and is_elsewhere(self._server)):
            return None
        return Hub(self._server.url(), self._signing)

    def is_of_our_system(self, host: str) -> bool:
        """Whether a portal's address belongs to the server's: both are under one name. Nobody knows without a
        server."""
        try:
            own = urlsplit(self._server.url()).hostname or ""
        except MusterError:
            return True
        return host == own or host.partition(".")[2] == own.partition(".")[2] != ""

    def close(self) -> None:
        """Forget the tokens. A sign-in under way is not waited for; it ends by itself and is told nobody."""
        self._login.forget()
        self._lanes.leave()

    def pinned_signer(self) -> str | None:
        """The fingerprint (hex SHA-256) of the certificate the server's answers are checked with."""
        pinned = _Pin(self._journal).load()
        return fingerprint(pinned) if pinned else None

    def offered_signer(self) -> str:
        """The fingerprint of the certificate the server signs with now. Raises ``NetworkUnavailable``,
        ``ServerNotAuthentic``."""
        return fingerprint(self._offered_signer())

    def accept_signer(self, expected: str) -> None:
        """Check the server's answers with another certificate from now on: the one with the fingerprint
        ``expected``, which somebody has compared with what the server's owner says.

        Raises ``Refused`` for who may not change settings, ``BadInput`` when the server signs with another one.
        """
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        certificate = self._offered_signer()
        if fingerprint(certificate) != expected.replace(":", "").strip().lower():
            raise BadInput(SIGNER_NOT_OFFERED)
        _Pin(self._journal, AuditEvent.SERVER_SIGNER_ACCEPTED).store(certificate)

    def ask_to_be_let_in(self) -> str:
        """Show this station's keys to a hub that does not know it: ``asked``, ``approved`` or ``barred``. Raises
        ``Refused``, ``NetworkUnavailable``."""
        with self._transport() as transport:
            return ask_to_be_let_in(transport, self._journal.station.ref_id, self._key, self._journal.clock)

    def key_name(self) -> str:
        """MOSIP's name of the key this station signs with, for whoever compares it."""
        return self._key.signing_key_index

    def _offered_signer(self) -> bytes:
        self._require_sign_in()
        with self._transport() as transport:
            return self._signer().offered(self._conversation(transport, check=False).send)

    def _transport(self, bytes_per_second: int | None = None) -> Transport:
        return Transport(self._server.url(), bytes_per_second=bytes_per_second, only_here=self._training)

    def _require_sign_in(self) -> None:
        if self._signing_in is not None:
            self._signing_in.result()
        if self._problem is not None:
            raise SignInWanted(self._problem.code, **self._problem.detail) from self._problem

    def _sign_in(self, user_id: str, password: str) -> None:
        try:
            with self._transport() as transport:
                self._login.by_password(transport, user_id, password)
                mosip = MosipTarget(
                    self._conversation(transport), self._journal.station.ref_id, self._journal.clock
                )
                mosip.verify_machine(_machine_name(), self._key)
        except (NetworkUnavailable, ServerNotAuthentic) as error:  # either is found out again, and may be over
            self._note(AuditEvent.SERVER_SIGN_IN_FAILED, code=error.code.name)
        except MusterError as error:
            self._problem = error
            self._note(AuditEvent.SERVER_SIGN_IN_FAILED, code=error.code.name)
        else:
            self._note(AuditEvent.SERVER_SIGNED_IN)

    def _conversation(self, transport: Transport, *, check: bool = True) -> Conversation:
        terms = self._server.terms
        return Conversation(
            transport,
            login=self._login if terms.login is Login.PASSWORD else None,
            signer=self._signer() if terms.signed_answers and check else None,
            request_key=self._key if terms.signed_requests else None,
            waiting=self._waiting() if terms.signed_requests else None,
        )

    def _waiting(self) -> int:
        """How many packets wait here, for a hub's supervisors."""
        with self._journal.database.read() as work:
            return work.outbox.waiting()[0]

    def _signer(self) -> Signer:
        return Signer(_Pin(self._journal), self._journal.clock)

    def _target(self, transport: Transport) -> Target:
        business = Business(
            server=self._conversation(transport),
            unsigned=self._conversation(transport, check=False),
            ref_id=self._journal.station.ref_id,
            clock=self._journal.clock,
            enrollment=self._enrollment,
        )
        return target_of(self._server.terms.kind, business)

    def _hear(self, transport: Transport) -> None:
        """The server's clock beside ours, for whoever forecasts."""
        if transport.server_time is not None:
            self.server_clock = (transport.server_time, self._journal.now())

    def _note(self, event: AuditEvent, **detail: str) -> None:
        with self._journal.database.work() as work:
            work.record(event, actor=self._journal.operator.user_id, **detail)


class _Pin:
    """Among the station's settings, each change with its audit record; looked up once in a conversation.
    Implements ``upload.signer.Pin``."""

    def __init__(self, journal: Journal, event: AuditEvent = AuditEvent.SERVER_SIGNER_PINNED) -> None:
        self._journal = journal
        self._event = event
        self._known: bytes | None = None

    def load(self) -> bytes | None:
        if self._known is None:
            with self._journal.database.read() as work:
                kept = work.settings.get(SIGNER_SETTING)
            self._known = kept.encode() if kept else None
        return self._known

    def store(self, certificate: bytes) -> None:
        with self._journal.database.work() as work:
            work.settings.put(SIGNER_SETTING, certificate.decode())
            work.record(self._event, actor=self._journal.operator.user_id, sha256=fingerprint(certificate))
        self._known = certificate


def _machine_name() -> str:
    """As the reference client names a machine to the server."""
    return socket.gethostname().lower()
