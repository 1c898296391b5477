"""A small OpenID provider over real sockets that lies when it is told to.

What honest providers do is tested against a real one (``peers/oidc-provider``); this one is for what they never
do. It signs with ES256 and checks what a client must send: PKCE, the redirect address, the code once, the secret.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from muster import base64url
from simulators.loopback import Asked, LoopbackServer, Reply

CLIENT, SECRET = "muster station", "s3cret+:%é"
SUBJECT = "5e9f1c0d-erika"
Json = dict[str, Any]


@cache
def key(name: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig"})


def signed(claims: Json, *, by: str = "first", algorithm: str = "ES256", **header: Any) -> str:
    """As an ID Token; a header of None is left out."""
    merged = {"alg": algorithm, "kid": by, **header}
    told = {name: value for name, value in merged.items() if value is not None}
    if algorithm == "none":
        parts = (json.dumps(each).encode() for each in (told, claims))
        return ".".join([*map(base64url.encode, parts), ""])
    if algorithm.startswith("HS"):  # the public key taken for a shared secret
        shared = OctKey.import_key(base64url.encode(json.dumps(key(by).as_dict(private=False)).encode() * 2))
        return jwt.encode(told, claims, shared, algorithms=[algorithm])
    return jwt.encode(told, claims, key(by), algorithms=[algorithm])


def half_hash(text: str) -> str:
    """``at_hash`` for ES256 (Core 1.0, section 3.1.3.6)."""
    return base64url.encode(hashlib.sha256(text.encode()).digest()[:16])


class OpenIdProvider(LoopbackServer):
    """Everything that can be told to it is an attribute; :meth:`be_honest` takes it all back."""

    def __init__(self) -> None:
        super().__init__()
        self.be_honest()

    def be_honest(self) -> None:
        self.metadata: Json = {}
        self.claims: Json = {}
        self.access_claims: Json | None = None  # of a signed access token, where it gives one
        self.header: Json = {}
        self.algorithm = "ES256"
        self.signs_with = "first"
        self.publishes = ["first"]
        self.userinfo: Json = {"sub": SUBJECT, "email": "erika@mustermann.example", "email_verified": True}
        self.instead: dict[str, Reply] = {}  # a path and what is answered there whatever is asked
        self.before: dict[str, Callable[[], object]] = {}  # a path and what happens before it is answered
        self.codes: dict[str, dict[str, str]] = {}
        self.clock: Callable[[], float] = time.time
        self.asked.clear()

    @property
    def discovery_url(self) -> str:
        return f"{self.origin}/.well-known/openid-configuration"

    def authorize(self, url: str) -> dict[str, str]:
        """The person opens the address and signs in; returned is what the browser brings back."""
        request = dict(parse_qsl(urlsplit(url).query))
        code = secrets.token_urlsafe(16)
        self.codes[code] = request
        return {"code": code, "state": request["state"], "iss": self.origin}

    def answer(self, asked: Asked) -> Reply:
        self.before.get(asked.path, lambda: None)()
        if asked.path in self.instead:
            return self.instead[asked.path]
        match asked.path:
            case "/.well-known/openid-configuration":
                return Reply.of(self._described())
            case "/jwks":
                return Reply.of({"keys": [key(each).as_dict(private=False) for each in self.publishes]})
            case "/token":
                return self._token(asked)
            case "/userinfo":
                return Reply.of(self.userinfo)
        return Reply(404)

    def _described(self) -> Json:
        told = {
            "issuer": self.origin,
            "authorization_endpoint": f"{self.origin}/auth",
            "token_endpoint": f"{self.origin}/token",
            "jwks_uri": f"{self.origin}/jwks",
            "userinfo_endpoint": f"{self.origin}/userinfo",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }
        return {name: value for name, value in told.items() if value is not None}

    def _token(self, asked: Asked) -> Reply:
        form = asked.form
        if not self._is_client(asked):
            return Reply.of({"error": "invalid_client"}, 401)
        request = self.codes.pop(form.get("code", ""), None)
        challenge = base64url.encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if request is None or request["redirect_uri"] != form.get("redirect_uri"):
            return Reply.of({"error": "invalid_grant"}, 400)
        if (request["code_challenge_method"], request["code_challenge"]) != ("S256", challenge):
            return Reply.of({"error": "invalid_grant"}, 400)
        now = int(self.clock())
        access = secrets.token_urlsafe(24)
        if self.access_claims is not None:
            granted = {"iss": self.origin, "sub": SUBJECT, "aud": CLIENT, "client_id": CLIENT, "exp": now + 300}
            asked_for = {"iat": now, "jti": access, "scope": request["scope"]}
            access = signed({**granted, **asked_for, **self.access_claims}, by=self.signs_with)
        told = {
            "iss": self.origin,
            "sub": SUBJECT,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "auth_time": now,
            "nonce": request["nonce"],
            "at_hash": half_hash(access),
            **self.claims,
        }
        claims = {name: value for name, value in told.items() if value is not None}
        token = signed(claims, by=self.signs_with, algorithm=self.algorithm, **self.header)
        return Reply.of({"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": token})

    def _is_client(self, asked: Asked) -> bool:
        scheme, _, rest = asked.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            name, _, secret = base64.b64decode(rest).decode().partition(":")
            return (unquote_plus(name), unquote_plus(secret)) == (CLIENT, SECRET)
        return asked.form.get("client_id") == CLIENT and asked.form.get("client_secret", SECRET) == SECRET
