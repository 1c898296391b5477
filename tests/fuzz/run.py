"""Fuzz the parsers: ``python tests/fuzz/run.py [--seconds N | --runs N] [--jobs N] [TARGET...]``

Each target runs in a process of its own under libFuzzer with limits on time and memory; its corpus grows from run
to run in ``build/fuzz``. Prints one table, then the file of every input that broke something. Exit code 1 if there
is one.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console
from rich.table import Table

from fuzz.target import BUILD, Target, load, names

_ONE = Path(__file__).parent / "one.py"
TIMEOUT_S = 10  # for one input
MEMORY_MB = 1024
_GRACE_S = 150  # to start, to run the seeds, and to end


@dataclass(frozen=True, slots=True)
class Outcome:
    """``slowest_s`` and ``slowest_octets`` are of the input that took longest; ``crashes`` are files."""

    target: str
    executions: int
    per_second: int
    features: int
    corpus: int
    slowest_s: float
    slowest_octets: int
    peak_mb: int
    crashes: tuple[Path, ...]
    broke: bool
    log: str


def fuzz(target: str, *, seconds: int, runs: int = -1, build: Path = BUILD) -> Outcome:
    """One target, until ``seconds`` or ``runs`` are over or an input breaks something."""
    corpus, crashes = build / "corpus" / target, build / "crashes" / target
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(parents=True, exist_ok=True)
    before = set(crashes.iterdir())
    command = [
        # By way of a small process: what starts another is counted as its peak memory, and may have had gigabytes.
        *(["sh", "-c", '"$@"; exit $?', "sh"] if os.name == "posix" else []),
        sys.executable, str(_ONE), target, str(corpus), f"-max_total_time={seconds}", f"-runs={runs}",
        f"-timeout={TIMEOUT_S}", f"-rss_limit_mb={MEMORY_MB}", f"-artifact_prefix={crashes}/",
        "-print_final_stats=1", "-reload=0",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False, timeout=seconds + _GRACE_S
        )
        log, broke = done.stderr + done.stdout, done.returncode != 0
    except subprocess.TimeoutExpired as error:
        log, broke = (error.stderr or b"").decode(errors="replace") + "\nit did not end", True
    return Outcome(
        target=target,
        executions=_number(log, r"number_of_executed_units: (\d+)") or _number(log, r"^#(\d+)\t"),
        per_second=_number(log, r"average_exec_per_sec:\s+(\d+)") or _number(log, r"exec/s: (\d+)"),
        features=_number(log, r" ft: (\d+)"),
        corpus=_number(log, r" corp: (\d+)"),
        slowest_s=float((re.findall(r"^slowest (\S+) \d+$", log, re.MULTILINE) or ["0"])[-1]),
        slowest_octets=_number(log, r"^slowest \S+ (\d+)$"),
        peak_mb=_number(log, r"peak_rss_mb:\s+(\d+)") or _number(log, r" rss: (\d+)Mb"),
        crashes=tuple(sorted(set(crashes.iterdir()) - before)),
        broke=broke,
        log=log,
    )


def shortened(target: Target, content: bytes) -> bytes:
    """``content`` without whatever can be left out of it with the same error at the same place."""
    wanted = _broken_at(target, content)
    if wanted is None:
        raise SystemExit("this input breaks nothing")
    length = len(content)
    while length:
        length = (length + 1) // 2 if length > 1 else 0
        at = 0
        while length and at < len(content):
            shorter = content[:at] + content[at + length :]
            if _broken_at(target, shorter) == wanted:
                content = shorter
            else:
                at += length
    return content


def _broken_at(target: Target, content: bytes) -> tuple[type[BaseException], int] | None:
    """Which error, and the line that raised it."""
    try:
        target.check(content)
    except Exception as error:  # noqa: BLE001 - whatever a parser must not raise is what is looked for
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        return type(error), trace.tb_lineno if trace else 0
    return None


def _number(log: str, pattern: str) -> int:
    """The last number the log gives for it."""
    found = re.findall(pattern, log, re.MULTILINE)
    return int(found[-1]) if found else 0


def _table(outcomes: list[Outcome]) -> Table:
    table = Table(box=None)
    table.add_column("target")
    for name in ("executions", "exec/s", "features", "corpus", "crashes", "slowest", "peak memory"):
        table.add_column(name, justify="right")
    for each in outcomes:
        table.add_row(
            each.target, f"{each.executions:,}", f"{each.per_second:,}", str(each.features), str(each.corpus),
            str(len(each.crashes) or int(each.broke)), f"{1000 * each.slowest_s:.0f} ms", f"{each.peak_mb} MB",
        )  # fmt: skip
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all of them if none is named")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (60)")
    parser.add_argument(
        "--runs", type=int, default=-1, help="inputs for each target (as many as there is time for)"
    )
    parser.add_argument("--jobs", type=int, default=1, help="targets at the same time (1)")
    parser.add_argument(
        "--shorten", type=Path, metavar="FILE", help="make what broke the TARGET as short as can be"
    )
    wanted = parser.parse_args()
    unknown = set(wanted.targets) - set(names())
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    if wanted.shorten:
        (target,) = wanted.targets
        print(shortened(load(target), wanted.shorten.read_bytes()).hex())
        return 0
    with ThreadPoolExecutor(wanted.jobs) as pool:
        outcomes = list(
            pool.map(partial(fuzz, seconds=wanted.seconds, runs=wanted.runs), wanted.targets or names())
        )
    Console(width=110).print(_table(outcomes))
    for each in outcomes:
        if each.broke:
            print(
                f"\n{each.target}: {', '.join(map(str, each.crashes)) or 'no input was kept'}\n{each.log[-3000:]}"
            )
    return int(any(each.broke for each in outcomes))


if __name__ == "__main__":
    sys.exit(main())
