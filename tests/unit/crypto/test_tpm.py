"""A machine key and a seal in a TPM, first all that can go wrong: swtpm is the TPM, scripts are broken tools."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from muster.crypto.machine_data import decrypt_machine_data, encrypt_machine_data
from muster.crypto.machine_key import Flavour, MachineKey, fingerprint
from muster.crypto.signing import OAEP, SigningKey, load_public_key, verify
from muster.crypto.tpm import SIGNING, STORAGE, Tpm
from muster.crypto.tpm_key import TpmMachineKey
from muster.crypto.tpm_public import Scheme, TpmPublic
from muster.errors import BadInput, KeyUnavailable
from swtpm import SoftwareTpm

SECRET = bytes(range(1, 33))
STORE_KEY = bytes(range(101, 133))
DATA = b"a packet of Erika Mustermann"

Tool = Callable[[str, str], None]


def code_of(ask: Callable[[], object]) -> str:
    with pytest.raises(KeyUnavailable) as caught:
        ask()
    return caught.value.code.name


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """Puts a shell script in the place of one of the tools."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def put(name: str, script: str) -> None:
        (folder / f"tpm2_{name}").write_text(f"#!/bin/sh\n{script}\n")
        (folder / f"tpm2_{name}").chmod(0o755)

    return put


@pytest.fixture
def tpm(software_tpm: SoftwareTpm) -> Tpm:
    return Tpm(software_tpm.tcti)


@pytest.fixture
def machine_key(tpm: Tpm) -> TpmMachineKey:
    return TpmMachineKey.derive(tpm, SECRET)


def opened(tpm: Tpm, key: TpmMachineKey, secret: bytes = SECRET) -> TpmMachineKey:
    """The same key at the next sign-in."""
    return TpmMachineKey.open(tpm, secret, key.signing_public, key.encryption_public)


# The tools


def test_without_the_tools_the_package_to_install_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(KeyUnavailable) as caught:
        TpmMachineKey.derive(Tpm(), SECRET)
    assert caught.value.code.name == "TPM_TOOLS_MISSING"
    assert "tpm2-tools" in caught.value.sentence


def test_a_tool_that_hangs_is_stopped(tool: Tool) -> None:
    tool("createprimary", "sleep 60")

    assert code_of(lambda: Tpm(timeout_s=0.2).primary(SIGNING, SECRET)) == "TPM_SILENT"


@pytest.mark.parametrize(
    "script",
    [
        "exit 1",
        "echo 'Segmentation fault' >&2; exit 139",
        "kill -9 $$",
        "exit 0",  # and nothing written
    ],
)
def test_a_tool_that_fails_without_the_words_we_know_is_said_to_be_broken(tool: Tool, script: str) -> None:
    tool("createprimary", script)

    assert code_of(lambda: Tpm().primary(SIGNING, SECRET)) == "TPM_ANSWER_UNREADABLE"


@pytest.mark.parametrize("content", ["", "not a key", r"\000\001\000\013"])
def test_a_tool_that_writes_no_key_is_said_to_be_broken(tool: Tool, content: str) -> None:
    write = f"""case $1 in --key-context|--output) printf '{content}' > "$2";; esac"""
    tool("createprimary", f"while [ $# -gt 0 ]; do {write}; shift; done")

    assert code_of(lambda: TpmMachineKey.derive(Tpm(), SECRET)) == "TPM_ANSWER_UNREADABLE"


def test_a_signature_of_another_length_is_no_signature(machine_key: TpmMachineKey, tool: Tool) -> None:
    tool("sign", 'for last; do :; done; head -c 255 /dev/zero > "$last"')

    assert code_of(lambda: machine_key.sign(DATA)) == "TPM_ANSWER_UNREADABLE"


def test_where_nothing_is_said_the_kernels_tpm_is_meant_and_nothing_else_is_tried(
    tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TPM2TOOLS_TCTI", raising=False)
    tool("createprimary", f'echo "$TPM2TOOLS_TCTI" > {tmp_path / "asked"}; exit 1')
    with pytest.raises(KeyUnavailable):
        Tpm().primary(SIGNING, SECRET)

    assert (tmp_path / "asked").read_text() == "device:/dev/tpmrm0\n"


def test_no_secret_stands_on_a_command_line_in_the_environment_or_in_a_file(
    software_tpm: SoftwareTpm, tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, folders = tmp_path / "seen", tmp_path / "folders"
    folders.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folders))
    for name in ("createprimary", "create", "load", "unseal", "sign", "rsadecrypt"):
        look = f"echo {name} $@ >> {seen}; env >> {seen}; stat -c %a {folders}/* >> {seen}"
        look_into = f"find {folders} -type f -exec cat {{}} + >> {seen}"
        tool(name, f'{look}; {look_into}; /usr/bin/tpm2_{name} "$@"; status=$?; {look_into}; exit $status')
    tpm = Tpm(software_tpm.tcti)
    key = TpmMachineKey.derive(tpm, SECRET)
    key.sign(DATA)
    decrypt_machine_data(key, encrypt_machine_data(key.encryption_public, DATA))
    storage = tpm.primary(STORAGE)
    assert storage.unseal(storage.seal(STORE_KEY)) == STORE_KEY

    witnessed = seen.read_bytes()
    assert all(f"{name} --".encode() in witnessed for name in ("createprimary", "create", "load", "sign"))
    assert b"\n700\n" in witnessed
    for secret in (SECRET, STORE_KEY, DATA):
        assert secret not in witnessed
        assert secret.hex().encode() not in witnessed.lower()
    assert list(folders.iterdir()) == []


# The TPM


def test_a_tpm_that_is_not_there_is_said_to_be_absent(software_tpm: SoftwareTpm) -> None:
    software_tpm.stop()

    assert code_of(lambda: Tpm(software_tpm.tcti).primary(SIGNING, SECRET)) == "TPM_ABSENT"


def test_a_tpm_that_was_away_for_a_while_signs_again(
    software_tpm: SoftwareTpm, machine_key: TpmMachineKey
) -> None:
    software_tpm.stop()
    assert code_of(lambda: machine_key.sign(DATA)) == "TPM_ABSENT"
    software_tpm.start()

    assert verify(machine_key.signing_public, DATA, machine_key.sign(DATA))


def test_a_tpm_that_guards_its_hierarchy_with_a_password_refuses_with_its_number(
    software_tpm: SoftwareTpm, tpm: Tpm
) -> None:
    software_tpm.change("changeauth", "-c", "e", "somebody's")

    with pytest.raises(KeyUnavailable) as caught:
        tpm.primary(SIGNING, SECRET)
    assert caught.value.code.name == "TPM_REFUSED"
    assert "CreatePrimary 0x9a2" in caught.value.sentence


def test_a_tpm_with_another_seed_does_not_hold_the_key(
    software_tpm: SoftwareTpm, tpm: Tpm, machine_key: TpmMachineKey
) -> None:
    software_tpm.change("changeeps")

    assert code_of(lambda: opened(tpm, machine_key)) == "TPM_KEY_GONE"


def test_a_tpm_that_gets_another_seed_while_somebody_works_signs_nothing(
    software_tpm: SoftwareTpm, machine_key: TpmMachineKey
) -> None:
    software_tpm.change("changeeps")

    assert code_of(lambda: machine_key.sign(DATA)) == "TPM_KEY_GONE"


def test_another_secret_does_not_open_the_key(tpm: Tpm, machine_key: TpmMachineKey) -> None:
    assert code_of(lambda: opened(tpm, machine_key, secret=bytes(32))) == "TPM_KEY_GONE"


def test_a_foreign_encryption_key_beside_the_station_is_noticed(tpm: Tpm, machine_key: TpmMachineKey) -> None:
    other = TpmMachineKey.derive(tpm, bytes(32)).encryption_public
    key = TpmMachineKey.open(tpm, SECRET, machine_key.signing_public, other)

    assert code_of(lambda: key.decrypt_oaep(bytes(256))) == "TPM_KEY_GONE"


def test_a_tpm_that_was_cleared_still_holds_the_key(
    software_tpm: SoftwareTpm, tpm: Tpm, machine_key: TpmMachineKey
) -> None:
    software_tpm.change("clear", "-c", "p")

    assert verify(machine_key.signing_public, DATA, opened(tpm, machine_key).sign(DATA))


def test_guesses_at_somebody_elses_key_do_not_stop_the_signing(
    software_tpm: SoftwareTpm, tpm: Tpm, machine_key: TpmMachineKey
) -> None:
    software_tpm.lock_out()

    assert verify(machine_key.signing_public, DATA, opened(tpm, machine_key).sign(DATA))


def test_a_tpm_that_was_started_again_signs_and_decrypts_without_a_new_sign_in(
    software_tpm: SoftwareTpm, machine_key: TpmMachineKey
) -> None:
    software_tpm.restart()

    assert verify(machine_key.signing_public, DATA, machine_key.sign(DATA))
    sealed = encrypt_machine_data(machine_key.encryption_public, DATA)
    assert decrypt_machine_data(machine_key, sealed) == DATA


def test_a_tpm_without_a_resource_manager_is_not_filled_up(machine_key: TpmMachineKey) -> None:
    """It has room for three keys, and every command loads one."""
    assert len({machine_key.sign(DATA) for _ in range(8)}) == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Esys_RSA_Decrypt(0x922) - tpm:warn(2.0): the TPM was not able to start the command", "TPM_REFUSED"),
        ("Esys_RSA_Decrypt(0xA000A) - tcti:IO failure", "TPM_ABSENT"),
    ],
)
def test_a_tpm_that_cannot_decrypt_just_now_does_not_call_the_block_damaged(
    machine_key: TpmMachineKey, tool: Tool, words: str, code: str
) -> None:
    tool("rsadecrypt", f"echo 'ERROR: {words}' >&2; exit 1")

    assert code_of(lambda: machine_key.decrypt_oaep(bytes(256))) == code


# The machine key


def test_a_block_that_was_changed_does_not_open(machine_key: TpmMachineKey) -> None:
    blob = bytearray(encrypt_machine_data(machine_key.encryption_public, DATA))
    blob[200] ^= 1

    with pytest.raises(BadInput) as caught:
        decrypt_machine_data(machine_key, bytes(blob))
    assert caught.value.code.name == "WRONG_KEY"


def test_a_block_labelled_for_a_software_key_does_not_open(machine_key: TpmMachineKey) -> None:
    modulus = int.from_bytes(TpmPublic.parse(machine_key.encryption_public).modulus)
    block = rsa.RSAPublicNumbers(65537, modulus).public_key().encrypt(SECRET, OAEP)

    with pytest.raises(ValueError, match="another key"):
        machine_key.decrypt_oaep(block)


def test_a_signature_is_over_these_octets_only(machine_key: TpmMachineKey) -> None:
    signature = machine_key.sign(DATA)

    assert len(signature) == 256
    assert verify(machine_key.signing_public, DATA, signature)
    assert not verify(machine_key.signing_public, DATA + b"!", signature)


def test_what_a_server_encrypts_to_the_machine_opens_at_the_next_sign_in_too(
    tpm: Tpm, machine_key: TpmMachineKey
) -> None:
    sealed = encrypt_machine_data(machine_key.encryption_public, DATA)

    assert decrypt_machine_data(machine_key, sealed) == DATA
    assert decrypt_machine_data(opened(tpm, machine_key), sealed) == DATA


def test_the_two_keys_are_named_by_their_own_public_octets(machine_key: TpmMachineKey) -> None:
    key: MachineKey = machine_key

    assert key.flavour is Flavour.TPM
    assert key.key_index == fingerprint(key.encryption_public)
    assert key.signing_key_index == fingerprint(key.signing_public)
    assert key.key_index != key.signing_key_index


def test_the_public_octets_say_their_exponent(machine_key: TpmMachineKey) -> None:
    """A server that takes the 0 of a TPM for a number accepts no signature of this machine."""
    for public in (machine_key.signing_public, machine_key.encryption_public):
        assert TpmPublic.parse(public).exponent == 65537


def test_each_station_on_a_computer_has_its_own_key(tpm: Tpm, machine_key: TpmMachineKey) -> None:
    other = TpmMachineKey.derive(tpm, bytes(32))

    assert other.signing_public != machine_key.signing_public
    assert other.encryption_public != machine_key.encryption_public


def test_a_software_key_does_not_sign_for_the_tpm(machine_key: TpmMachineKey, key: SigningKey) -> None:
    assert not verify(machine_key.signing_public, DATA, key.sign(DATA))


def test_printing_the_key_shows_nothing_but_the_beginning_of_its_index(machine_key: TpmMachineKey) -> None:
    assert repr(machine_key) == f"TpmMachineKey({machine_key.key_index[:11]})"


# Sealing


def test_a_tpm_that_goes_away_under_a_seal_is_absent_and_not_another(tpm: Tpm, tool: Tool) -> None:
    storage = tpm.primary(STORAGE)
    sealed = storage.seal(STORE_KEY)
    tool("load", "echo 'ERROR: Eys_Load(0xA000A) - tcti:IO failure' >&2; exit 1")

    assert code_of(lambda: storage.unseal(sealed)) == "TPM_ABSENT"


def test_what_one_tpm_sealed_another_does_not_open(software_tpm: SoftwareTpm, tpm: Tpm) -> None:
    sealed = tpm.primary(STORAGE).seal(STORE_KEY)
    software_tpm.change("changeeps")

    assert code_of(lambda: tpm.primary(STORAGE).unseal(sealed)) == "TPM_KEY_GONE"


def test_what_was_sealed_before_a_tpm_was_cleared_does_not_open(software_tpm: SoftwareTpm, tpm: Tpm) -> None:
    sealed = tpm.primary(STORAGE).seal(STORE_KEY)
    software_tpm.change("clear", "-c", "p")

    assert code_of(lambda: tpm.primary(STORAGE).unseal(sealed)) == "TPM_KEY_GONE"


@pytest.mark.parametrize("spoil", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b[:-1] + bytes([b[-1] ^ 1])])
def test_a_seal_that_was_changed_does_not_open(tpm: Tpm, spoil: Callable[[bytes], bytes]) -> None:
    storage = tpm.primary(STORAGE)
    sealed = spoil(storage.seal(STORE_KEY))

    assert code_of(lambda: storage.unseal(sealed)) == "TPM_KEY_GONE"


def test_a_seal_opens_after_the_tpm_was_started_again(software_tpm: SoftwareTpm, tpm: Tpm) -> None:
    storage = tpm.primary(STORAGE)
    sealed = storage.seal(STORE_KEY)
    software_tpm.restart()

    assert storage.unseal(sealed) == STORE_KEY
    assert STORE_KEY not in sealed


def test_a_key_for_something_else_than_was_asked_is_no_answer(tool: Tool, key: SigningKey, tmp_path: Path) -> None:
    modulus = load_public_key(key.public_der).public_numbers().n.to_bytes(256)
    answer = tmp_path / "answer"
    answer.write_bytes(TpmPublic(0x000B, 0, b"", Scheme.OAEP, 65537, modulus).encode())
    write = f"""case $1 in --key-context|--output) cat {answer} > "$2";; esac"""
    tool("createprimary", f"while [ $# -gt 0 ]; do {write}; shift; done")

    assert code_of(lambda: TpmMachineKey.derive(Tpm(), SECRET)) == "TPM_ANSWER_UNREADABLE"
