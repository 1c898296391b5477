"""Signing in at MOSIP's server: what is sent, and what comes back (section 7.1 of the packet notes).

The request is a text ``H.P.S``, each part base64url: ``H`` names the machine's key, ``P`` is the payload, ``S``
the machine's signature over **the payload's octets only**. It looks like a JWS and is none: there the signature
covers ``H.P`` (trap 17).

The answer's ``response`` is encrypted to the machine; :func:`read_answer` takes it out, whoever holds the key
opens it, :func:`read_tokens` reads what was inside. The tokens are not verified here: they are the server's
own, and only it can.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from muster import base64url
from muster.clock import rfc3339
from muster.errors import Code, MalformedData, SignInRefused
from muster.formats.json_part import JsonPart

LOGIN_ANSWER_UNREADABLE = Code(
    "LOGIN_ANSWER_UNREADABLE",
    "The server's answer to the sign-in cannot be read: {part} is missing or has a wrong form.",
)
LOGIN_REQUEST_UNREADABLE = Code(
    "LOGIN_REQUEST_UNREADABLE", "A request to sign in cannot be read: {part} is missing or has a wrong form."
)
LOGIN_STATION_UNKNOWN = Code(
    "LOGIN_STATION_UNKNOWN",
    "The server does not know this station. Have the station's key registered there first.",
)
LOGIN_NOT_ACCEPTED = Code(
    "LOGIN_NOT_ACCEPTED",
    "The server did not accept the sign-in. Check this computer's clock first, then the name and the password.",
)
LOGIN_REFUSED = Code(
    "LOGIN_REFUSED", "The server refused the sign-in (its code: {server_code}). Tell your supervisor."
)

LOGIN_PATH = "/v1/syncdata/authenticate/useridpwd"
SEND_OTP_PATH = "/v1/syncdata/authenticate/sendotp"

# A timestamp farther off is answered with the same "Invalid Request" as a wrong password.
CLOCK_TOLERANCE = timedelta(minutes=5)
_REFUSALS = {"KER-SNC-155": LOGIN_STATION_UNKNOWN, "KER-SYN-AUTH-001": LOGIN_NOT_ACCEPTED}
_SERVER_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
# Stricter than base64url.decode: the token goes into a Cookie header as it is.
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

Sign = Callable[[bytes], bytes]


# --- what is sent ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ByPassword:
    user_id: str
    password: str = field(repr=False)

    def fields(self) -> dict[str, object]:
        return {"userId": self.user_id, "password": self.password, "authType": "NEW"}


@dataclass(frozen=True, slots=True)
class ByOtp:
    user_id: str
    otp: str = field(repr=False)

    def fields(self) -> dict[str, object]:
        return {"userId": self.user_id, "otp": self.otp, "authType": "OTP"}


@dataclass(frozen=True, slots=True)
class ByRefreshToken:
    refresh_token: str = field(repr=False)

    def fields(self) -> dict[str, object]:
        return {"refreshToken": self.refresh_token, "authType": "REFRESH"}


@dataclass(frozen=True, slots=True)
class OtpWanted:
    """Asks the server to send a one-time password; goes to ``SEND_OTP_PATH``."""

    user_id: str
    application_id: str = "registrationclient"

    def fields(self) -> dict[str, object]:
        return {
            "userId": self.user_id,
            "appId": self.application_id,
            "useridtype": "USERID",
            "context": "auth-otp",
            "otpChannel": ["email", "phone"],
        }


Asked = ByPassword | ByOtp | ByRefreshToken | OtpWanted


def encode_login(asked: Asked, at: datetime, key_index: str, sign: Sign) -> bytes:
    """The whole HTTP body. ``sign`` is SHA256withRSA (PKCS#1 v1.5) with the key that ``key_index`` names."""
    body = {
        "id": "",
        "version": "",
        "request": request_text(payload(asked, at), key_index, sign),
        "requesttime": rfc3339(at),
    }
    return json.dumps(body).encode()


def payload(asked: Asked, at: datetime) -> bytes:
    """All ASCII: whatever was typed as a password can be written."""
    return json.dumps({**asked.fields(), "timestamp": rfc3339(at)}, separators=(",", ":")).encode()


def request_text(content: bytes, key_index: str, sign: Sign) -> str:
    """``H.P.S`` of one payload, its header spaced as the reference client spaces it."""
    header = json.dumps({"kid": key_index}, separators=(",", " : ")).encode()
    return ".".join(base64url.encode(each) for each in (header, content, sign(content)))


def is_on_time(ours: datetime, servers: datetime) -> bool:
    """Whether a request stamped ``ours`` is taken by a server whose clock says ``servers``."""
    return abs(ours - servers) <= CLOCK_TOLERANCE


# --- what is sent, as the server reads it ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """``signature`` covers ``payload`` and says who may be asking: the machine with the key ``key_index`` names.
    Nothing of ``payload`` counts before that was looked at."""

    key_index: str
    payload: bytes
    signature: bytes

    @classmethod
    def parse(cls, content: bytes) -> LoginRequest:
        """The HTTP body. Raises ``MalformedData``."""
        body = JsonPart.of(content, LOGIN_REQUEST_UNREADABLE)
        parts = body.text("request").split(".")
        try:
            header, payload_, signature = (base64url.decode(each) for each in parts)
        except ValueError as error:
            raise body.malformed("request") from error
        return cls(JsonPart.of(header, LOGIN_REQUEST_UNREADABLE).text("kid"), payload_, signature)

    def asked(self) -> tuple[Asked, datetime]:
        """What is wanted, and the time the station says it is. Raises ``MalformedData``."""
        part = JsonPart.of(self.payload, LOGIN_REQUEST_UNREADABLE)
        return _asked(part), part.moment("timestamp")


def _asked(part: JsonPart) -> Asked:
    match part.text("authType"):
        case "NEW":
            return ByPassword(part.text("userId"), part.text("password"))
        case "OTP":
            return ByOtp(part.text("userId"), part.text("otp"))
        case "REFRESH":
            return ByRefreshToken(part.text("refreshToken"))
        case "" if part.text("context") == "auth-otp":
            return OtpWanted(part.text("userId"), part.text("appId"))
    raise part.malformed("authType")


# --- what comes back -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a signed-in station holds. Times are the tokens' own claims, since what the answer's ``expiryTime``
    counts depends on the request. ``refresh_expires_at`` is None for a token without end."""

    token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime | None


def read_answer(content: bytes) -> bytes:
    """The octets that are encrypted to the machine.

    Raises ``SignInRefused`` when the server says no (with HTTP 200), ``MalformedData`` for any other answer.
    """
    body = require_accepted(content)
    try:
        sealed = base64url.decode(body.text("response"))
    except ValueError as error:
        raise body.malformed("response") from error
    if not sealed:
        raise body.malformed("response")
    return sealed


def require_accepted(content: bytes) -> JsonPart:
    """Any answer of these two paths that is no refusal: all there is to know after ``OtpWanted``. Raises as
    :func:`read_answer`."""
    body = JsonPart.of(content, LOGIN_ANSWER_UNREADABLE)
    errors = body.parts("errors")
    if errors:
        raise _refusal(errors[0].text("errorCode"))
    return body


def encode_tokens(tokens: Tokens, at: datetime) -> bytes:
    """What a server encrypts to the machine."""
    ends = tokens.refresh_expires_at
    content = {
        "token": tokens.token,
        "refreshToken": tokens.refresh_token,
        "expiryTime": round((tokens.expires_at - at).total_seconds()),
        "refreshExpiryTime": round((ends - at).total_seconds()) if ends else None,
        "timestamp": rfc3339(at),
    }
    return json.dumps(content).encode()


def read_tokens(content: bytes) -> Tokens:
    """The decrypted ``response``. Raises ``MalformedData``."""
    body = JsonPart.of(content, LOGIN_ANSWER_UNREADABLE)
    token, expires_at = _token(body, "token")
    if expires_at is None:
        raise body.malformed("token")
    refresh_token, refresh_expires_at = _token(body, "refreshToken")
    return Tokens(token, expires_at, refresh_token, refresh_expires_at)


def _refusal(server_code: str) -> SignInRefused:
    if server_code in _REFUSALS:
        return SignInRefused(_REFUSALS[server_code])
    return SignInRefused(LOGIN_REFUSED, server_code=server_code if _SERVER_CODE.fullmatch(server_code) else "?")


def _token(body: JsonPart, name: str) -> tuple[str, datetime | None]:
    """The token and when it ends by its own ``exp`` claim; absent or 0 is never."""
    token = body.text(name)
    if not _TOKEN.fullmatch(token):
        raise body.malformed(name)
    try:
        claims = JsonPart.of(base64url.decode(token.split(".")[1]), LOGIN_ANSWER_UNREADABLE)
        seconds = claims.number("exp")
        return token, datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (MalformedData, ValueError, OverflowError, OSError) as error:  # which of them depends on the system
        raise body.malformed(name) from error
