"""How long things take, beside what the bare primitives under them take in the same run.

    python tests/bench/run.py [--once]      --once only shows that it still runs

A ratio says how much of the time is ours; seconds alone say mostly what machine this is. Nothing is asserted:
the figures go into the README and into the notes of whoever changes something.
"""

from __future__ import annotations

import io
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

os.environ["MUSTER_SIMULATED_SPEED"] = "1000"

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from PIL import Image
from rich.console import Console
from rich.table import Table
from sqlcipher3 import dbapi2 as sqlcipher

from muster.analysis.faces import FaceDetector, judge_face
from muster.clock import utc_now
from muster.crypto.envelope import DecryptionKey, encrypt
from muster.crypto.signing import SigningKey, certificate_to_pem, self_signed_certificate
from muster.devices.api import CaptureRequest
from muster.devices.attestation import SoftwareSigner
from muster.devices.records import finger_record
from muster.domain.biometrics import BiometricAttribute, DigitalId
from muster.domain.registration import Process, Step
from muster.packet.opening import open_packet
from muster.workstation.demo import demo_script, demo_station
from muster.workstation.desk import Desk, sign_in
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.script import ScriptedEnrollment

REPOSITORY = Path(__file__).parents[2]
PICTURES = REPOSITORY / "drivers" / "simulated" / "src" / "muster_simulated" / "pictures"


@dataclass(frozen=True, slots=True)
class Row:
    """Seconds (or bytes) of ours and of the primitive."""

    name: str
    value: float
    primitive: str
    baseline: float
    unit: str = "ms"


def timed(work: Callable[[], object], repeat: int = 9) -> float:
    """Median milliseconds."""
    work()
    times = []
    for _ in range(1 if "--once" in sys.argv else repeat):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def start_up() -> Row:
    def start(code: str) -> None:
        subprocess.run([sys.executable, "-c", code], check=True)

    return Row(
        "start of the command line (imports)",
        timed(lambda: start("import muster.main"), 5),
        "python -c pass",
        timed(lambda: start("pass"), 5),
    )


def signing_in(data: Path) -> Row:
    station = demo_station(data, utc_now)
    (user_id, password), _ = station.demo_credentials() or (("", ""), ("", ""))
    receiver = EmbeddedReceiver(station.folder, station.identity)

    def ours() -> None:
        sign_in(station, user_id, password, receiver, utc_now).close()

    def argon2() -> None:
        Argon2id(salt=bytes(16), length=32, iterations=3, lanes=4, memory_cost=65536).derive(b"password")

    return Row("sign-in, desk ready", timed(ours, 5), "Argon2id alone", timed(argon2, 5))


def committing(desk: Desk, data: Path) -> Row:
    state = desk.enrollment.start()

    def ours() -> None:
        desk.enrollment.give_consent(state.id, "eng")

    raw = sqlcipher.connect(str(data / "raw.db"), isolation_level=None)
    raw.execute("PRAGMA key = \"x'" + "00" * 32 + "'\"")
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("CREATE TABLE t (a TEXT)")

    def one_insert() -> None:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("INSERT INTO t VALUES ('x')")
        raw.execute("COMMIT")

    return Row(
        "a step committed with its audit record", timed(ours), "one encrypted insert, synced", timed(one_insert)
    )


def judging() -> Row:
    with Image.open(PICTURES / "face.jpg") as image:
        frame = np.asarray(image.convert("RGB"))
    detector = FaceDetector()
    detector.detect(frame)
    batch = np.zeros((1, 128, 128, 3), np.float32)
    session = detector._session
    return Row(
        "a camera frame judged (804 x 603)",
        timed(lambda: judge_face(frame, detector.detect(frame)), 30),
        "the network alone",
        timed(lambda: session.run(None, {"input": batch}), 30),
    )


def recording() -> Row:
    with Image.open(PICTURES / "leftIndex.png") as image:
        finger = np.asarray(image.convert("L"))

    def jpeg2000() -> None:
        Image.fromarray(finger).save(io.BytesIO(), "JPEG2000", irreversible=False)

    ours = partial(finger_record, finger, BiometricAttribute.LEFT_INDEX, 500, utc_now(), 80)
    return Row("a finger's ISO record", timed(ours), "JPEG 2000 lossless alone", timed(jpeg2000))


def attesting() -> Row:
    key = SigningKey.generate()
    certificate = self_signed_certificate(key, "bench", utc_now(), 1)
    signer = SoftwareSigner(key, certificate, utc_now)
    request = CaptureRequest((BiometricAttribute.LEFT_INDEX,), 40, 10, "bench")
    record = os.urandom(60_000)

    def ours() -> None:
        signer.attest(
            attribute=BiometricAttribute.LEFT_INDEX,
            record=record,
            quality=80,
            captured_at=utc_now(),
            device=DigitalId("SERIAL", "Make", "Model", "Finger", "Slap", "P", "P"),
            device_code="bench",
            device_service_version="1",
            request=request,
        )

    def two_signatures() -> None:
        key.sign(record)
        key.sign(b"digital id")

    return Row("a sample signed for its device", timed(ours), "two RSA signatures", timed(two_signatures))


def sealing(desk: Desk, password: str) -> Iterator[Row]:
    """Seals one finished registration over and over: the outbox row is not made, so that nothing is 'done'."""
    from muster.packet.assemble import assemble
    from muster.packet.seal import seal

    played = ScriptedEnrollment(desk.enrollment, demo_script(), password).run()
    submission = desk._submission
    state = desk.enrollment.registration(played.registration.id)
    assert state.signed is not None
    contents = submission._contents(state, state.signed)
    server = SigningKey.generate()
    certificate = self_signed_certificate(server, "bench server", utc_now(), 1)

    def ours() -> bytes:
        assembled = assemble(contents, submission._schema)
        return seal(assembled, sign=submission._machine_key.sign, encrypt=partial(encrypt, certificate)).content

    records = b"".join(sample.record for sample in contents.samples)
    cipher, nonce = AESGCM(bytes(32)), bytes(12)

    def bare() -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("records", records)
        for _ in range(2):
            cipher.encrypt(nonce, buffer.getvalue(), None)
        for _ in range(3):
            submission._machine_key.sign(records)

    yield Row(
        "a packet assembled and sealed", timed(ours, 5), "zip, AES-GCM twice, three signatures", timed(bare, 5)
    )
    packet = ours()
    key = DecryptionKey.from_pem(server.to_pem() + certificate_to_pem(certificate))
    public = submission._machine_key.public_pem
    sealed = cipher.encrypt(nonce, packet, None)
    yield Row(
        "a packet opened and verified",
        timed(lambda: open_packet(packet, key, public), 5),
        "AES-GCM twice",
        timed(lambda: (cipher.decrypt(nonce, sealed, None), cipher.decrypt(nonce, sealed, None)), 5),
    )
    documents = sum(len(each.content) for each in contents.documents)
    yield Row(
        "size of a packet",
        len(packet) / 1024,
        "records and documents in it",
        (len(records) + documents) / 1024,
        "KiB",
    )


def whole(desk: Desk, password: str) -> Row:
    begun = time.perf_counter()
    played = ScriptedEnrollment(desk.enrollment, demo_script(), password).run()
    entry = desk.enrollment.submit(played.registration.id)
    desk.sync.deliver(entry.packet_id)
    total = (time.perf_counter() - begun) * 1000
    waited = 1000 * 0.8  # the face must be good for that long
    return Row("a whole enrollment, devices not counted", total, "waiting for a steady face", waited)


@contextmanager
def demo_desk(data: Path) -> Iterator[tuple[Desk, str]]:
    station = demo_station(data, utc_now)
    (user_id, password), _ = station.demo_credentials() or (("", ""), ("", ""))
    receiver = EmbeddedReceiver(station.folder, station.identity)
    try:
        with sign_in(station, user_id, password, receiver, utc_now) as desk:
            yield desk, password
    finally:
        receiver.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        rows = [start_up(), signing_in(data), judging(), recording(), attesting()]
        with demo_desk(data) as (desk, password):
            assert desk.enrollment.plan(Process.NEW)[0] is Step.CONSENT
            rows.append(committing(desk, data))
            rows += sealing(desk, password)
            rows.append(whole(desk, password))
    table = Table(title="Muster beside its primitives, median")
    for name in ("what", "ours", "primitive", "its own", "ratio"):
        table.add_column(name, justify="right" if name in ("ours", "its own", "ratio") else "left")
    for row in rows:
        table.add_row(
            row.name,
            f"{row.value:,.1f} {row.unit}",
            row.primitive,
            f"{row.baseline:,.1f} {row.unit}",
            f"{row.value / row.baseline:.2f}",
        )
    console = Console(width=130)
    console.print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"Peak memory of this process: {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
