"""The TPM of this computer, spoken to through ``tpm2-tools`` (decision 6).

Rules:

1. Nothing secret stands on a command line, in the environment or in a file: secrets come and go through
   pipes. What lies in a folder of our own (0700) for the time of one command is encrypted by the TPM or public.
2. Nothing is kept in the TPM: its keys are primary keys, which it derives from its seed and a template each
   time it is asked, and whose loaded form we keep outside. A TPM of a hundred stations is as empty as before.
3. A TPM is asked by name. ``TPM2TOOLS_TCTI`` names it, else it is the kernel's ``/dev/tpmrm0``; left alone, the
   tools would at last try whatever listens on a port of this computer.
4. Every failure is ``KeyUnavailable`` with a code; a tool that hangs is stopped.

Keys have an empty authorisation. They are outside the protection against guessing (``noda``), which would
protect nothing here and let anybody who guesses at another key stop the enrolling.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from muster.errors import Code, KeyUnavailable

TPM_TOOLS_MISSING = Code(
    "TPM_TOOLS_MISSING",
    "The programs that speak to this computer's TPM are missing. Ask your administrator to install 'tpm2-tools'.",
)
TPM_ABSENT = Code(
    "TPM_ABSENT",
    "This computer's TPM cannot be reached. It must be switched on in the computer's firmware settings, and your "
    "account must be allowed to use it.",
)
TPM_SILENT = Code("TPM_SILENT", "This computer's TPM does not answer. Start the computer again.")
TPM_REFUSED = Code(
    "TPM_REFUSED", "This computer's TPM refuses ({response}). Tell your administrator what stands in the brackets."
)
TPM_ANSWER_UNREADABLE = Code(
    "TPM_ANSWER_UNREADABLE",
    "The programs that speak to this computer's TPM answered something that cannot be understood. Ask your "
    "administrator to install 'tpm2-tools' again.",
)
TPM_KEY_GONE = Code(
    "TPM_KEY_GONE",
    "This computer's TPM does not hold this station's key: it is another TPM, or it was reset. What was "
    "registered is kept here. Call your administrator.",
)

DEFAULT_TCTI = "device:/dev/tpmrm0"
_TCTI_VARIABLE = "TPM2TOOLS_TCTI"
_TIMEOUT_S = 90.0  # a slow chip searches the two primes of an RSA key for half a minute
_HIERARCHY = "e"  # endorsement: its seed survives a TPM2_Clear, the owner's does not

# What the tools write when a call failed: "ERROR: Esys_Sign(0x921) - tpm:warn(2.0): ..." ("Eys_Load" is theirs).
_FAILED_CALL = re.compile(rb"\bE[a-z]+_(\w+)\((0x[0-9A-Fa-f]+)\) - (\w+):")
_NO_CONNECTION = b"Could not load tcti"
_OBJECT_MEMORY = 0x902  # TPM_RC_OBJECT_MEMORY: only where no resource manager stands before the TPM

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Template:
    """What a primary key is derived from, beside the TPM's seed and a secret of ours."""

    algorithm: str
    attributes: str


_COMMON = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda"
SIGNING = Template("rsa2048:rsassa-sha256:null", f"{_COMMON}|sign")
DECRYPTION = Template("rsa2048:oaep-sha256:null", f"{_COMMON}|decrypt")
STORAGE = Template("ecc256:null:aes128cfb", f"{_COMMON}|restricted|decrypt")


class _FailedCallError(Exception):
    """The TPM, or the way to it, answered ``response`` to ``call``."""

    def __init__(self, call: str, response: int, layer: str) -> None:
        super().__init__(f"{call} {response:#x} {layer}")
        self.call, self.response, self.layer = call, response, layer

    @property
    def is_stale_context(self) -> bool:
        """Contexts end with the TPM's next start, also that after a deep sleep."""
        return self.call == "ContextLoad" and self.is_final

    @property
    def is_final(self) -> bool:
        """Said by the TPM about what it was given, and no warning (TPM_RC_WARN) about its own state."""
        return self.layer == "tpm" and self.response & 0xF80 != 0x900


class Tpm:
    """``tcti`` names the TPM as the tools do; by default what the environment says, else the kernel's."""

    def __init__(self, tcti: str | None = None, timeout_s: float = _TIMEOUT_S) -> None:
        self._tcti = tcti or os.environ.get(_TCTI_VARIABLE) or DEFAULT_TCTI
        self._timeout_s = timeout_s

    def primary(self, template: Template, unique: bytes = b"") -> Primary:
        """Derive a primary key: milliseconds to half a minute, by the chip.

        The same TPM, ``template`` and ``unique`` give the same key, today and after a reinstallation.
        Raises ``KeyUnavailable``.
        """
        return Primary(self, template, unique)

    def run(self, tool: str, *arguments: str | Path, given: bytes = b"") -> bytes:
        """One command of the tools: its standard output. Internal to this module's classes."""
        try:
            return self._run(tool, arguments, given)
        except _FailedCallError as error:
            if error.response != _OBJECT_MEMORY:
                raise
        self._run("flushcontext", ["--transient-object"], b"")
        return self._run(tool, arguments, given)

    def _run(self, tool: str, arguments: Sequence[str | Path], given: bytes) -> bytes:
        try:
            done = subprocess.run(
                [f"tpm2_{tool}", *arguments],
                input=given,
                capture_output=True,
                timeout=self._timeout_s,
                env={**os.environ, _TCTI_VARIABLE: self._tcti},
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise KeyUnavailable(TPM_SILENT) from error
        except OSError as error:
            raise KeyUnavailable(TPM_TOOLS_MISSING) from error
        if done.returncode != 0:
            raise _failure(done.stderr)
        return done.stdout


class Primary:
    """A primary key, ready for use: loaded for each command, loaded anew when the TPM was started again."""

    def __init__(self, tpm: Tpm, template: Template, unique: bytes) -> None:
        self._tpm = tpm
        self._template = template
        self._unique = unique
        with _telling():
            self._context, self.public = self._derive()

    def sign(self, digest: bytes) -> bytes:
        """The signature over a SHA-256 digest. Raises ``KeyUnavailable``."""
        with _telling():
            return self._with_context(lambda folder: self._sign(folder, digest))

    def _sign(self, folder: Path, digest: bytes) -> bytes:
        signature = folder / "signature"
        self._tpm.run(
            "sign",
            "--key-context", folder / "context",
            "--hash-algorithm", "sha256", "--scheme", "rsassa", "--format", "plain", "--digest",
            "--signature", signature,
            given=digest,
        )  # fmt: skip
        return _written(signature)

    def decrypt_oaep(self, block: bytes) -> bytes:
        """What OAEP (SHA-256, label of one zero octet) hid in ``block``.

        Raises ``ValueError`` for a block that does not open, ``KeyUnavailable`` for a TPM that does not work.
        """

        def decrypt(folder: Path) -> bytes:
            try:
                # The tools end every label with the zero octet that TPMs ask for: an empty one is that octet.
                return self._tpm.run(
                    "rsadecrypt",
                    "--key-context", folder / "context", "--scheme", "oaep", "--label", "",
                    given=block,
                )  # fmt: skip
            except _FailedCallError as error:
                if error.call == "RSA_Decrypt" and error.is_final:
                    raise ValueError("a block for another key, or damaged") from error
                raise

        with _telling():
            return self._with_context(decrypt)

    def seal(self, secret: bytes) -> bytes:
        """Encrypt up to 128 octets so that only this TPM opens them, and only under this key (a storage key).

        Raises ``KeyUnavailable``.
        """
        with _telling():
            return self._with_context(lambda folder: self._seal(folder, secret))

    def _seal(self, folder: Path, secret: bytes) -> bytes:
        public, private = folder / "public", folder / "private"
        self._tpm.run(
            "create",
            "--parent-context", folder / "context",
            "--hash-algorithm", "sha256", "--attributes", "fixedtpm|fixedparent|userwithauth|noda",
            "--public", public, "--private", private,
            "--sealing-input", "-", "--quiet",
            given=secret,
        )  # fmt: skip
        return _written(public) + _written(private)

    def unseal(self, sealed: bytes) -> bytes:
        """What ``seal`` hid. Raises ``KeyUnavailable(TPM_KEY_GONE)`` when another TPM sealed it, this one was
        cleared since, or it was changed."""
        halves = _sized(sealed)
        if len(halves) != 2:
            raise KeyUnavailable(TPM_KEY_GONE)

        def unseal(folder: Path) -> bytes:
            public, private, item = folder / "public", folder / "private", folder / "item"
            public.write_bytes(halves[0])
            private.write_bytes(halves[1])
            try:
                self._tpm.run(
                    "load",
                    "--parent-context", folder / "context",
                    "--public", public, "--private", private,
                    "--key-context", item, "--quiet",
                )  # fmt: skip
            except _FailedCallError as error:
                if error.call == "Load" and error.is_final:
                    raise KeyUnavailable(TPM_KEY_GONE) from error
                raise
            return self._tpm.run("unseal", "--object-context", item)

        with _telling():
            return self._with_context(unseal)

    def _derive(self) -> tuple[bytes, bytes]:
        """The loaded key, encrypted by the TPM, and its public half (TPMT_PUBLIC)."""
        with tempfile.TemporaryDirectory(prefix="muster-tpm-") as name:
            folder = Path(name)
            self._tpm.run(
                "createprimary",
                "--hierarchy", _HIERARCHY,
                "--hash-algorithm", "sha256",
                "--key-algorithm", self._template.algorithm, "--attributes", self._template.attributes,
                *(["--unique-data", "-"] if self._unique else []),
                "--key-context", folder / "context",
                "--format", "tpmt", "--output", folder / "public", "--quiet",
                given=self._unique,
            )  # fmt: skip
            return _written(folder / "context"), _written(folder / "public")

    def _with_context(self, use: Callable[[Path], _Made]) -> _Made:
        try:
            return self._in_folder(use)
        except _FailedCallError as error:
            if not error.is_stale_context:
                raise
        self._context, public = self._derive()
        if public != self.public:
            raise KeyUnavailable(TPM_KEY_GONE)
        return self._in_folder(use)

    def _in_folder(self, use: Callable[[Path], _Made]) -> _Made:
        with tempfile.TemporaryDirectory(prefix="muster-tpm-") as name:
            folder = Path(name)
            (folder / "context").write_bytes(self._context)
            return use(folder)


@contextmanager
def _telling() -> Iterator[None]:
    """A failed call that nobody could do anything about leaves as the error people are told."""
    try:
        yield
    except _FailedCallError as error:
        if error.layer == "tcti":
            raise KeyUnavailable(TPM_ABSENT) from error
        raise KeyUnavailable(TPM_REFUSED, response=f"{error.call} {error.response:#x}") from error


def _failure(said: bytes) -> Exception:
    if _NO_CONNECTION in said:
        return KeyUnavailable(TPM_ABSENT)
    found = _FAILED_CALL.search(said)
    if found is None:
        return KeyUnavailable(TPM_ANSWER_UNREADABLE)
    call, response, layer = found.groups()
    return _FailedCallError(call.decode(), int(response, 16), layer.decode())


def _sized(content: bytes) -> list[bytes]:
    """The TPM2B structures that ``content`` is made of; none when something is cut off."""
    parts = []
    while content:
        length = 2 + int.from_bytes(content[:2], "big")
        if len(content) < max(length, 2):
            return []
        parts.append(content[:length])
        content = content[length:]
    return parts


def _written(file: Path) -> bytes:
    """What a tool was to write. Raises ``KeyUnavailable``."""
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise KeyUnavailable(TPM_ANSWER_UNREADABLE) from error
