"""Every call of MiTrust's that a station makes ("Advanced": headless and autoupdate modes).

Its certificate is the system's authorities' business: it changes every three months, and pinning any part of it is
advised against. A token longer than a header may be goes as payload; so it does, once, when a server in between
refused the header already (431, or 400), which most do far below the 64 kB that the source names.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from muster.errors import Code
from muster.formats import mitrust
from muster.formats.mitrust import HeadlessSession, Polled, UserInfo
from muster.methods.web import DOCUMENTS_WITHIN_S, Reply, ask, good

MITRUST_NOT_ENTITLED = Code(
    "MITRUST_NOT_ENTITLED",
    "MiTrust does not let this station ask without the person. Your administrator has to ask MiTrust for it.",
)
MITRUST_REFUSED = Code(
    "MITRUST_REFUSED", "MiTrust did not accept what it was asked. Tell your administrator, and go on without it."
)

LONGEST_HEADER = 64 * 1024
_LONGEST_RECORDS = 64 * 1024 * 1024  # documents come inside
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Busy:
    """Asked too often (429): not again for so long, where it says."""

    wait: timedelta | None


@dataclass(frozen=True, slots=True)
class MitrustService:
    """``origin`` is ``https://app.m-itrust.com`` or the sandbox's. Every call raises ``NetworkUnavailable``
    (nothing is known of it), ``BadInput`` (an address that is not safe), ``MalformedData`` and ``Refused``."""

    origin: str
    client_id: str
    secret: str

    def client_token(self) -> str:
        """For calls without the person; good for an hour."""
        return self.authorized()[0]

    def authorized(self) -> tuple[str, datetime | None]:
        """The same, and what time it is there, where it says."""
        basic = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": _FORM}
        body = urlencode({"grant_type": "client_credentials", "scope": "headless"}).encode()
        reply = ask("POST", self._at("/oauth/token"), headers=headers, body=body)
        return mitrust.access_token(_good(reply)), reply.said_at

    def company_token(self, client_token: str, country: str, number: str) -> str:
        """A headless token for public records of a company: ``FR`` and its SIREN. Good for ninety days."""
        body = json.dumps({"company.country": country, "company.registration_number": number}).encode()
        headers = {**_bearer(client_token), "Content-Type": "application/json"}
        reply = ask("POST", self._at("/v2/sp/headless/company"), headers=headers, body=body)
        return mitrust.headless_token(_good(reply))

    def start(self, client_token: str, headless_token: str) -> HeadlessSession:
        """A session, for a token of a company or of AutoUpdate."""
        reply = self._with_token("/v2/sp/headless/", client_token, headless_token)
        return mitrust.headless_session(_good(reply))

    def _with_token(self, path: str, client_token: str, headless_token: str) -> Reply:
        if len(headless_token) <= LONGEST_HEADER:
            headers = {**_bearer(client_token), "headless_token": headless_token}
            reply = ask("POST", self._at(path), headers=headers)
            if reply.status not in (400, 431):
                return reply
        headers = {**_bearer(client_token), "Content-Type": "application/json"}
        body = json.dumps({"headless_token": headless_token}).encode()
        return ask("POST", self._at(path), headers=headers, body=body)

    def poll(self, client_token: str, session: str, now: datetime) -> Polled | Busy:
        reply = ask("GET", self._at("/v2/sp/headless/"), headers=_in_session(client_token, session))
        if reply.status == 429:
            return Busy(reply.asks_to_wait(now))
        return mitrust.polled(_good(reply))

    def user_info(self, access_token: str, session: str) -> UserInfo:
        """What was shared, documents inside."""
        headers = _in_session(access_token, session)
        url = self._at("/user_data/v1/userinfo")
        return mitrust.user_info(_good(_ask_records(url, headers)))

    def acknowledge(self, client_token: str, session: str) -> None:
        """What was shared arrived, or nobody waits for it any more. A session that is gone is fine."""
        reply = ask("DELETE", self._at("/v2/sp/headless/"), headers=_in_session(client_token, session))
        if reply.status not in (404, 410):
            _good(reply)

    def renew(self, client_token: str, headless_token: str, now: datetime) -> str | Busy:
        """An AutoUpdate token that is good for another ninety days."""
        reply = self._with_token("/v2/sp/autoupdate", client_token, headless_token)
        if reply.status == 429:
            return Busy(reply.asks_to_wait(now))
        return mitrust.headless_token(_good(reply))

    def active_sources(self, scope: str) -> int:
        """How many sources could answer now; needs no secret."""
        query = f"scope={quote(scope, safe='')}&client_id={quote(self.client_id, safe='')}"
        return mitrust.active_sources(_good(ask("GET", self._at(f"/v2/public/dp/statistics?{query}"))))

    def sharing_address(self, scope: str, state: str, way_back: str) -> str:
        """Where the person's own browser begins."""
        query = {"client_id": self.client_id, "scope": scope, "state": state, "redirect_uri": way_back}
        return self._at(f"/v2/sp/sharingflow/start?{urlencode(query, quote_via=quote)}")

    def exchanged(self, code: str, way_back: str) -> str:
        """The access token for what the browser brought back."""
        basic = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": _FORM}
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": way_back}
        reply = ask("POST", self._at("/oauth/token"), headers=headers, body=urlencode(form).encode())
        return mitrust.access_token(_good(reply))

    def shared(self, access_token: str) -> UserInfo:
        """What the person shared in their browser."""
        url = self._at("/user_data/v1/userinfo")
        return mitrust.user_info(_good(_ask_records(url, _bearer(access_token))))

    def _at(self, path: str) -> str:
        return self.origin.rstrip("/") + path


def _ask_records(url: str, headers: Mapping[str, str]) -> Reply:
    return ask("GET", url, headers=headers, most_bytes=_LONGEST_RECORDS, within_s=DOCUMENTS_WITHIN_S)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _in_session(token: str, session: str) -> Mapping[str, str]:
    return {**_bearer(token), "headless_session": session}


def _good(reply: Reply) -> bytes:
    return good(reply, denied=MITRUST_NOT_ENTITLED, refused=MITRUST_REFUSED)
