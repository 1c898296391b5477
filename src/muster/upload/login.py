"""Being signed in at MOSIP's server: section 7.1 of the packet notes.

Rules:

1. Tokens are in memory only and end with the program. The password is not even kept that long: once it was
   sent it is forgotten, and only the refresh token can sign in again.
2. The clock is looked at first (:mod:`muster.upload.server_clock`), and whether it is the server that answers.
3. The server does not sign what it says here, because who has no token cannot have its certificate yet. What
   comes back is encrypted to the machine, which proves nothing about who wrote it; TLS does.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from threading import RLock

from muster.clock import Clock
from muster.crypto.machine_data import decrypt_machine_data
from muster.crypto.machine_key import MachineKey
from muster.errors import BadInput, Code, MalformedData, NetworkUnavailable, NotAuthentic, Refused, SignInRefused
from muster.formats.mosip_login import (
    LOGIN_ANSWER_UNREADABLE,
    LOGIN_PATH,
    SEND_OTP_PATH,
    Asked,
    ByOtp,
    ByPassword,
    ByRefreshToken,
    OtpWanted,
    Tokens,
    encode_login,
    read_answer,
    read_tokens,
    require_accepted,
)
from muster.upload.server_clock import ServerClock
from muster.upload.transport import SERVER_WANTS_SIGN_IN, Answer, Request, SignInWanted, Transport

LOGIN_FOR_ANOTHER_KEY = Code(
    "LOGIN_FOR_ANOTHER_KEY",
    "The server knows this station by another key. Have the one in its folder 'keys' registered there.",
)

HEALTH_PATH = "/v1/syncdata/actuator/health"
_JSON = {"Content-Type": "application/json"}
# Before the token ends: a request may take as long to arrive, and the two clocks differ.
_RENEW_BEFORE = timedelta(minutes=1)


class ServerLogin:
    """Who is signed in at one server, if anybody. Safe to use from several threads."""

    def __init__(self, key: MachineKey, clock: Clock) -> None:
        self._key = key
        self._clock = clock
        self._server_clock = ServerClock(clock)
        self._tokens: Tokens | None = None
        self._lock = RLock()

    def by_password(self, transport: Transport, user_id: str, password: str) -> None:
        """Raises ``SignInRefused``, ``Unavailable`` (clock), ``NetworkUnavailable``."""
        self._sign_in(transport, ByPassword(user_id, password))

    def by_otp(self, transport: Transport, user_id: str, otp: str) -> None:
        """With what :meth:`send_otp` made the server send. Raises as :meth:`by_password`."""
        self._sign_in(transport, ByOtp(user_id, otp))

    def send_otp(self, transport: Transport, user_id: str) -> None:
        """Have a one-time password sent by e-mail and phone. Raises as :meth:`by_password`."""
        answer = self._ask(transport, SEND_OTP_PATH, OtpWanted(user_id))
        try:
            require_accepted(answer.body)
        except MalformedData as error:
            raise NetworkUnavailable(error.code, **error.detail) from error

    def token(self, transport: Transport) -> str:
        """The token to send along, renewed when it is about to end.

        Raises ``SignInWanted`` when nobody is signed in any more, ``NetworkUnavailable``.
        """
        with self._lock:
            if self._tokens is None:
                raise SignInWanted(SERVER_WANTS_SIGN_IN)
            if self._clock() >= self._tokens.expires_at - _RENEW_BEFORE:
                self.renew(transport)
            return self._tokens.token

    def renew(self, transport: Transport) -> None:
        """Sign in again with the refresh token. Raises as :meth:`token`."""
        with self._lock:
            tokens = self._tokens
            if tokens is None:
                raise SignInWanted(SERVER_WANTS_SIGN_IN)
            ends = tokens.refresh_expires_at
            try:
                if ends is not None and self._clock() >= ends:
                    raise SignInWanted(SERVER_WANTS_SIGN_IN)
                self._sign_in(transport, ByRefreshToken(tokens.refresh_token))
            except Refused as error:
                self._tokens = None
                raise SignInWanted(SERVER_WANTS_SIGN_IN) from error
            except SignInWanted:
                self._tokens = None
                raise

    def forget(self) -> None:
        with self._lock:
            self._tokens = None

    def _sign_in(self, transport: Transport, asked: Asked) -> None:
        answer = self._ask(transport, LOGIN_PATH, asked)
        tokens = self._read(answer)
        with self._lock:
            self._tokens = tokens

    def _ask(self, transport: Transport, path: str, asked: Asked) -> Answer:
        self._check_clock(transport)
        body = encode_login(asked, self._clock(), self._key.signing_key_index, self._key.sign)
        return transport.send(Request("POST", path, headers=_JSON, body=body))

    def _check_clock(self, transport: Transport) -> None:
        # Closed to strangers at some servers; the Date header comes all the same.
        with suppress(Refused, SignInWanted):
            transport.send(Request("GET", HEALTH_PATH))
        self._server_clock.hear(transport.server_time)
        self._server_clock.check()

    def _read(self, answer: Answer) -> Tokens:
        try:
            return read_tokens(decrypt_machine_data(self._key, read_answer(answer.body)))
        except MalformedData as error:
            raise NetworkUnavailable(LOGIN_ANSWER_UNREADABLE, **{"part": "response", **error.detail}) from error
        except (BadInput, NotAuthentic) as error:
            raise SignInRefused(LOGIN_FOR_ANOTHER_KEY) from error
