"""IDEMIA's ID&V as its document describes it, over real sockets, strict about every header and body.

What is wrong with a request is answered with 400 and remembered in ``complaints``. Taking the proof ends it.
"""

from __future__ import annotations

import copy
import json
from email import message_from_bytes
from email.policy import HTTP
from typing import Any

from simulators.loopback import Asked, LoopbackServer, Reply

BACKEND_KEY, PERSON_KEY = "gips-rs-key", "gips-ua-key"
IDENTITY, CLAIM, DOCUMENT = (
    "gips-3096bbe8-ac24-4e2b-bd35-bd334714c3ec",
    "5e836c69-c029-45eb-bb2c-c307b708e407",
    "62333961-8885-48bc-99a5-71caad2cbdd9",
)
AUTHORIZE = "https://id.example/oidc/authorize?response_type=code&state=opaque"
PROOF = b"PK\x03\x04 all that was gathered"
STARTED = {
    "id": IDENTITY,
    "status": "EXPECTING_INPUT",
    "levelOfAssurance": "LOA0",
    "creationDateTime": "2020-11-18T23:58:35.9240009",
    "evaluationDateTime": "2020-11-18T23:58:37.5227263",
    "upgradePaths": {},
}


class IdAndVServer(LoopbackServer):
    """``told`` is what an identity comes to once its claim was signed for (the source's sample); until
    ``signed_for`` it is in process. ``trouble`` is said to calls by their method and what follows the identity."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._sample = told
        self.forget()
        super().__init__()

    def forget(self) -> None:
        self.told = copy.deepcopy(self._sample)
        self.complaints: list[str] = []
        self.trouble: dict[tuple[str, str], Reply] = {}
        self.signed_for = True
        self.is_closed = False
        self.requested: dict[str, Any] = {}
        self.documents: list[dict[str, bytes]] = []

    def answer(self, asked: Asked) -> Reply:
        begin = "/gips/v1/identities"
        if not asked.path.startswith(begin):
            return self._wrong("path")
        identity, _, rest = asked.path.removeprefix(begin).lstrip("/").partition("/")
        if (asked.method, rest) in self.trouble:
            return self.trouble[asked.method, rest]
        if asked.headers.get("apikey") not in (BACKEND_KEY, PERSON_KEY):
            return Reply(401)
        if identity and (identity != IDENTITY or self.is_closed):
            return Reply(404)
        match asked.method, bool(identity), rest:
            case "POST", False, "":
                return self._created(asked)
            case "POST", True, "trusted-id-claim/oidc":
                return self._requested(asked)
            case "POST", True, "id-documents/capture":
                return self._captured(asked)
            case "GET", True, "trusted-id-claims":
                return Reply.of(self._stands("globalStatus", "trustedIdClaim"))
            case "GET", True, "":
                return Reply.of(self._stands(*self.told))
            case "GET", True, "proof":
                self.is_closed = True
                return Reply(200, PROOF, {"Content-Type": "application/zip"})
        return self._wrong("path")

    def _wrong(self, what: str) -> Reply:
        self.complaints.append(what)
        return Reply.of({"error": what}, 400)

    def _created(self, asked: Asked) -> Reply:
        if not asked.headers.get("content-type", "").startswith("multipart/form-data; boundary="):
            return self._wrong("content-type")
        return Reply.of(STARTED, 201)

    def _requested(self, asked: Asked) -> Reply:
        body = json.loads(asked.body)
        known = {"idpIdentifier", "oidcGrantType", "responseType", "postAuthRedirectUri", "userIdentifier"}
        if asked.headers.get("content-type") != "application/json" or set(body) - known:
            return self._wrong("body")
        if body["oidcGrantType"] not in ("authorization_code", "CODE_FLOW"):
            return self._wrong("oidcGrantType")
        self.requested = {**body, "key": asked.headers["apikey"]}
        if body.get("responseType") == "HTTP_REDIRECT":
            return Reply(302, b"", {"location": AUTHORIZE})
        answer = {"status": "PROCESSING", "type": "TRUSTED_ID_CLAIM", "id": CLAIM}
        return Reply.of({**answer, "idpAuthorizeEndpoint": AUTHORIZE})

    def _captured(self, asked: Asked) -> Reply:
        head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
        message = message_from_bytes(head + asked.body, policy=HTTP)
        parts = {str(each.get_param("name", header="content-disposition")): each for each in message.iter_parts()}
        if not {"DocumentFront", "DocumentCaptureDetails"} <= set(parts):
            return self._wrong("parts")
        details = json.loads(bytes(parts["DocumentCaptureDetails"].get_payload(decode=True)))
        if set(details) != {"jurisdiction", "documentType", "source"}:
            return self._wrong("DocumentCaptureDetails")
        self.documents.append({name: bytes(each.get_payload(decode=True)) for name, each in parts.items()})
        return Reply.of({"status": "PROCESSING", "type": details["documentType"], "id": DOCUMENT}, 201)

    def _stands(self, *names: str) -> dict[str, Any]:
        told = {name: self.told[name] for name in names}
        if not self.signed_for and "trustedIdClaim" in told:
            claim = copy.deepcopy(told["trustedIdClaim"])
            claim["evidenceStatus"] |= {"status": "PROCESSING", "score": "LEVEL0"}
            claim.pop("trustedIdClaimData")
            told["trustedIdClaim"] = claim
            told["globalStatus"] = STARTED
        return told
