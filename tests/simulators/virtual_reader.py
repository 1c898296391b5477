"""A chip reader that is not there: pcscd with vsmartcard's virtual reader, into which a test lays its chip.

The virtual reader listens on a port; what connects is a card. Each message is its length in two octets and that
many octets: one octet is an order (0 power off, 1 power on, 2 reset, 4 ask for the answer to reset), more are a
command.
"""

from __future__ import annotations

import json
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from simulators import vicc_passport
from simulators.passport_chip import PassportChip

LIBRARY = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
_SOCKET = Path("/run/pcscd/pcscd.comm")
_RESET_ANSWER = bytes.fromhex("3B8880010000000000000000") + b"\x09"
_PATIENCE_S = 10.0


class VirtualReader:
    """Two slots, of which the first is used. Skips where pcscd or its virtual reader are absent, or another pcscd
    runs on this machine."""

    def __init__(self) -> None:
        if shutil.which("pcscd") is None or not LIBRARY.exists():
            pytest.skip("pcscd or its virtual reader not installed: apt-get install pcscd vsmartcard-vpcd")
        if _is_served():
            pytest.skip("another pcscd runs on this computer")
        self._folder = Path(tempfile.mkdtemp(prefix="pcscd-"))
        self.port = _free_port()
        (self._folder / "vpcd").write_text(
            'FRIENDLYNAME "Virtual PCD"\n'
            f"DEVICENAME /dev/null:0x{self.port:04X}\n"
            f"LIBPATH {LIBRARY}\n"
            f"CHANNELID 0x{self.port:04X}\n"
        )
        self.start()

    def start(self) -> None:
        self._daemon = subprocess.Popen(
            ["pcscd", "--foreground", "--force-reader-polling", "--config", self._folder],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + _PATIENCE_S
        while not _is_served():
            if self._daemon.poll() is not None or time.monotonic() > until:
                pytest.skip("pcscd does not start here")
            time.sleep(0.02)

    def stop(self) -> None:
        """As a service that is stopped, or dies."""
        self._daemon.terminate()
        self._daemon.wait(_PATIENCE_S)

    def lay_on(self, chip: PassportChip) -> LaidOn:
        return LaidOn(chip, self.port)

    @contextmanager
    def lay_on_vsmartcards(self, files: Mapping[int, bytes]) -> Iterator[None]:
        """vsmartcard's own passport with these files, by identifier. Skips where it is absent."""
        if not vicc_passport.INSTALLED.is_dir():
            pytest.skip("vsmartcard is not installed: apt-get install vsmartcard-vpicc")
        contents = self._folder.parent / f"{self._folder.name}.json"  # pcscd reads all that is in its folder
        contents.write_text(json.dumps({f"{each:04X}": content.hex() for each, content in files.items()}))
        process = subprocess.Popen([sys.executable, vicc_passport.__file__, str(self.port), contents])
        try:
            yield
        finally:
            process.terminate()
            process.wait(_PATIENCE_S)
            contents.unlink()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


class LaidOn:
    """A chip on the reader. After ``taken_away_after`` commands it is gone."""

    def __init__(self, chip: PassportChip, port: int) -> None:
        self._chip = chip
        self._connection = _connected(port)
        self.taken_away_after: int | None = None
        self.reset_answer = _RESET_ANSWER
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> LaidOn:
        return self

    def __exit__(self, *exception: object) -> None:
        self.take_away()
        self._thread.join(_PATIENCE_S)

    def take_away(self) -> None:
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def _serve(self) -> None:
        with suppress(OSError, EOFError):
            while True:
                answer = self._answer(self._message())
                if answer is not None:
                    self._connection.sendall(struct.pack(">H", len(answer)) + answer)

    def _message(self) -> bytes:
        (length,) = struct.unpack(">H", self._exactly(2))
        return self._exactly(length)

    def _exactly(self, length: int) -> bytes:
        content = b""
        while len(content) < length:
            # The other side sends length and content apart, and waits with the second for the first's receipt.
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            piece = self._connection.recv(length - len(content))
            if not piece:
                raise EOFError
            content += piece
        return content

    def _answer(self, message: bytes) -> bytes | None:
        if len(message) > 1:
            if self.taken_away_after is not None and len(self._chip.commands) >= self.taken_away_after:
                self.take_away()
                raise EOFError
            return self._chip.transmit(message)
        if message != b"\4":
            self._chip.reset()
            return None
        return self.reset_answer


def _is_served() -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(_SOCKET)) == 0


def _free_port() -> int:
    """And the next, for the second slot."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def _connected(port: int) -> socket.socket:
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), _PATIENCE_S)
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
