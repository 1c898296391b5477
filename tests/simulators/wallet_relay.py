"""A centre that keeps questions for wallets and their answers, over real sockets: ``formats/answer_relay.py``."""

from __future__ import annotations

import json
from dataclasses import dataclass

from simulators.loopback import Asked, LoopbackServer, Reply

TOKEN = "centre-token"


@dataclass
class _Left:
    question: str
    answer: dict[str, str] | None = None


class WalletRelay(LoopbackServer):
    """``trouble`` is said to the station instead of anything else."""

    def __init__(self) -> None:
        self.left: dict[str, _Left] = {}
        self.trouble: Reply | None = None
        super().__init__()

    def answer(self, asked: Asked) -> Reply:
        _, _, name, *part = asked.path.split("/")
        if part:
            return self._to_wallet(asked, self.left.get(name), part[0])
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(401)
        return self.trouble or self._to_station(asked, name)

    def _to_station(self, asked: Asked, name: str) -> Reply:
        if asked.method == "PUT":
            self.left[name] = _Left(json.loads(asked.body)["request"])
            return Reply(201)
        if asked.method == "DELETE":
            self.left.pop(name, None)
            return Reply(204, b"")
        there = self.left.get(name)
        if there is None:
            return Reply(404)
        return Reply(202, headers={"Retry-After": "1"}) if there.answer is None else Reply.of(there.answer)

    @staticmethod
    def _to_wallet(asked: Asked, there: _Left | None, part: str) -> Reply:
        if there is None or (part == "response" and there.answer is not None):
            return Reply.of({"error": "invalid_request"}, 400)
        if part == "request":
            return Reply(body=there.question.encode(), headers={"Content-Type": "application/oauth-authz-req+jwt"})
        there.answer = asked.form
        return Reply()
