"""Virtual stations: each with its queue, its key, its line, its clock and its habits, all in one event loop.

A station does what the real one does: it announces, sends, asks again whatever it got no whole answer to, sets its
clock by the server's, and writes down what it was told. It never gives up.
"""

from __future__ import annotations

import asyncio
import json
import random
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from load.line import Answered, LineBroke, ask
from load.packets import Waiting
from muster import base64url
from muster.clock import rfc3339
from muster.crypto.envelope import encrypt
from muster.crypto.signing import SigningKey
from muster.formats.http_signature import (
    SIGNATURE,
    Asked,
    Said,
    signature_base,
    signature_header,
    unsigned_headers,
)
from muster.upload.mosip import DUPLICATE, SYNC_PATH, UPLOAD_PATH

_TOGETHER = 10  # announced in one call
_AGAIN_S = (0.2, 2.0)
# What a server says that cannot do it now; everything else it says is for good.
_LATER = frozenset({"RPR-PKR-012", "RPR-RGS-030", "TRY_AGAIN", "TOO_BUSY", "HUB-QTA-001"})
_CLOCK = frozenset({"RPR-RGS-014", "HUB-SIG-004"})


@dataclass(frozen=True, slots=True)
class Habits:
    """``begins_s`` after the start the station is there; then a packet each ``every_s``, or all at once."""

    begins_s: float
    every_s: float
    breaks: float  # how often a sending breaks in the middle, 0 to 1
    clock_off: timedelta
    signs: bool  # stations of the version before this one cannot


def habits_of(number: int, packets: int, seconds: float, chance: random.Random) -> Habits:
    """Half come regularly, a quarter was offline for a week and brings all at once, a quarter has a bad line. Each
    tenth has a wrong clock, each fifth is of the version before."""
    kind = number % 4
    offline = kind == 2
    return Habits(
        begins_s=chance.uniform(0, seconds * (0.8 if offline else 0.2)),
        every_s=0 if offline else seconds * 0.8 / max(packets, 1),
        breaks=0.3 if kind == 3 else 0.01,
        clock_off=timedelta(minutes=chance.uniform(-720, 720)) if number % 10 == 4 else timedelta(0),
        signs=number % 5 != 1,
    )


@dataclass(slots=True)
class Ledger:
    """What a station was told of its packets: how often taken as new, and refused for good."""

    taken: Counter[str] = field(default_factory=Counter)
    known_already: Counter[str] = field(default_factory=Counter)
    refused: dict[str, str] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)  # of anything else
    seconds: list[float] = field(default_factory=list)  # of each sending that was answered

    def is_done(self, packet_id: str) -> bool:
        return packet_id in self.taken or packet_id in self.known_already or packet_id in self.refused


class Station:
    def __init__(
        self,
        key: SigningKey,
        habits: Habits,
        queue: Sequence[Waiting],
        hubs: Sequence[str],
        certificate: bytes,
        chance: random.Random,
    ) -> None:
        self._key = key
        self._habits = habits
        self._queue = queue
        self._hubs = hubs
        self._certificate = certificate
        self._chance = chance
        self._ahead = habits.clock_off
        self.ledger = Ledger()

    async def live(self) -> None:
        await asyncio.sleep(self._habits.begins_s)
        begun = asyncio.get_running_loop().time()
        step = _TOGETHER if not self._habits.every_s else 1
        for first in range(0, len(self._queue), step):
            some = self._queue[first : first + step]
            due = begun + first * self._habits.every_s
            await asyncio.sleep(max(0, due - asyncio.get_running_loop().time()))
            await self._announce(some)
            for packet in some:
                await self._send(packet)

    async def _announce(self, some: Sequence[Waiting]) -> None:
        left = {each.packet_id: each for each in some}
        while left:
            now = datetime.now(UTC) + self._ahead
            entries = [_entry(each) for each in left.values()]
            request = {"id": "mosip.registration.sync", "version": "1.0", "requesttime": rfc3339(now)}
            plain = json.dumps({**request, "request": entries}).encode()
            body = json.dumps(base64url.encode(encrypt(self._certificate, plain))).encode()
            answer = await self._ask(SYNC_PATH, {"Content-Type": "application/json"}, body)
            if answer is None:
                continue
            for each in answer.content.get("response") or ():
                left.pop(each["packetId"], None)
            await self._hear(answer)

    async def _send(self, packet: Waiting) -> None:
        content = await asyncio.to_thread(packet.file.read_bytes)
        while not self.ledger.is_done(packet.packet_id):
            boundary = secrets.token_hex(16)
            body = _multipart(boundary, f"{packet.packet_id}.zip", content)
            headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
            breaks = self._chance.random() if self._chance.random() < self._habits.breaks else None
            if breaks is not None and breaks > 0.7:
                breaks = 1.0  # all arrives, and the answer is lost
            began = asyncio.get_running_loop().time()
            answer = await self._ask(UPLOAD_PATH, headers, body, breaks)
            if answer is None:
                continue
            self.ledger.seconds.append(asyncio.get_running_loop().time() - began)
            if answer.content.get("response"):
                self.ledger.taken[packet.packet_id] += 1
                continue
            codes = [each["errorCode"] for each in answer.content.get("errors") or ()]
            if DUPLICATE in codes:
                self.ledger.known_already[packet.packet_id] += 1
            elif not _LATER.union(_CLOCK).intersection(codes) and answer.status == 200:
                self.ledger.refused[packet.packet_id] = ",".join(codes)
            await self._hear(answer)

    async def _ask(
        self, path: str, headers: dict[str, str], body: bytes, breaks_at: float | None = None
    ) -> Answered | None:
        """Nothing where the line broke; after a moment, then."""
        if self._habits.signs:
            headers = {**headers, **self._signature(path, body)}
        try:
            return await ask(self._chance.choice(self._hubs), "POST", path, headers, body, breaks_at=breaks_at)
        except LineBroke:
            self.ledger.told["line broke" if breaks_at is None else "line broke as meant"] += 1
            await asyncio.sleep(self._chance.uniform(*_AGAIN_S))
            return None

    async def _hear(self, answer: Answered) -> None:
        """Refusals for now: wait, and set the clock where that was the reason."""
        codes = {each["errorCode"] for each in answer.content.get("errors") or ()}
        self.ledger.told.update(codes)
        if codes & _CLOCK and "date" in answer.headers:
            self._ahead = parsedate_to_datetime(answer.headers["date"]) - datetime.now(UTC)
        elif codes & _LATER or answer.status != 200:
            await asyncio.sleep(self._chance.uniform(*_AGAIN_S))

    def _signature(self, path: str, body: bytes) -> dict[str, str]:
        asked = Asked("POST", path, "", body)
        created = datetime.now(UTC) + self._ahead
        nonce = secrets.token_urlsafe(16)
        headers = unsigned_headers(asked, Said("0.1.0", len(self._queue)), self._key.key_index, created, nonce)
        return {**headers, SIGNATURE: signature_header(self._key.sign(signature_base(asked, headers)))}


def _entry(packet: Waiting) -> dict[str, object]:
    return {
        "langCode": "eng",
        "registrationId": packet.registration_id,
        "packetId": packet.packet_id,
        "additionalInfoReqId": None,
        "registrationType": "NEW",
        "packetHashValue": packet.digest,
        "packetSize": packet.size,
        "supervisorStatus": "APPROVED",
        "supervisorComment": "",
    }


def _multipart(boundary: str, name: str, content: bytes) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    return (
        f"{head}Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + f"\r\n--{boundary}--\r\n".encode()
    )
