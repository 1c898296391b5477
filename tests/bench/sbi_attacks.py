"""What the client of MOSIP's device interface answers to attacks and oddities, as a table.

    python tests/bench/sbi_attacks.py [--markdown]

Each row plays against a service on a real port that signs below authorities of its own and does one thing wrong.
The numbers are those of the interface's list of oddities (C-01 to C-43) and attacks (C-50 to C-61). Exit status 1
when something that has to be refused was taken, or the other way round.
"""

from __future__ import annotations

import argparse
import hashlib
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console
from rich.table import Table

from muster import base64url
from muster.crypto.signing import self_signed_certificate
from muster.devices.api import BiometricCapture, CapturedSample, CaptureRequest, DeviceContext, DeviceDescriptor
from muster.devices.attestation import SoftwareSigner, next_hash
from muster.devices.trust import Domain, TrustStore
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.errors import MusterError
from muster_sbi import capturing
from muster_sbi.driver import SbiDriver
from muster_sbi.watching import Watch
from simulators.authorities import certificate, key_of
from simulators.sbi_service import (
    CHIP,
    CHIP_ROOT,
    DEVICE_KEY,
    PROVIDER,
    SbiService,
    SimulatedDevice,
    authorities,
    replaced,
    running,
    send,
    until,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PORTS = range(4541, 4551)
LEFT = CaptureGroup.LEFT_SLAP.attributes
IRIS = SimulatedDevice("Iris", "Double", "IRIS0000000001", "1")
Entries = list[dict[str, Any]]
Change = Callable[[SbiService], None]


@dataclass(frozen=True)
class Case:
    """``service`` is what it is made of; ``turns`` what becomes of it once its device is open. ``taken`` is how
    many samples are believed, None where nothing may be."""

    number: str
    words: str
    taken: int | None = None
    service: dict[str, Any] = field(default_factory=dict)
    turns: Change = lambda service: None
    attributes: tuple[BiometricAttribute, ...] = LEFT
    rival: bool = False


def _clock() -> datetime:
    return NOW


def _of_each(change: Callable[[str], str]) -> Callable[[Entries], Entries]:
    return lambda entries: [{**each, "data": change(each["data"])} for each in entries]


def _unsigned(token: str) -> str:
    header = base64url.encode(b'{"alg":"none"}')
    return f"{header}.{token.split('.')[1]}."


def _by_hmac(token: str) -> str:
    body = base64url.encode(b'{"alg":"HS256","typ":"JWT"}') + "." + token.split(".")[1]
    return f"{body}.{base64url.encode(hashlib.sha256(body.encode()).digest())}"


def _flipped(token: str) -> str:
    header, payload, signature = token.split(".")
    changed = bytearray(base64url.decode(signature))
    changed[7] ^= 1
    return f"{header}.{payload}.{base64url.encode(bytes(changed))}"


def _swapped(entries: Entries) -> Entries:
    first, second, *others = entries
    return [{**first, "data": second["data"]}, {**second, "data": first["data"]}, *others]


def _older(previous: str, record: bytes) -> str:
    before = previous or hashlib.sha256(b"").hexdigest().upper()
    return hashlib.sha256((before + hashlib.sha256(record).hexdigest().upper()).encode()).hexdigest().upper()


def _rotates(service: SbiService) -> None:
    service.key, service.certificate = "Rotated", certificate("Rotated", PROVIDER, NOW)


def _setting(**changes: Any) -> Change:
    def turn(service: SbiService) -> None:
        for name, value in changes.items():
            setattr(service, name, value)

    return turn


def _answering(reply: Callable[[socket.socket, bytes], None]) -> Change:
    return lambda service: service.verbs.update(RCAPTURE=reply)


def _drips(connection: socket.socket, body: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(15):
        connection.sendall(b" ")
        time.sleep(0.1)


def _stranger() -> dict[str, Any]:
    return {"key": "Stranger", "certificate": self_signed_certificate(key_of("Stranger"), "x", NOW, 9)}


def cases() -> Iterator[Case]:
    claims = lambda **changes: _setting(on_claims=replaced(**changes))  # noqa: E731 - a short name for the rows
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n["
    gigabyte = b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"
    yield Case("C-01", "a service as it should be", 4)
    yield Case("C-04", "two devices in one answer", 4, {"devices": [SimulatedDevice(), IRIS]})
    yield Case("C-05", "HTML instead of JSON", turns=_answering(lambda c, b: send(c, b"<html>It works!</html>")))
    yield Case("C-05", "no HTTP at all", turns=_answering(lambda c, b: c.sendall(b"\xff\xfe no http")))
    yield Case("C-12", "three fingers of four: told as three", 3, turns=_setting(on_entries=lambda all_: all_[:3]))
    yield Case("C-15", "one eye of two: told as one", 1, {"devices": [IRIS]},
               _setting(on_entries=lambda all_: all_[:1]), CaptureGroup.IRISES.attributes)  # fmt: skip
    yield Case("C-18", "a device for authentication only", service={"devices": [SimulatedDevice(purpose="Auth")]})
    yield Case("C-20", "another key, its maker vouches for it", 4, turns=_rotates)
    yield Case("C-21", "another serial number", turns=_setting(on_digital_id=replaced(serialNo="ANOTHER")))
    for number, status in (("C-23", "Busy"), ("C-24", "Not Ready"), ("C-25", "Not Registered")):
        yield Case(number, f"status {status}", service={"devices": [SimulatedDevice(status=status)]})
    yield Case("C-26", "error 113, count mismatch", turns=_setting(error="113"))
    yield Case("C-29", "a poor finger: a result", 4, {"devices": [SimulatedDevice(quality="12.5")]})
    yield Case("C-30", "the record of another finger", turns=claims(bioSubType="Right Thumb"))
    yield Case("C-35", "clock 2 minutes off", 4, {"clock_error_s": 120.0})
    yield Case("C-35", "clock 6 minutes off", service={"clock_error_s": -360.0})
    yield Case("C-37", "another transaction's answer", turns=claims(transactionId="another-0001"))
    yield Case("C-37", "another purpose", turns=claims(purpose="Auth"))
    yield Case("C-37", "another environment", turns=claims(env="Staging"))
    yield Case("C-41", "another record than was chained", turns=claims(bioValue=base64url.encode(b"no record")))
    yield Case(
        "C-42", "the chain begins anew", turns=_setting(link=lambda before, record: next_hash("00" * 32, record))
    )
    yield Case("C-43", "the chain in the older way", 4, turns=_setting(link=_older))
    yield Case("C-50", "alg none", turns=_setting(on_entries=_of_each(_unsigned)))
    yield Case("C-50", "alg HS256", turns=_setting(on_entries=_of_each(_by_hmac)))
    yield Case("C-50", "a signature with one bit flipped", turns=_setting(on_entries=_of_each(_flipped)))
    yield Case("C-51", "a certificate it signed itself", service=_stranger())
    yield Case("C-52", "a certificate that ended",
               service={"certificate": certificate(DEVICE_KEY, PROVIDER, NOW, days=(-9, -1))})  # fmt: skip
    yield Case("C-53", "a chip's certificate for a device",
               service={"key": CHIP, "certificate": certificate(CHIP, CHIP_ROOT, NOW)})  # fmt: skip
    yield Case("C-53", "a device's authority for a chip",
               service={"devices": [SimulatedDevice(level="L1")],
                        "chip_certificate": certificate(CHIP, PROVIDER, NOW)})  # fmt: skip
    yield Case("C-54", "two fingers' pictures swapped", turns=_setting(on_entries=_swapped))
    yield Case("C-55", "yesterday's answer", turns=claims(timestamp="2026-11-20T09:00:00Z"))
    yield Case("C-56", "captures wanted at another computer", service={"callback": "http://192.0.2.7:4501/"})
    yield Case("C-57", "a second service with the same serial number", rival=True)
    yield Case("C-58", "an answer of a gigabyte", turns=_answering(lambda c, b: c.sendall(gigabyte)))
    yield Case("C-59", "an answer drop by drop", turns=_answering(_drips))
    yield Case("C-60", "the service ends in the middle", turns=_answering(lambda c, b: c.sendall(half)))
    yield Case("C-61", "somebody else captures, twice asked again", 4, turns=_setting(busy_answers=2))
    yield Case("C-61", "somebody else captures, without end", turns=_setting(busy_answers=99))


@dataclass(frozen=True)
class Answer:
    samples: tuple[CapturedSample, ...] = ()
    refused: MusterError | None = None

    def fits(self, case: Case) -> bool:
        return (self.refused is not None) if case.taken is None else len(self.samples) == case.taken

    @property
    def words(self) -> str:
        if self.refused is not None:
            return f"{self.refused.code.name}: {self.refused.sentence}"
        noticed = sorted({each.code.name for sample in self.samples for each in sample.findings})
        return f"{len(self.samples)} taken" + "".join(f", {each}" for each in noticed)


def played(case: Case, context: DeviceContext) -> Answer:
    """The capture, or what it was refused with."""
    with ExitStack() as stack:
        service = stack.enter_context(running(SbiService(_clock, **case.service), PORTS))
        ports = [service.port]
        if case.rival:
            ports.append(stack.enter_context(running(SbiService(_clock), PORTS)).port)
        driver = stack.enter_context(_driver(ports))
        assert until(lambda: bool(driver.find()) and (not case.rival or driver.find()[0].problem is not None))
        request = CaptureRequest(case.attributes, 40, 0.2, "4f0e8a6e-0001")
        try:
            return Answer(_captured(driver, _wanted(driver, case), context, request, lambda: case.turns(service)))
        except MusterError as error:
            return Answer(refused=error)


def _wanted(driver: SbiDriver, case: Case) -> DeviceDescriptor:
    return next(each for each in driver.find() if each.kind.name in case.attributes[0].modality.name + "PRINT")


def _captured(
    driver: SbiDriver,
    device: DeviceDescriptor,
    context: DeviceContext,
    request: CaptureRequest,
    turn: Callable[[], None],
) -> tuple[CapturedSample, ...]:
    with driver.open(device, context) as reader:
        assert isinstance(reader, BiometricCapture)
        turn()
        return tuple(reader.capture(request, Event(), lambda frame: None))


@contextmanager
def _driver(ports: list[int]) -> Iterator[SbiDriver]:
    driver = SbiDriver(ports, Watch(ports, every_s=0.05))
    try:
        yield driver
    finally:
        driver.close()


def _context() -> DeviceContext:
    devices, chips = authorities(NOW)
    key = key_of("Station")
    der = self_signed_certificate(key, "Station", NOW - timedelta(hours=1), 1)
    trust = TrustStore({Domain.DEVICE: devices, Domain.FTM: chips})
    return DeviceContext(_clock, SoftwareSigner(key, der, _clock), trust)


def main() -> int:
    told = argparse.ArgumentParser(description="Attacks and oddities, and what was answered.")
    told.add_argument("--markdown", action="store_true")
    as_markdown = told.parse_args().markdown
    capturing._AFTER_TIMEOUT_S, capturing._PAUSES_S = 0.3, (0.01, 0.01, 0.01)  # nobody sits before it
    context = _context()
    rows = [(case, played(case, context)) for case in cases()]
    table = Table("", "the service", "the client answers", "as wanted")
    for case, answer in rows:
        line = (case.number, case.words, answer.words, "yes" if answer.fits(case) else "NO")
        table.add_row(*line)
        if as_markdown:
            print("|", " | ".join(line), "|")
    if not as_markdown:
        Console(width=150).print(table)
    wrong = [case.number for case, answer in rows if not answer.fits(case)]
    print(f"{len(rows)} played, {len(wrong)} not as wanted", *wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
