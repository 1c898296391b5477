"""A hub serves stations of the version before it: their requests as they were recorded are answered as they were.

``station_0_1_0.json`` holds what a station of that version sent, and of what it was answered what it goes by. A
newer hub may add to an answer and must leave out nothing. The keys in it are of nobody.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from integration.receiver.line import Line
from muster.clock import parse_rfc3339
from muster.receiver.app import create_app
from muster.receiver.storage import Storage
from unit.receiver.counter import REF_ID, codes

RECORDED = json.loads(Path(__file__).with_name("station_0_1_0.json").read_text())


def test_requests_of_a_station_of_the_version_before_are_answered_as_they_were(tmp_path: Path) -> None:
    def now() -> Any:
        return parse_rfc3339(RECORDED["now"])

    for name in ("server", "signer"):
        (tmp_path / f"{name}.pem").write_text(RECORDED[name])
    storage = Storage(tmp_path, now)
    storage.register_machine(REF_ID, RECORDED["machine"].encode())
    line = Line(create_app(storage, now), now)
    assert len(RECORDED["requests"]) == 11
    for each in RECORDED["requests"]:
        body = base64.b64decode(each["body"])
        answer = line.ask(each["method"], each["path"], headers=each["headers"], content=body)
        before, content = each["answer"], answer.json()
        assert (answer.status_code, codes(content)) == (before["status"], before["errors"]), each["path"]
        assert ("response-signature" in answer.headers) == before["signed"]
        if isinstance(before["response"], list) and all(isinstance(name, str) for name in before["response"]):
            assert set(before["response"]) <= set(content["response"]), each["path"]
        else:
            assert content["response"] == before["response"], each["path"]
    storage.close()
