"""One target under libFuzzer, in a process of its own: ``python tests/fuzz/one.py TARGET [libFuzzer's options]``.

``tests/fuzz/run.py`` starts this; by hand it is for replaying: ``one.py TARGET build/fuzz/crashes/TARGET/...``. A
line ``slowest SECONDS OCTETS`` is written whenever an input took longer than any before.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import atheris

from fuzz.target import Target, load, reference_folder


def main() -> None:
    name, *options = sys.argv[1:]
    # Only our own code counts as coverage: the libraries under it have fuzzers of their own.
    with atheris.instrument_imports(include=["muster", "muster_scanner_escl"]):
        target = load(name)
    replays = any(Path(each).is_file() for each in options)
    with tempfile.TemporaryDirectory() as scratch:
        if not replays:
            options += _start(target, Path(scratch))
        atheris.Setup([sys.argv[0], *options], _timed(target), custom_mutator=target.mutate)
        atheris.Fuzz()


def _start(target: Target, scratch: Path) -> list[str]:
    """Seeds and dictionary as libFuzzer takes them: files. They go when the process ends."""
    seeds = scratch / "seeds"
    seeds.mkdir()
    for seed in target.seeds(reference_folder()):
        (seeds / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    options = [str(seeds), f"-max_len={target.longest}"]
    if target.words:
        words = scratch / "words"
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words), encoding="ascii")
        options.append(f"-dict={words}")
    return options


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{octet:02x}" for octet in word)


def _timed(target: Target):
    slowest = 0.001

    def run(content: bytes) -> None:
        nonlocal slowest
        before = time.perf_counter()
        target.check(content)
        took = time.perf_counter() - before
        if took > slowest * 1.1:
            slowest = took
            print(f"slowest {took:.4f} {len(content)}", file=sys.stderr, flush=True)

    return run


if __name__ == "__main__":
    main()
