"""A TPM 2.0 in software (swtpm), started for tests on a socket in a folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

NEEDED = ("swtpm", "tpm2")
_PATIENCE_S = 10.0


class SoftwareTpm:
    """One TPM with a seed of its own, which it keeps when it is stopped and started."""

    def __init__(self) -> None:
        missing = [program for program in NEEDED if shutil.which(program) is None]
        if missing:
            pytest.skip(f"{' and '.join(missing)} not installed: apt-get install swtpm tpm2-tools")
        # Not pytest's folder: the name of a socket has 107 characters at most. swtpm needs an absolute path.
        self.folder = Path(tempfile.mkdtemp(prefix="swtpm-"))
        (self.folder / "state").mkdir()
        self._socket = self.folder / "tpm"
        self._running: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def tcti(self) -> str:
        return f"swtpm:path={self._socket}"

    def start(self) -> None:
        self._running = subprocess.Popen(
            [
                "swtpm", "socket", "--tpm2",
                "--tpmstate", f"dir={self.folder / 'state'}",
                "--server", f"type=unixio,path={self._socket}",
                "--ctrl", f"type=unixio,path={self._socket}.ctrl",
                "--flags", "not-need-init,startup-clear",
            ],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # a line for each client that goes
        )  # fmt: skip
        until = time.monotonic() + _PATIENCE_S
        while not self._answers():
            assert time.monotonic() < until, "swtpm does not listen"
            time.sleep(0.01)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(f"{self._socket}.ctrl") == 0 and self._socket.exists()

    def stop(self) -> None:
        if self._running is not None:
            self._running.terminate()
            self._running.wait(_PATIENCE_S)
            self._running = None
        for left in (self._socket, Path(f"{self._socket}.ctrl")):
            left.unlink(missing_ok=True)

    def restart(self) -> None:
        self.stop()
        self.start()

    def tool(self, name: str, *arguments: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """One of tpm2-tools, as somebody else on this computer uses them; leaves no key loaded."""
        variables = {**os.environ, "TPM2TOOLS_TCTI": self.tcti}
        done = subprocess.run(
            [f"tpm2_{name}", *arguments], input=given, env=variables, capture_output=True, check=False
        )
        subprocess.run(["tpm2_flushcontext", "-t"], env=variables, capture_output=True, check=False)
        return done

    def change(self, name: str, *arguments: str | Path) -> None:
        done = self.tool(name, *arguments)
        assert done.returncode == 0, done.stderr

    def lock_out(self) -> None:
        """Guess a password of somebody's key until the TPM refuses every guess."""
        context = self.folder / "guarded"
        self.change("dictionarylockout", "-s", "-n", "1", "-t", "1000", "-l", "1000")
        key = [
            "-G",
            "rsa2048:rsassa-sha256:null",
            "-a",
            "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign",
        ]
        self.change("createprimary", "-C", "o", *key, "-p", "right", "-c", context)
        arguments = ["-p", "wrong", "-c", context, "-g", "sha256", "-d", "-o", self.folder / "never"]
        answers = [self.tool("sign", *arguments, given=bytes(32)).stderr for _ in range(2)]
        assert b"0x921" in answers[-1], answers[-1]

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
