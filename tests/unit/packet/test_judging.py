"""Contents as a server judges them: a packet whose signatures and hashes are right may still be wrong."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from muster.crypto.envelope import DecryptionKey, encrypt
from muster.formats.cbeff import Bir, CbeffFile, mosip_details
from muster.packet.assemble import assemble
from muster.packet.cbeff_checking import MOST_SAMPLES
from muster.packet.contents import PacketContents
from muster.packet.judging import MAXIMUM_AUDIT_BYTES, MOST_PROBLEMS, judge
from muster.packet.opening import OpenedPacket, OpenedSubpacket, open_packet
from muster.packet.seal import seal
from unit.packet.contents_fixture import KeyPair, make_schema
from unit.packet.other_clients import ANDROID, V1_1_5, V1_2, Dialect, write

FILE = "individualBiometrics_bio_CBEFF.xml"
_ROOT = b'<BIR xmlns="http://standards.iso.org/iso-iec/19785/-3/ed-2/">'
MEBIBYTE = 1024 * 1024

Change = Callable[[dict[str, bytes]], object]
Judge = Callable[..., OpenedPacket]


@pytest.fixture
def opened(contents: PacketContents, machine: KeyPair, server: KeyPair) -> OpenedPacket:
    """Ours, with nine fingers, a missing one, two irises and a face."""
    packet = seal(
        assemble(contents, make_schema()), sign=machine.key.sign, encrypt=partial(encrypt, server.certificate_pem)
    )
    return open_packet(packet.content, DecryptionKey.from_pem(server.server_pem), machine.key.public_pem)


@pytest.fixture
def judged(opened: OpenedPacket) -> Callable[[str, Change], OpenedSubpacket]:
    """A part after a change to its files, as if whoever changed them had hashed and signed them."""
    return lambda part, change: _part(judge(_changed(opened, part, change)), part)


def _changed(packet: OpenedPacket, part: str, change: Change) -> OpenedPacket:
    files = dict(_part(packet, part).files)
    change(files)
    parts = tuple(replace(each, files=files) if each.name == part else each for each in packet.subpackets)
    return replace(packet, subpackets=parts)


def _part(packet: OpenedPacket, name: str) -> OpenedSubpacket:
    (found,) = (each for each in packet.subpackets if each.name == name)
    return found


def _field(name: str, value: object) -> Change:
    """A field of ID.json; a value of None leaves it out."""

    def change(files: dict[str, bytes]) -> None:
        identity = {**json.loads(files["ID.json"])["identity"], name: value}
        kept = {key: each for key, each in identity.items() if each is not None}
        files["ID.json"] = json.dumps({"identity": kept}).encode()

    return change


def _file(name: str, content: bytes | None) -> Change:
    return lambda files: files.pop(name) if content is None else files.update({name: content})


def _samples(change: Callable[[list[Bir]], object]) -> Change:
    def changed(files: dict[str, bytes]) -> None:
        file = CbeffFile.parse(files[FILE])
        birs = list(file.birs)
        change(birs)
        files[FILE] = replace(file, birs=tuple(birs)).encode()

    return changed


# Fields and files


@pytest.mark.parametrize("version", [None, "0.1", True, [0.1]])
@pytest.mark.parametrize("part", ["id", "evidence", "optional"])
def test_each_part_must_tell_the_schema_version_as_a_number(judged: Any, part: str, version: object) -> None:
    assert judged(part, _field("IDSchemaVersion", version)).problems == ("SCHEMA_VERSION_WRONG:ID.json",)


@pytest.mark.parametrize(
    "value",
    [[], [3], [{"language": "eng"}], [{"language": 3, "value": "x"}], [[]], {"value": "x"}, {"format": "pdf"}],
)
def test_a_value_of_a_form_that_no_field_has_is_told(judged: Any, value: object) -> None:
    assert judged("id", _field("fullName", value)).problems == ("VALUE_SHAPE_WRONG:fullName",)


def test_a_document_without_its_file_is_told(judged: Any) -> None:
    assert judged("id", _file("proofOfIdentity.pdf", None)).problems == ("FILE_OF_FIELD_MISSING:proofOfIdentity",)


def test_biometrics_without_their_file_are_told(judged: Any) -> None:
    assert judged("id", _file(FILE, None)).problems == ("FILE_OF_FIELD_MISSING:individualBiometrics",)


def test_a_file_that_no_field_names_is_told(judged: Any) -> None:
    assert judged("id", _field("proofOfAddress", None)).problems == ("FILE_WITHOUT_FIELD:proofOfAddress.jpg",)


# The audit


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"null", b'["x"]', b"[{}]", b'[{"a":1}]', b'[{"a":{"b":"c"}}]', b"[" * 100_000, b"\xff"],
)
def test_audit_records_of_another_form_are_told(judged: Any, content: bytes) -> None:
    assert judged("id", _file("audit.json", content)).problems == ("AUDIT_WRONG:audit.json",)


def test_a_packet_without_an_audit_record_is_told(judged: Any) -> None:
    assert judged("id", _file("audit.json", b"[]")).problems == ("AUDIT_EMPTY:audit.json",)


def test_a_packet_without_its_audit_is_told(judged: Any) -> None:
    assert judged("id", _file("audit.json", None)).problems == ("FILE_MISSING:audit.json",)


def test_an_audit_too_large_to_be_read_is_noted(judged: Any) -> None:
    part = judged("id", _file("audit.json", b"[" + b" " * MAXIMUM_AUDIT_BYTES + b"]"))
    assert (part.problems, part.notes) == ((), ("FILE_NOT_READ:audit.json",))


# The description


def _described(packet: OpenedPacket, **changes: Any) -> tuple[str, ...]:
    assert packet.meta is not None
    return judge(replace(packet, meta=replace(packet.meta, **changes))).problems


@pytest.mark.parametrize("created", ["", "20260102031000", "2026-01-02T03:10:00", "yesterday"])
def test_a_description_without_its_date_is_told(opened: OpenedPacket, created: str) -> None:
    assert _described(opened, created=created) == ("CREATION_DATE_WRONG:creationDate",)


@pytest.mark.parametrize("label", ["registrationId", "centerId", "machineId", "registrationType"])
def test_a_label_that_the_server_reads_must_be_there(opened: OpenedPacket, label: str) -> None:
    assert opened.meta is not None
    about = {name: text for name, text in opened.meta.about.items() if name != label}
    assert _described(opened, about=about) == (f"LABEL_MISSING:metaData/{label}",)


def test_a_description_of_another_station_is_told(opened: OpenedPacket) -> None:
    assert opened.meta is not None
    about = {**opened.meta.about, "machineId": "10003"}
    assert _described(opened, about=about) == ("STATION_DIFFERS:metaData",)


@pytest.mark.parametrize(
    ("operations", "problem"),
    [
        ({"officerPassword": "true"}, "LABEL_MISSING:operationsData/officerId"),
        ({"officerId": "o", "officerPassword": "false"}, "OFFICER_UNCONFIRMED:operationsData"),
        ({"officerId": "o"}, "OFFICER_UNCONFIRMED:operationsData"),
    ],
)
def test_an_officer_must_be_named_and_confirmed(
    opened: OpenedPacket, operations: dict[str, str], problem: str
) -> None:
    assert _described(opened, operations=operations) == (problem,)


@pytest.mark.parametrize(
    "operations",
    [
        {"officerId": "o", "officerOTPAuthentication": "true"},
        {"officerId": "o", "officerBiometricFileName": "officer_bio_cbeff"},
    ],
)
def test_a_code_or_a_capture_confirms_an_officer_too(opened: OpenedPacket, operations: dict[str, str]) -> None:
    assert _described(opened, operations=operations) == ()


# Biometric files


@pytest.mark.parametrize("content", [b"garbage", b"<garbage", b"<BIR/>", b""])
def test_a_biometric_file_that_is_none_is_told(judged: Any, content: bytes) -> None:
    part = judged("id", _file(FILE, content))
    (problem,) = part.problems
    assert problem.split(":") in (
        ["BIOMETRIC_FILE_ABSURD", FILE],
        ["CBEFF_UNREADABLE", FILE],
        ["CBEFF_INCOMPLETE", FILE],
    )


def _signature(text: str) -> Change:
    return _samples(lambda birs: birs.__setitem__(0, replace(birs[0], sb=text)))


@pytest.mark.parametrize(
    ("text", "code"),
    [("a..b", "CBEFF_SIGNATURE_WRONG"), ("..", "CBEFF_SIGNATURE_WRONG"), ("", "CBEFF_SIGNATURE_ABSENT")],
)
def test_a_sample_that_no_device_signed_is_told(judged: Any, text: str, code: str) -> None:
    assert judged("id", _signature(text)).problems == (f"{code}:{FILE}/BIR[1]/SB",)


def test_a_sample_with_the_record_of_another_is_told(judged: Any) -> None:
    part = judged("id", _samples(lambda birs: birs.__setitem__(0, replace(birs[0], bdb=birs[1].bdb))))
    assert f"CBEFF_SIGNATURE_WRONG:{FILE}/BIR[1]/SB" in part.problems


def test_a_file_without_others_is_told_of_who_is_no_old_client(judged: Any) -> None:
    def bare(birs: list[Bir]) -> None:
        details = mosip_details(birs[0].type)
        assert details is not None
        left_out = frozenset({*details.left_out, "SB", "others"})
        birs[:] = [replace(birs[0], sb="", others={}, details=replace(details, left_out=left_out))]

    problems = judged("id", _samples(bare)).problems
    assert any(each.startswith("CBEFF_OTHERS_ABSENT") for each in problems)


def test_a_record_that_is_none_is_noted_for_no_server_looks_into_it(judged_written: Judge) -> None:
    part = _part(judged_written(V1_2), "id")
    assert part.problems == ()
    assert any(note.endswith(f":{FILE}/BIR[1]/BDB") for note in part.notes)


def test_an_identity_that_cannot_be_read_names_no_file(judged: Any) -> None:
    problems = judged("id", _file("ID.json", b"{")).problems
    assert "SCHEMA_VERSION_WRONG:ID.json" in problems
    assert f"FILE_WITHOUT_FIELD:{FILE}" in problems


@pytest.mark.parametrize("name", ["officer_bio_cbeff.xml", "supervisor_bio_cbeff.xml"])
def test_an_operators_captures_are_looked_into_and_are_nobody_elses(opened: OpenedPacket, name: str) -> None:
    captured = _part(opened, "id").files[FILE]
    before = judge(opened)
    after = judge(_changed(opened, "id", _file(name, captured)))
    assert (after.is_valid, after.problems) == (before.is_valid, before.problems)
    broken = judge(_changed(opened, "id", _file(name, b"<BIR/>")))
    assert any(each.endswith(name) for each in _part(broken, "id").problems)


def test_more_samples_than_anybody_has_are_told_before_what_is_wrong_with_each(judged: Any) -> None:
    content = _ROOT + b"<BIR/>" * (MOST_SAMPLES + 1) + b"</BIR>"
    assert judged("id", _file(FILE, content)).problems[0] == f"CBEFF_TOO_MANY:{FILE}"


def test_a_file_of_1_1_5_in_a_packet_of_today_lacks_how_its_samples_were_captured(judged: Any) -> None:
    content = _ROOT + b"<BIR><BDBInfo><Type>Face</Type></BDBInfo></BIR></BIR>"
    assert f"CBEFF_OTHERS_ABSENT:{FILE}" in judged("id", _file(FILE, content)).problems


def test_a_part_that_is_not_mosips_is_not_judged(opened: OpenedPacket) -> None:
    extra = replace(_part(opened, "optional"), name="extra", files={"ID.json": b"{"})
    judged = judge(replace(opened, subpackets=(*opened.subpackets, extra)))
    assert _part(judged, "extra").problems == extra.problems


# Exceptions stand in both places (trap 15)


def test_an_exception_that_only_the_description_names_is_told(judged: Any) -> None:
    part = judged("id", _samples(lambda birs: birs.pop()))
    assert part.problems == ("EXCEPTION_NOT_IN_FILE:individualBiometrics/leftLittle",)


def test_an_exception_that_the_description_leaves_out_is_noted(opened: OpenedPacket) -> None:
    assert opened.meta is not None
    packet = judge(replace(opened, meta=replace(opened.meta, missing=())))
    assert packet.is_valid
    assert _part(packet, "id").notes == ("EXCEPTION_NOT_DESCRIBED:individualBiometrics/leftLittle",)


# Times (trap 12): the capture is of 03:04:05, in seconds


def _at(packet: OpenedPacket, created: str) -> OpenedSubpacket:
    assert packet.meta is not None
    return _part(judge(replace(packet, meta=replace(packet.meta, created=created))), "id")


def test_a_capture_after_the_packet_is_told(opened: OpenedPacket) -> None:
    problems = _at(opened, "2026-01-02T03:04:04.999Z").problems
    assert f"CAPTURE_AFTER_PACKET:{FILE}/BIR[1]/others/PAYLOAD/timestamp" in problems
    assert f"CAPTURE_AFTER_PACKET:{FILE}/BIR[1]/others/PAYLOAD/digitalId/dateTime" in problems


def test_a_capture_more_than_half_an_hour_old_is_noted(opened: OpenedPacket) -> None:
    part = _at(opened, "2026-01-02T03:34:05.001Z")
    assert part.problems == ()
    assert f"CAPTURE_TOO_OLD:{FILE}/BIR[1]/others/PAYLOAD/timestamp" in part.notes


@pytest.mark.parametrize("created", ["2026-01-02T03:04:05.000Z", "2026-01-02T03:34:05.000Z"])
def test_a_capture_within_half_an_hour_is_accepted(opened: OpenedPacket, created: str) -> None:
    part = _at(opened, created)
    assert (part.problems, part.notes) == ((), ())


# Other clients


@pytest.fixture
def judged_written(server: KeyPair, machine: KeyPair, decryption_key: DecryptionKey) -> Judge:
    def judged(dialect: Dialect, change: Change | None = None) -> OpenedPacket:
        content = write(dialect).sealed(server.certificate_pem, machine.key.to_pem())
        packet = open_packet(content, decryption_key)
        return judge(_changed(packet, "id", change) if change else packet)

    return judged


@pytest.mark.parametrize("dialect", [V1_1_5, V1_2, ANDROID])
def test_packets_of_other_clients_are_valid(judged_written: Judge, dialect: Dialect) -> None:
    assert judged_written(dialect).is_valid


def test_nobody_asks_for_signatures_in_a_packet_of_1_1_5_and_it_is_noted(judged_written: Judge) -> None:
    packet = judged_written(V1_1_5)
    assert f"SIGNATURES_NOT_ASKED:{FILE}" in _part(packet, "id").notes


def test_a_packet_that_only_calls_itself_old_needs_no_signature(judged_written: Judge) -> None:
    packet = judged_written(replace(V1_2, version="1.1.5.5"), _signature("a..b"))
    assert packet.is_valid
    assert not judged_written(V1_2, _signature("a..b")).is_valid


def test_nobody_asks_an_old_client_how_each_sample_was_captured(judged_written: Judge) -> None:
    def without_one(files: dict[str, bytes]) -> None:
        begin, end = files[FILE].index(b"<others"), files[FILE].index(b"</others>") + len(b"</others>")
        files[FILE] = files[FILE][:begin] + files[FILE][end:]

    assert judged_written(replace(V1_2, version="1.1.5.5"), without_one).is_valid
    assert not judged_written(V1_2, without_one).is_valid


def test_a_packet_of_1_1_5_must_be_right_in_everything_else(judged_written: Judge) -> None:
    assert not judged_written(V1_1_5, _file(FILE, b"<BIR/>")).is_valid
    assert not judged_written(V1_1_5, _file("audit.json", b"[]")).is_valid


def test_mosips_own_packet_is_valid_with_notes(reference_data: Path) -> None:
    folder = reference_data / "mosip" / "packet"
    key = DecryptionKey.from_pem(
        (folder / "server-key.p8").read_bytes() + (folder / "server-cert.pem").read_bytes()
    )
    machine_key = (folder / "machine-pub.pem").read_bytes()
    found = {path.name: judge(open_packet(path.read_bytes(), key, machine_key)) for path in folder.glob("*.zip")}
    valid = [name for name, each in found.items() if each.is_valid]
    assert len(found) == 3
    assert len(valid) == 1
    assert not valid[0].startswith("refuse")
    notes = {each.partition(":")[0] for each in _part(found[valid[0]], "id").notes}
    assert notes == {"CAPTURE_TOO_OLD", "EXCEPTION_NOT_DESCRIBED"}


# Made to harm


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"<BIR>" + b"<a/>" * 2_000_000 + b"</BIR>", id="markup"),
        pytest.param(b"<BIR " + b" ".join(b'a%d=""' % each for each in range(200_000)) + b"/>", id="attributes"),
        pytest.param(_ROOT + b"<BDB>" + b"A" * 8 * MEBIBYTE + b"</BDB></BIR>", id="text"),
        pytest.param(b'<?xml version="1.0" encoding="UTF-7"?><BIR/>', id="another encoding"),
        pytest.param(_ROOT.decode().replace(">", "/>").encode("utf-16"), id="two octets for a letter"),
    ],
)
def test_a_biometric_file_as_no_client_makes_it_is_not_looked_into(judged: Any, content: bytes) -> None:
    tracemalloc.start()
    part = judged("id", _file(FILE, content))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert part.problems == (f"BIOMETRIC_FILE_ABSURD:{FILE}",)
    assert peak < 64 * MEBIBYTE


def test_many_fields_that_name_one_file_cost_one_look(judged: Any) -> None:
    def change(files: dict[str, bytes]) -> None:
        identity = json.loads(files["ID.json"])["identity"]
        reference = identity["individualBiometrics"]
        identity |= {f"field{number}": reference for number in range(2_000)}
        files["ID.json"] = json.dumps({"identity": identity}).encode()
        files[FILE] = b"<BIR/>"

    assert judged("id", change).problems == (f"CBEFF_INCOMPLETE:{FILE}",)


def test_no_more_than_so_many_problems_are_told(judged: Any) -> None:
    def change(files: dict[str, bytes]) -> None:
        identity = {"IDSchemaVersion": 0.1, **{f"field{number}": None for number in range(1_000)}}
        files["ID.json"] = json.dumps({"identity": identity}).encode()

    assert len(judged("id", change).problems) == MOST_PROBLEMS
