"""Break the station in every way there is, and count what is lost. ``python tests/faults/run.py [--bounded]``."""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

os.environ.setdefault("MUSTER_SIMULATED_SPEED", "50")
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import receivers
from faults import station as st
from faults.bad_line import CUTS, SLOW, TLS_FAULTS, BadLine, Fault
from faults.certificates import Certificates
from muster.domain.applicant import DemographicValue, LocalizedText
from muster.domain.registration import Step
from muster.store import database as database_module
from muster.store.carbon_copy import CarbonCopy
from muster.upload import transport
from muster.workstation.demo import demo_script
from muster.workstation.embedded_receiver import EmbeddedReceiver

_PAGE = 4096
_TELLING = 6  # characters: shorter texts are met by chance
_TEXTS, _RECORDS = 9, 13  # at least so much is looked for: a document, a face, nine fingers, two eyes
VERBOSE = bool(os.environ.get("FAULTS_VERBOSE"))


@dataclass
class Row:
    """One kind of destruction, over all of its trials."""

    name: str
    trials: int = 0
    steps_lost: int = 0
    packets_lost: int = 0
    accepted_twice: int = 0
    plaintext: int = 0
    broken_trails: int = 0
    problems: list[str] = field(default_factory=list)
    left_out: str = ""

    @property
    def counts(self) -> tuple[int, ...]:
        return self.steps_lost, self.packets_lost, self.accepted_twice, self.plaintext, self.broken_trails

    @property
    def is_good(self) -> bool:
        return not any(self.counts) and not self.problems


class Rig:
    """The stations to be broken, the receiver, and what is looked for on the disk."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.station = st.make_station(folder / "template")
        self.receiver = EmbeddedReceiver(self.station.folder, self.station.identity)
        self.url = self.receiver.url()
        self._number = 0
        self._log_from: dict[Path, int] = {}
        self.certificates = Certificates(folder)
        os.environ["SSL_CERT_FILE"] = str(self.certificates.issuer)  # whom stations trust to vouch for servers
        self.signed = self._signed()
        self.needles = _needles(self.signed)

    def _signed(self) -> Path:
        """A template at which one registration is signed."""
        root = self.copy(self.folder / "template", "signed")
        trial = self.play(root, st.Part(until=Step.SIGNATURE))
        if trial.error or not trial.said or trial.said[-1].get("step") != "signature":
            raise SystemExit(f"nothing can be enrolled here: {trial}")
        return root

    @cached_property
    def sealed(self) -> tuple[Path, list[dict[str, Any]]]:
        """A template with one packet in its outbox, which knows its server; and what was said there."""
        root = self.copy(self.signed, "sealed")
        trial = self.play(root, st.Part(resume=_draft(self), deliver=False))
        if trial.error or trial.said[-1]["said"] != "sealed":
            raise SystemExit(f"nothing can be sealed here: {trial}")
        return root, [each for each in trial.said if each["said"] == "sealed"]

    def copy(self, source: Path, name: str) -> Path:
        """A station of this trial's own, and a receiver that has heard of none of its packets: copies of one
        station seal the same registration."""
        root = self.folder / f"{name}-{self._number}"
        shutil.copytree(source, root, ignore=shutil.ignore_patterns("receiver", "tmp"))
        self.forget(root)
        return root

    def forget(self, root: Path) -> None:
        """Let the receiver forget everything; what it accepts is counted from here for ``root``."""
        receivers.forget(self.station.folder.receiver)
        log = self.station.folder.receiver / "receiver.log"
        self._log_from[root] = log.stat().st_size

    def next_number(self) -> int:
        self._number += 50
        return self._number

    def play(self, root: Path, part: st.Part, kill_after_s: float | None = None, **more: Any) -> st.Trial:
        work = partial(
            _play, root=root, url=more.pop("url", self.url), part=part, number=self.next_number(), **more
        )
        return st.run_forked(work, kill_after_s, _temporary(root))

    def look(
        self, row: Row, root: Path, said: list[dict[str, Any]], *, complete: bool = False, url: str | None = None
    ) -> st.Trial:
        """Open the station again, bring everything to its end, and count."""
        work = partial(st.look, root=root, url=url or self.url, said=said, complete=complete)
        trial = st.run_forked(work, None, _temporary(root))
        end = trial.end
        row.trials += 1
        if not end:
            row.problems.append(f"{trial.error or trial.said}")
            row.steps_lost += len(said)
            return trial
        row.steps_lost += sum(each["said"] == "step" for each in end["lost"])
        sealed = {each["packet"] for each in said if each["said"] in ("sealed", "delivered")}
        accepted = self.accepted(root)
        mine = sealed | set(end["packets"])
        row.packets_lost += sum(accepted.get(packet, 0) == 0 for packet in mine)
        row.accepted_twice += sum(accepted.get(packet, 0) > 1 for packet in mine)
        row.broken_trails += not end["sound"]
        row.plaintext += self.plaintext_in(root)
        if VERBOSE:
            print(f"  {row.name} {row.trials}: {said[-1]['said'] if said else '-'}, {row.counts}", flush=True)
        return trial

    def accepted(self, root: Path) -> dict[str, int]:
        """How often the receiver said of each packet that it takes it."""
        counts: dict[str, int] = {}
        log = self.station.folder.receiver / "receiver.log"
        for line in log.read_bytes()[self._log_from[root] :].decode(errors="replace").splitlines():
            with suppress(ValueError, AttributeError):
                said = json.loads(line)
                if said.get("event") == "upload" and said.get("code") == "accepted":
                    counts[said["packet"]] = counts.get(said["packet"], 0) + 1
        return counts

    def plaintext_in(self, root: Path) -> int:
        """Files that hold what nobody may read, every octet of the station and its temporary files searched."""
        found = 0
        for path in root.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                found += any(needle in content for needle in self.needles)
        return found

    def close(self) -> None:
        self.receiver.close()


def _play(say: st.Say, root: Path, url: str, part: st.Part, number: int, before: Any = None, **more: Any) -> None:
    if before is not None:
        before()
    st.play(say, root, url, part, number=number, **more)


def _temporary(root: Path) -> Path:
    (root / "tmp").mkdir(exist_ok=True)
    return root / "tmp"


def _needles(signed: Path) -> list[bytes]:
    """What was entered, as text in two encodings, and octets out of the middle of each document and sample."""
    values = demo_script().demographics.values()
    texts = {text for value in values for text in _texts(value) if len(text) >= _TELLING and not text.isdigit()}
    trial = st.run_forked(partial(st.tell_octets, root=signed, registration_id=_only_draft(signed)))
    octets = [bytes.fromhex(each["octets"]) for each in trial.said if each["said"] == "octets"]
    if len(texts) < _TEXTS or len(octets) < _RECORDS:
        raise SystemExit(f"too little to look for: {len(texts)} texts, {len(octets)} records; {trial.error}")
    return [*(text.encode(encoding) for text in texts for encoding in ("utf-8", "utf-16-le")), *octets]


def _texts(value: DemographicValue) -> Iterator[str]:
    if isinstance(value, LocalizedText):
        yield from (text for _, text in value.values)
    else:
        yield value


# Kills


_BOUNDARIES = ("before the commit", "after the commit", "after the copy")


def _die_at(boundary: str, count: int) -> Callable[[], None]:
    """Let this process die at its commit number ``count``."""

    def install() -> None:
        left = [count]

        def passed() -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        if boundary == "before the commit":
            complete = database_module.Work.is_complete.fget
            assert complete is not None

            def is_complete(self: database_module.Work) -> bool:
                passed()
                return bool(complete(self))

            database_module.Work.is_complete = property(is_complete)  # type: ignore[assignment]
            return
        add = CarbonCopy.add

        def counted(self: CarbonCopy, *arguments: Any) -> None:
            if boundary == "after the commit":
                passed()
            add(self, *arguments)
            if boundary == "after the copy":
                passed()

        CarbonCopy.add = counted  # type: ignore[method-assign]

    return install


def kills_at_commits(rig: Rig, bounded: bool) -> Row:
    row = Row("killed at a commit")
    for count in range(1, 200):
        ended = False
        for boundary in _BOUNDARIES:
            if bounded and (count, boundary) not in ((4, "after the commit"), (6, "before the commit")):
                continue
            late = count > 25  # the last ones from a signed registration on: sealing, announcing, uploading
            root = rig.copy(rig.signed if bounded else rig.folder / "template", "commit")
            part = st.Part(resume=_draft(rig)) if bounded else st.Part()
            trial = rig.play(root, part, before=_die_at(boundary, count))
            if not trial.killed:
                ended = True
                last = trial.said[-1] if trial.said else {"said": trial.error}
                if not bounded and last["said"] != "delivered":  # the commits after it were not reached
                    row.problems.append(f"{boundary}, {count}: {last}")
            rig.look(row, root, trial.said, complete=not bounded and count % 8 == 0 and not late)
            shutil.rmtree(root)
        if ended or (bounded and count == 6):
            break
    return row


def _draft(rig: Rig) -> str:
    return _only_draft(rig.signed)


def _only_draft(root: Path) -> str:
    (name,) = [each.name for each in (root / "copy").iterdir() if each.name.isdigit()]
    return name


def kills_at_random(rig: Rig, bounded: bool) -> Row:
    row = Row("killed at a random instant")
    trials = 2 if bounded else 300
    whole_s = {False: _duration(rig, st.Part(), rig.folder / "template") if not bounded else 3.0}
    whole_s[True] = _duration(rig, st.Part(resume=_draft(rig)), rig.signed)
    root, said = None, []
    for number in range(trials):
        from_signed = bounded or number % 2 == 1
        if from_signed:
            mine, part = rig.copy(rig.signed, "random"), st.Part(resume=_draft(rig))
        else:
            if root is None or number % 20 == 0:  # ten in a row on one station: its drafts stay open
                root, said = rig.copy(rig.folder / "template", "week"), []
            mine, part = root, st.Part()
        trial = rig.play(mine, part, rig.random.uniform(0.0, whole_s[from_signed]))
        told = trial.said if from_signed else [*said, *trial.said]
        seen = rig.look(row, mine, told, complete=not bounded and number % 10 == 0)
        if from_signed:
            shutil.rmtree(mine)
        else:
            said = [each for each in told if each.get("id") in seen.end.get("drafts", [])]
    return row


def _duration(rig: Rig, part: st.Part, source: Path) -> float:
    root = rig.copy(source, "whole")
    started = time.monotonic()
    trial = rig.play(root, part)
    if trial.error:
        raise SystemExit(trial.error)
    shutil.rmtree(root)
    return time.monotonic() - started


# Disks


@contextmanager
def _small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "muster-faults", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        folder.rmdir()
        raise PermissionError("needs a disk of its own, which only root may mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def disk_full(rig: Rig, bounded: bool) -> Row:
    row = Row("disk full")
    sizes = (400,) if bounded else (60, 150, 300, 500, 800, 1200, 1700, 2300, 3000, 4000)
    for kilobytes in sizes:
        try:
            with _small_disk(rig.folder / f"small-{kilobytes}", 24) as disk:
                root = disk / "station"
                source = rig.signed if bounded else rig.folder / "template"
                shutil.copytree(source, root, ignore=shutil.ignore_patterns("receiver", "tmp"))
                _temporary(root)
                rig.forget(root)
                free = shutil.disk_usage(disk).free
                (disk / "ballast").write_bytes(bytes(max(free - kilobytes * 1024, 0)))
                part = st.Part(resume=_draft(rig)) if bounded else st.Part()
                trial = rig.play(root, part, before=_no_minimum)
                (disk / "ballast").unlink()
                if trial.error:
                    row.problems.append(f"{kilobytes} kB: {trial.error}")
                rig.look(row, root, trial.said, complete=not bounded and kilobytes in (500, 3000))
        except PermissionError as error:
            row.left_out = str(error)
            return row
    return row


def _no_minimum() -> None:
    """Begin although little is free: running out in the middle is what is tried."""
    st.QUICK = replace(st.QUICK, minimum_free_bytes=0)


def read_only(rig: Rig, bounded: bool) -> Row:
    row = Row("read-only disk")
    try:
        with _small_disk(rig.folder / "read-only", 24) as disk:
            root = disk / "station"
            shutil.copytree(rig.signed, root, ignore=shutil.ignore_patterns("receiver", "tmp"))
            _temporary(root)
            rig.forget(root)
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            trial = rig.play(root, st.Part(resume=_draft(rig)))
            subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
            if not any(each["said"] == "refused" for each in trial.said):
                row.problems.append(f"not refused: {trial.error or trial.said}")
            rig.look(row, root, [{"said": "step", "id": _draft(rig), "step": "signature"}])
    except PermissionError as error:
        row.left_out = str(error)
    return row


# Bytes


def torn(rig: Rig, bounded: bool) -> Row:
    """A power cut leaves a half written page behind what was confirmed, and half a frame in the copy."""
    row = Row("torn write")
    for _ in range(1 if bounded else 20):
        root, said = _worked_at(rig, bounded)
        for path in (root / "muster.db-wal", *(root / "copy" / "trail").iterdir()):
            with path.open("ab") as stream:
                stream.write(rig.random.randbytes(rig.random.randrange(1, 2 * _PAGE)))
        (root / "blobs" / ".0123.part").write_bytes(rig.random.randbytes(1000))
        rig.look(row, root, said)
        shutil.rmtree(root)
    return row


def log_lost(rig: Rig, bounded: bool) -> Row:
    row = Row("log of the database lost")
    for _ in range(1 if bounded else 10):
        root, said = _worked_at(rig, bounded)
        (root / "muster.db-wal").unlink(missing_ok=True)
        rig.look(row, root, said)
        shutil.rmtree(root)
    return row


def page_damaged(rig: Rig, bounded: bool) -> Row:
    row = Row("page of the database damaged")
    for _ in range(1 if bounded else 30):
        root, said = _worked_at(rig, bounded)
        path = root / "muster.db"
        content = bytearray(path.read_bytes())
        at = rig.random.randrange(len(content))
        content[at] ^= 1 << rig.random.randrange(8)
        path.write_bytes(content)
        rig.look(row, root, said)
        shutil.rmtree(root)
    return row


def _worked_at(rig: Rig, bounded: bool) -> tuple[Path, list[dict[str, Any]]]:
    """A station at which somebody was killed while the packet was delivered, or on the way there."""
    root = rig.copy(rig.signed, "worked")
    trial = rig.play(root, st.Part(resume=_draft(rig)), before=_die_at("after the copy", rig.random.randint(3, 8)))
    return root, trial.said


def clock_back(rig: Rig, bounded: bool) -> Row:
    """The battery of the clock is empty: it is a year ago, in the middle of an enrollment, and of a delivery."""
    row = Row("clock set back a year")
    template, sealed = rig.sealed
    root = rig.copy(template, "clock")
    trial = st.run_forked(
        partial(st.deliver, root=root, url=rig.url, clock=st.back_a_year), None, _temporary(root)
    )
    if trial.error:
        row.problems.append(trial.error)
    rig.look(row, root, sealed)
    shutil.rmtree(root)
    root = rig.copy(rig.signed, "clock")
    said = [{"said": "step", "id": _draft(rig), "step": "signature"}]
    trial = rig.play(root, st.Part(until=Step.DEMOGRAPHICS), clock=st.back_a_year)
    if trial.error:
        row.problems.append(trial.error)
    rig.look(row, root, [*said, *trial.said])
    shutil.rmtree(root)
    return row


# The line and the receiver


_SAID_OF = {
    Fault.BUSY: "SERVER_BUSY",
    Fault.BUSY_WITHOUT_WORD: "SERVER_BUSY",
    Fault.BROKEN: "SERVER_IN_TROUBLE",
    Fault.PORTAL: "SERVER_ANSWER_UNREADABLE",
    Fault.NONSENSE: "SERVER_UNREACHABLE",
    Fault.UNSIGNED: "ANSWER_NOT_AUTHENTIC",
    Fault.FORGED: "ANSWER_NOT_AUTHENTIC",
    Fault.HUGE: "SERVER_ANSWER_TOO_LARGE",
    Fault.HUGE_IN_CHUNKS: "SERVER_ANSWER_TOO_LARGE",
    Fault.SLOW_HEAD: "SERVER_TIMEOUT",
    Fault.SLOW_BODY: "SERVER_TIMEOUT",
    **dict.fromkeys(TLS_FAULTS, "SERVER_CONNECTION_NOT_SECURE"),
}
_MEMORY_KB = 80 * 1024  # a station grows by: twice the longest answer it reads, and a little
_ASKED_TO_WAIT_S = 7200


def lines(rig: Rig, bounded: bool) -> Iterator[Row]:
    for fault in Fault:
        row = Row(f"line: {fault.value}")
        for number in range(1 if bounded else 20 if fault in CUTS else 4):
            _one_line(rig, row, fault, on_upload=number % 2 == 0)
        yield row


def _one_line(rig: Rig, row: Row, fault: Fault, *, on_upload: bool) -> None:
    """One packet over a line that breaks, and over the same line once it is mended."""
    template, said = rig.sealed
    root = rig.copy(template, "line")
    line = BadLine(rig.url, rig.certificates if fault in TLS_FAULTS else None)
    asking = fault in (Fault.RESET_ASKING, Fault.CLOSED_ASKING)
    line.break_with(fault, rig.random.randrange(1, 1_000_000 if asking else 1_400), uploads_only=on_upload)
    trial = st.run_forked(
        partial(_deliver, root=root, url=line.url, patient=fault not in SLOW), None, _temporary(root)
    )
    row.problems += [f"{fault.name}: {each}" for each in _wrong_with(trial, line, fault)]
    line.mend()
    rig.look(row, root, said, url=line.url)
    line.close()
    shutil.rmtree(root)


def _deliver(say: st.Say, root: Path, url: str, *, patient: bool) -> None:
    if not patient:
        transport.ANSWER_WITHIN_S = 2.0
    st.deliver(say, root, url)


def _wrong_with(trial: st.Trial, line: BadLine, fault: Fault) -> Iterator[str]:
    end = trial.said[-1] if trial.said else {}
    if trial.error:
        yield trial.error
    elif fault in CUTS:
        if line.happened and end.get("code") != "SERVER_UNREACHABLE":
            yield f"not noticed: {end}"
    elif not line.happened:
        yield "did not happen"
    elif end.get("code") != _SAID_OF[fault]:
        yield f"told as {end}"
    elif end["grown_kb"] > _MEMORY_KB:
        yield f"grew by {end['grown_kb']} kB"
    elif (end["again_in_s"] >= _ASKED_TO_WAIT_S) != (fault is Fault.BUSY):
        yield f"tries again in {end['again_in_s']} s"
    elif line.heard:
        yield f"{line.heard} octets were heard"


def receiver_killed(rig: Rig, bounded: bool) -> Row:
    row = Row("receiver killed in mid-upload")
    for _ in range(1 if bounded else 10):
        root = rig.copy(rig.signed, "receiver")
        running = rig.receiver._running
        assert running is not None
        line = BadLine(rig.url)
        line.when_passed(rig.random.randrange(1, 1_000_000), running.kill)
        trial = rig.play(root, st.Part(resume=_draft(rig)), url=line.url)
        line.close()
        running.kill()
        running.wait()
        rig.url = rig.receiver.url()
        if trial.error:
            row.problems.append(trial.error)
        rig.look(row, root, trial.said)
        shutil.rmtree(root)
    return row


def two_programs(rig: Rig, bounded: bool) -> Row:
    """Two at one folder: one of them is killed, or both deliver the same packet at once."""
    row = Row("two programs on one folder")
    for _ in range(1 if bounded else 10):
        _both_deliver(rig, row)
        root = rig.copy(rig.signed, "two")
        with st.desk_running(root, rig.url):
            trial = rig.play(root, st.Part(resume=_draft(rig)), rig.random.uniform(0.0, 1.0))
        rig.look(row, root, trial.said)
        shutil.rmtree(root)
    return row


def _both_deliver(rig: Rig, row: Row) -> None:
    template, said = rig.sealed
    root = rig.copy(template, "both")
    delivering = partial(st.run_forked, partial(st.deliver, root=root, url=rig.url), None, _temporary(root))
    with ThreadPoolExecutor(2) as both:
        trials = [each.result() for each in [both.submit(delivering), both.submit(delivering)]]
    row.problems += [trial.error for trial in trials if trial.error]
    rig.look(row, root, said)
    shutil.rmtree(root)


_KINDS: tuple[Callable[[Rig, bool], Row], ...] = (
    torn, log_lost, page_damaged, clock_back, read_only, disk_full, receiver_killed, two_programs,
    kills_at_commits, kills_at_random,
)  # fmt: skip


def rows(rig: Rig, bounded: bool, chosen: list[str]) -> Iterator[Row]:
    for kind in _KINDS:
        if kind.__name__ in chosen:
            yield kind(rig, bounded)
    if "lines" in chosen:
        yield from lines(rig, bounded)


def _here(chosen: list[str], options: argparse.Namespace) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="muster-faults-") as name:
        rig = Rig(Path(name), options.seed)
        try:
            yield from rows(rig, options.bounded, chosen)
        finally:
            rig.close()


def _side_by_side(chosen: list[str], options: argparse.Namespace) -> Iterator[Row]:
    """Each kind in a process of its own; the longest, which stand last, begin."""
    command = [sys.executable, __file__, "--json", f"--seed={options.seed}"]
    command += ["--bounded"] if options.bounded else []

    def run(kind: str) -> list[Row]:
        ran = subprocess.run([*command, f"--only={kind}"], capture_output=True, text=True, check=False)
        if not ran.stdout:
            return [Row(kind, problems=[ran.stderr[-500:]])]
        return [Row(**each) for each in json.loads(ran.stdout)["rows"]]

    with ThreadPoolExecutor(options.jobs) as several:
        for done in as_completed([several.submit(run, kind) for kind in reversed(chosen)]):
            yield from done.result()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bounded", action="store_true", help="a few of each kind")
    kinds = [*(kind.__name__ for kind in _KINDS), "lines"]
    parser.add_argument("--only", action="append", choices=kinds, help="this kind; may be given several times")
    parser.add_argument("--without", action="append", choices=kinds, default=[], help="all but this kind")
    parser.add_argument(
        "--jobs", type=int, default=1, help="so many kinds at once, each with a station of its own"
    )
    parser.add_argument("--seed", type=int, default=20260301)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    chosen = [kind for kind in options.only or kinds if kind not in options.without]
    found: list[Row] = []
    for row in _side_by_side(chosen, options) if options.jobs > 1 else _here(chosen, options):
        found.append(row)
        if not options.json:
            _print(row)
    if options.json:
        print(json.dumps({"rows": [asdict(row) for row in found]}))
    return 0 if all(row.is_good for row in found) else 1


def _print(row: Row) -> None:
    if row.left_out:
        print(f"{row.name:<42} left out: {row.left_out}", flush=True)
        return
    print(
        f"{row.name:<42} {row.trials:>4} trials  steps lost {row.steps_lost}  packets lost {row.packets_lost}  "
        f"accepted twice {row.accepted_twice}  plaintext {row.plaintext}  broken trails {row.broken_trails}",
        flush=True,
    )
    for problem in row.problems[:5]:
        print(f"    {problem}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
