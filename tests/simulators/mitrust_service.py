"""MiTrust as its document describes it, over real sockets, strict about every header and body.

What is wrong with a request is answered with 400 and the name of what was wrong, and remembered in ``complaints``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from simulators.loopback import Asked, LoopbackServer, Reply

CLIENT_ID, SECRET = "muster", "a secret: with a colon"
TOKEN, SESSION, FLOW = "autoupdate-token", "headless-session", "2c2c05e4-cc02-4f7b-a42f-4787cc44827f"
CODE, WAY_BACK = "shared-code", "http://127.0.0.1/callback"
_CLIENT, _SHARED = "client-credentials-token", "converted-token"
RECORD: dict[str, Any] = {
    "given_name": "ERIKA",
    "family_name": "MUSTERMANN",
    "gender": "Mme",
    "address": {"country": "FR", "formatted": "3 RUE BELLINI 92800 PUTEAUX", "postal_code": "92800"},
    "postal_address": {
        "proof_of_residence": {
            "file_wrapper": {"base64": base64.b64encode(b"%PDF-1.7 bill").decode(), "filename": "RE1.pdf"}
        }
    },
}


class MitrustServer(LoopbackServer):
    """``polls`` are answered in turn, the last again and again; a server in between says 431 to headers longer
    than ``refuse_headers_above``; ``trouble`` is said to calls by their method and path. With a ``clock`` of its
    own, tokens die there after ninety days and are renewed for two years; without any ``clients`` the hour of all
    their tokens is over."""

    def __init__(self) -> None:
        self.forget()
        super().__init__()

    def forget(self) -> None:
        self.polls: list[Reply] = [Reply.of({"status": "completed"})]
        self.record: Mapping[str, Any] = RECORD
        self.refuse_headers_above = 1 << 20
        self.trouble: dict[tuple[str, str], Reply] = {}
        self.entitled = True
        self.complaints: list[str] = []
        self.open_sessions = 0
        self.active = 53
        self.asked_for: list[dict[str, str]] = []
        self.clock: datetime | None = None
        self.renewed_at: dict[str, datetime] = {}
        self.first_given_at: datetime | None = None
        self.autoupdate = ""
        self.clients: set[str] = set()
        self._clients_given = 0

    @property
    def calls(self) -> list[tuple[str, str]]:
        return [(each.method, each.path) for each in self.asked]

    def answer(self, asked: Asked) -> Reply:
        reply = self._answer(asked)
        if self.clock is None:
            return reply
        return replace(reply, headers={**reply.headers, "Date": format_datetime(self.clock, usegmt=True)})

    def given(self, *tokens: str) -> None:
        """Just now, by a clock of its own."""
        assert self.clock is not None
        self.first_given_at = self.clock
        self.renewed_at = dict.fromkeys(tokens, self.clock)

    def _answer(self, asked: Asked) -> Reply:
        call = (asked.method, asked.path)
        if call in self.trouble:
            return self.trouble[call]
        if any(len(value) > self.refuse_headers_above for value in asked.headers.values()):
            return Reply(431)
        match call:
            case ("POST", "/oauth/token"):
                return self._token(asked)
            case ("POST", "/v2/sp/headless/company"):
                return self._company(asked)
            case ("POST", "/v2/sp/headless/"):
                return self._start(asked)
            case ("GET", "/v2/sp/headless/"):
                return self._of_session(asked) or (self.polls.pop(0) if len(self.polls) > 1 else self.polls[0])
            case ("GET", "/user_data/v1/userinfo"):
                return self._userinfo(asked)
            case ("DELETE", "/v2/sp/headless/"):
                return self._of_session(asked) or self._ended()
            case ("POST", "/v2/sp/autoupdate"):
                return self._renewed(asked)
            case ("GET", "/v2/public/dp/statistics"):
                return Reply.of({"status": "success", "data": {"active_dps": self.active}})
        return self._wrong("path")

    def _ended(self) -> Reply:
        self.open_sessions = 0
        return Reply(204, b"")

    def _wrong(self, what: str) -> Reply:
        self.complaints.append(what)
        return Reply.of({"error": what}, 400)

    def _token(self, asked: Asked) -> Reply:
        basic = "Basic " + base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        if asked.headers.get("authorization") != basic:
            return self._wrong("authorization")
        if asked.headers.get("content-type") != "application/x-www-form-urlencoded":
            return self._wrong("content-type")
        match asked.form:
            case {"grant_type": "client_credentials", "scope": "headless", **rest} if not rest:
                self._clients_given += 1
                client = f"{_CLIENT}-{self._clients_given}"
                self.clients.add(client)
                return Reply.of(
                    {"access_token": client, "expires_in": 3599, "scope": "headless", "token_type": "bearer"}
                )
            case {"grant_type": "authorization_code", "code": "shared-code", "redirect_uri": _}:
                return Reply.of({"access_token": _SHARED, "token_type": "bearer"})
        return self._wrong("grant")

    def _is_client(self, asked: Asked) -> bool:
        return asked.headers.get("authorization", "").removeprefix("Bearer ") in self.clients

    def _company(self, asked: Asked) -> Reply:
        if not self.entitled:
            return Reply.of({"error": "access_denied", "error_description": "Access is denied"}, 403)
        if not self._is_client(asked) or asked.headers.get("content-type") != "application/json":
            return self._wrong("headers")
        if json.loads(asked.body) != {"company.country": "FR", "company.registration_number": "123456789"}:
            return self._wrong("body")
        wrapper = {"access_token": TOKEN, "expires_in": 3600, "token_type": "headless_token"}
        return Reply.of({"data": {"access_token_wrapper": wrapper}, "status": "success"})

    def _start(self, asked: Asked) -> Reply:
        if not self._is_client(asked):
            return self._wrong("authorization")
        in_header = asked.headers.get("headless_token")
        in_body = json.loads(asked.body).get("headless_token") if asked.body else None
        if (in_header is None) == (in_body is None) or not str(in_header or in_body).startswith(TOKEN):
            return self._wrong("headless_token")
        self.open_sessions += 1
        return Reply.of({"data": {"headless_session": SESSION, "sharing_flow_id": FLOW}, "status": "success"})

    def _of_session(self, asked: Asked) -> Reply | None:
        if not self.clients:  # their hour is over
            return Reply.of({"error": "invalid_token"}, 401)
        if not self._is_client(asked) or asked.headers.get("headless_session") != SESSION:
            return self._wrong("session")
        return None

    def _userinfo(self, asked: Asked) -> Reply:
        headless = self._is_client(asked) and asked.headers.get("headless_session") == SESSION
        interactive = asked.headers.get("authorization") == f"Bearer {_SHARED}"
        if not (headless or interactive):
            return self._wrong("session")
        data: dict[str, Any] = {"user_consent": {"jwe": "encrypted"}, "user_info": self.record}
        if self.autoupdate and interactive:
            data["autoupdate"] = {"access_token_wrapper": {"access_token": self.autoupdate}}
        return Reply.of({"data": data, "message": "some message", "status": "succes"})

    def _renewed(self, asked: Asked) -> Reply:
        told = asked.headers.get("headless_token") or json.loads(asked.body).get("headless_token", "")
        if not self._is_client(asked) or not told.startswith(TOKEN):
            return self._wrong("headless_token")
        renewed = f"{TOKEN}-renewed"
        if self.clock is not None and self.first_given_at is not None:
            if told not in self.renewed_at:
                return Reply.of({"error": "unknown token"}, 400)
            too_old = self.clock - self.renewed_at[told] >= timedelta(days=90)
            if too_old or self.clock - self.first_given_at >= timedelta(days=730):
                return Reply.of({"error": "expired"}, 400)
            renewed = f"{told}-renewed"
            self.renewed_at[renewed] = self.clock
        wrapper = {"access_token": renewed, "expires_in": 7776000, "token_type": "headless"}
        return Reply.of({"date": {"autoupdate": {"access_token_wrapper": wrapper}}, "status": "success"})


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))
