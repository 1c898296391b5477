"""Who may speak to the receiver: signing in as at MOSIP's syncdata service (section 7.1 of the packet notes).

In MOSIP's order: the machine must be registered, its signature over the payload good, the timestamp within five
minutes, the user listed, the password right. Whatever is wrong after the first is the same "Invalid Request", said
without telling which. The password is tried last, since that costs 0.2 s and 64 MiB: only a registered machine can
make the receiver work for it.

Tokens are JWTs over the receiver's own key, so that a restart forgets nobody.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from muster import base64url
from muster.clock import Clock
from muster.crypto.jws import sign_compact, verify_detached
from muster.crypto.key_slots import open_slot
from muster.crypto.machine_data import encrypt_machine_data
from muster.crypto.signing import verify
from muster.errors import BadInput, MusterError, SignInRefused, StorageUnavailable
from muster.formats.mosip_login import (
    Asked,
    ByOtp,
    ByPassword,
    ByRefreshToken,
    LoginRequest,
    OtpWanted,
    Tokens,
    encode_tokens,
    is_on_time,
)
from muster.receiver.checks import Refusal
from muster.receiver.machines import Machine
from muster.receiver.one_time_passwords import OneTimePasswords
from muster.receiver.storage import Storage

TOKEN_FOR = timedelta(minutes=30)
REFRESH_FOR = timedelta(hours=12)  # a shift: the station keeps no password to sign in with again
OTP_FOR = timedelta(minutes=3)
_UNKNOWN_MACHINE = Refusal("KER-SNC-155", "Machine not found")
_INVALID = Refusal("KER-SYN-AUTH-001", "Invalid Request")
_TOKEN, _REFRESH, _CONSOLE = "access", "refresh", "console"


class Doorkeeper:
    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock
        self._otps = OneTimePasswords(storage.database, storage.center_key.sealer("one-time passwords"))
        self._lock = Lock()  # one password at a time, see above

    def sign_in(self, body: bytes) -> str | Refusal:
        """The answer's ``response``: tokens, encrypted to the machine."""
        try:
            machine, asked = self._asked(body)
            user_id = self._user_of(asked)
            tokens = self._tokens(user_id)
            return base64url.encode(
                encrypt_machine_data(machine.encryption_key, encode_tokens(tokens, self._clock()))
            )
        except _Refused as refusal:
            return refusal.answer
        except StorageUnavailable:  # says nothing about who asks
            raise
        except MusterError:
            return _INVALID

    def send_otp(self, body: bytes) -> dict[str, Any] | Refusal:
        try:
            _, asked = self._asked(body)
            if not isinstance(asked, OtpWanted) or self._storage.user(asked.user_id) is None:
                return _INVALID
            otp = f"{secrets.randbelow(1_000_000):06d}"
            self._otps.keep(asked.user_id, otp, self._clock() + OTP_FOR)
            self._storage.post(asked.user_id, otp)
        except _Refused as refusal:
            return refusal.answer
        except StorageUnavailable:  # says nothing about who asks
            raise
        except MusterError:
            return _INVALID
        return {"status": "success", "message": "OTP is sent"}

    def supervisor(self, token: str) -> str | None:
        """Who looks at the console, if it is still somebody who may."""
        subject = self._subject(token, _CONSOLE)
        return subject if subject is not None and self._storage.supervisor(subject) is not None else None

    def supervisor_token(self, user_id: str, ends: datetime) -> str:
        """For the console only. Whether the password was right is the caller's affair."""
        return self._token(user_id, _CONSOLE, ends)

    def admits(self, token: str) -> bool:
        """Whether the holder of ``token`` is signed in."""
        return self._subject(token, _TOKEN) is not None

    def _asked(self, body: bytes) -> tuple[Machine, Asked]:
        """The machine and what it asks for, once it is sure that it is the one who asks."""
        request = LoginRequest.parse(body)
        machine = self._storage.machine_by_key(request.key_index)
        if machine is None:
            raise _Refused(_UNKNOWN_MACHINE)
        if not verify(machine.signing_key, request.payload, request.signature):
            raise _Refused(_INVALID)
        asked, at = request.asked()
        if not is_on_time(at, self._clock()):
            raise _Refused(_INVALID)
        return machine, asked

    def _user_of(self, asked: Asked) -> str:
        match asked:
            case ByPassword(user_id, password):
                return self._by_password(user_id, password)
            case ByOtp(user_id, otp):
                return self._by_otp(user_id, otp)
            case ByRefreshToken(token):
                subject = self._subject(token, _REFRESH)
                if subject is not None and self._storage.user(subject) is not None:
                    return subject
            case OtpWanted():
                pass  # to be asked for elsewhere
        raise _Refused(_INVALID)

    def _by_password(self, user_id: str, password: str) -> str:
        slot = self._storage.user(user_id)
        if slot is None:
            raise _Refused(_INVALID)
        with self._lock:
            try:
                open_slot(slot, password)
            except SignInRefused as error:
                raise _Refused(_INVALID) from error
        return user_id

    def _by_otp(self, user_id: str, text: str) -> str:
        if not self._otps.takes(user_id, text, self._clock()):
            raise _Refused(_INVALID)
        return user_id

    def _tokens(self, user_id: str) -> Tokens:
        now = self._clock()
        ends, refresh_ends = now + TOKEN_FOR, now + REFRESH_FOR
        return Tokens(
            self._token(user_id, _TOKEN, ends), ends, self._token(user_id, _REFRESH, refresh_ends), refresh_ends
        )

    def _token(self, user_id: str, use: str, ends: datetime) -> str:
        claims = {"sub": user_id, "use": use, "exp": int(ends.timestamp())}
        signer = self._storage.signer
        return sign_compact(signer.key, json.dumps(claims).encode(), signer.certificate)

    def _subject(self, token: str, use: str) -> str | None:
        """Whose token it is, or nothing for one that is forged, over, or for another use."""
        claims = self._claims(token)
        ends = claims.get("exp")
        if claims.get("use") != use or not isinstance(ends, int):
            return None
        return str(claims["sub"]) if datetime.fromtimestamp(ends, UTC) > self._clock() else None

    def _claims(self, token: str) -> Mapping[str, Any]:
        header, _, rest = token.partition(".")
        payload, _, signature = rest.partition(".")
        try:
            content = base64url.decode(payload)
            good = verify_detached(f"{header}..{signature}", content, self._storage.signer.certificate)
        except (ValueError, BadInput):
            return {}
        claims: dict[str, Any] = json.loads(content) if good else {}
        return claims


class _Refused(Exception):
    def __init__(self, answer: Refusal) -> None:
        super().__init__(answer.code)
        self.answer = answer
