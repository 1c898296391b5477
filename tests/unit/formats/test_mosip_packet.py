from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.crypto.envelope import DecryptionKey
from muster.errors import MalformedData
from muster.formats import zip_reading
from muster.formats.id_schema import IdSchema
from muster.formats.mosip_packet import (
    CATEGORY_UNKNOWN,
    ENTRY_NAME_UNKNOWN,
    FILE_NAME_AMBIGUOUS,
    PACKET_JSON_UNREADABLE,
    EntryName,
    Sidecar,
    check_file_names,
    compact_time,
    encrypted_hash,
    fields_of,
    find_file,
    hash_of,
    hash_sequence,
    identity_json,
    is_encrypted_hash,
    labelled,
    packet_id,
    parse_hash_sequence,
    parse_identity,
    ref_id_of,
    subpackets_of,
)

RID = "10001100020000120260102030405"
MOMENT = datetime(2026, 1, 2, 3, 10, 0, 999_999, UTC)
SIDECAR = Sidecar(
    id=f"{RID}-10001_10002-20260102031000",
    packetname=f"{RID}_id",
    source="REGISTRATION_CLIENT",
    process="NEW",
    refid="10001_10002",
    schemaversion="0.1",
    signature="AbC",
    encryptedhash="x1",
    providername="PacketWriterImpl",
    providerversion="v1.0",
    creationdate="2026-01-02T03:10:00.123Z",
)
NO_OBJECTS = [b"", b"{", b"[]", b"7", b"null", b'"text"', b"\xff\xfe", b"[" * 100_000]


def shortened(content: object) -> str:
    return repr(content)[:30]


@pytest.mark.parametrize("content", NO_OBJECTS, ids=shortened)
def test_a_sidecar_that_is_no_object_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedData) as caught:
        Sidecar.parse(content)

    assert caught.value.code is PACKET_JSON_UNREADABLE


@pytest.mark.parametrize(
    "content", [*NO_OBJECTS, b"{}", b'{"identity":[]}', b'{"identity":null}', b'{"Identity":{}}'], ids=shortened
)
def test_a_description_without_an_identity_object_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedData) as caught:
        parse_identity(content)

    assert caught.value.code is PACKET_JSON_UNREADABLE


@settings(deadline=None, max_examples=100, database=None)
@given(content=st.binary(max_size=100))
def test_random_octets_are_no_description_and_nothing_else_happens(content: bytes) -> None:
    with pytest.raises(MalformedData):
        parse_identity(content)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ID.json",
        f"NEW/{RID}_id.zip",
        f"/NEW/{RID}_id.zip",
        f"REGISTRATION_CLIENT//{RID}_id.zip",
        f"REGISTRATION_CLIENT/NEW/1/{RID}_id.zip",
        f"REGISTRATION_CLIENT/NEW/{RID}.zip",
        f"REGISTRATION_CLIENT/NEW/{RID}_.zip",
        "REGISTRATION_CLIENT/NEW/_id.zip",
        "REGISTRATION_CLIENT/NEW/_.zip",
        "REGISTRATION_CLIENT/NEW/",
    ],
)
def test_an_entry_name_of_another_shape_is_refused(name: str) -> None:
    with pytest.raises(MalformedData) as caught:
        EntryName.parse(name)

    assert caught.value.code is ENTRY_NAME_UNKNOWN


def test_entries_are_named_after_the_registration_and_not_after_the_packet() -> None:
    entry = EntryName("REGISTRATION_CLIENT", "NEW", RID, "evidence")

    assert entry.archive == f"REGISTRATION_CLIENT/NEW/{RID}_evidence.zip"
    assert entry.sidecar == f"REGISTRATION_CLIENT/NEW/{RID}_evidence.json"
    assert EntryName.parse(entry.archive) == entry


def test_a_process_with_an_iteration_is_read() -> None:
    entry = EntryName.parse(f"REGISTRATION_CLIENT/BIOMETRIC_CORRECTION-2/{RID}_id.zip")

    assert entry.process == "BIOMETRIC_CORRECTION-2"


@pytest.mark.parametrize("category", ["", "PVT", "private", "id", "unknown"])
def test_a_category_mosip_does_not_have_is_refused(category: str) -> None:
    with pytest.raises(MalformedData) as caught:
        subpackets_of(category)

    assert caught.value.code is CATEGORY_UNKNOWN


@pytest.mark.parametrize(
    "category, subpackets",
    [
        ("pvt", ("id",)),
        ("kyc", ("id",)),
        ("evidence", ("evidence",)),
        ("optional", ("optional",)),
        ("none", ("id", "evidence", "optional")),
    ],
)
def test_categories_go_where_the_reference_writer_puts_them(category: str, subpackets: tuple[str, ...]) -> None:
    assert subpackets_of(category) == subpackets


def schema(**categories: str) -> IdSchema:
    fields = {name: {"type": "string", "fieldCategory": each} for name, each in categories.items()}
    return IdSchema.parse(json.dumps({"properties": {"identity": {"properties": fields}}}))


@pytest.mark.parametrize(
    "subpacket, fields",
    [
        ("id", ("UIN", "fullName", "residenceStatus")),
        ("evidence", ("UIN", "introducerRID")),
        ("optional", ("UIN",)),
    ],
)
def test_a_subpacket_holds_the_fields_of_its_categories_in_schema_order(
    subpacket: str, fields: tuple[str, ...]
) -> None:
    ours = schema(UIN="none", fullName="pvt", introducerRID="evidence", residenceStatus="kyc")

    assert fields_of(ours, subpacket) == fields


def test_a_schema_with_an_unknown_category_is_refused() -> None:
    with pytest.raises(MalformedData) as caught:
        fields_of(schema(fullName="private"), "id")

    assert caught.value.code is CATEGORY_UNKNOWN


def test_a_packet_is_named_after_registration_station_and_second() -> None:
    assert packet_id(RID, "10001_10002", MOMENT) == f"{RID}-10001_10002-20260102031000"


def test_compact_times_are_utc_and_cut_to_the_second() -> None:
    east = timezone(timedelta(hours=5, minutes=30))

    assert compact_time(datetime(2026, 1, 2, 3, 0, 0, 999_999, east)) == "20260101213000"


def test_a_sidecar_is_compact_json_with_lower_case_keys_and_text_only() -> None:
    content = SIDECAR.encode()
    values = json.loads(content)

    assert b" " not in content
    assert list(values) == [
        "id", "packetname", "source", "process", "refid", "schemaversion", "signature", "encryptedhash",
        "providername", "providerversion", "creationdate",
    ]  # fmt: skip
    assert {type(value) for value in values.values()} == {str}


def test_a_sidecar_is_read_back_the_same() -> None:
    assert Sidecar.parse(SIDECAR.encode()) == SIDECAR


def test_an_old_sidecar_without_refid_and_with_a_number_is_read() -> None:
    sidecar = Sidecar.parse(b'{"id":"1","schemaversion":0.1,"refid":null,"unknown":[]}')

    assert (sidecar.id, sidecar.schemaversion, sidecar.refid) == ("1", "0.1", "")


def test_the_identity_file_has_the_blanks_of_the_reference_writer() -> None:
    content = identity_json({"IDSchemaVersion": 0.1, "fullName": [{"language": "eng", "value": "Erika"}]})

    assert content == (
        b'{ "identity" : {"IDSchemaVersion":0.1,"fullName":[{"language":"eng","value":"Erika"}]} } '
    )


def test_the_identity_file_is_utf_8_without_escapes() -> None:
    assert identity_json({"fullName": "إريكا"}) == '{ "identity" : {"fullName":"إريكا"} } '.encode()


def test_an_identity_is_read_back_the_same() -> None:
    identity = {"IDSchemaVersion": 0.1, "fullName": [{"language": "ara", "value": "إريكا"}], "phone": None}

    assert parse_identity(identity_json(identity)) == identity


def test_labelled_values_keep_order_and_nulls() -> None:
    assert labelled({"officerId": "anton", "supervisorId": None}) == [
        {"label": "officerId", "value": "anton"},
        {"label": "supervisorId", "value": None},
    ]


def test_a_hash_file_is_upper_case_hex_over_the_files_in_order_without_a_newline() -> None:
    assert hash_of([b"Erika ", b"Mustermann"]) == hashlib.sha256(b"Erika Mustermann").hexdigest().upper().encode()
    assert len(hash_of([b"Erika "])) == 64


def test_the_order_of_the_files_changes_their_hash() -> None:
    assert hash_of([b"a", b"b"]) != hash_of([b"b", b"a"])


def test_the_encrypted_hash_is_unpadded_base64url_of_32_octets() -> None:
    digest = hashlib.sha256(b"encrypted subpacket 3").digest()
    text = encrypted_hash(b"encrypted subpacket 3")

    assert len(text) == 43
    assert base64.urlsafe_b64decode(text + "=") == digest


def test_sequences_name_files_without_extension_and_leave_empty_ones_out() -> None:
    sequences = {
        "biometricSequence": ["individualBiometrics_bio_CBEFF.xml"],
        "demographicSequence": ["proofOfIdentity.pdf", "ID.json"],
        "otherFiles": [],
    }

    assert hash_sequence(sequences) == [
        {"label": "biometricSequence", "value": ["individualBiometrics_bio_CBEFF"]},
        {"label": "demographicSequence", "value": ["proofOfIdentity", "ID"]},
    ]


def test_a_sequence_is_read_across_its_groups_in_order() -> None:
    groups = hash_sequence({"biometricSequence": ["face.xml"], "demographicSequence": ["b.pdf", "ID.json"]})

    assert parse_hash_sequence({"hashSequence1": groups}, "hashSequence1") == ("face", "b", "ID")


@pytest.mark.parametrize(
    "meta", [{}, {"hashSequence1": None}, {"hashSequence1": {}}, {"hashSequence2": []}], ids=repr
)
def test_a_missing_sequence_is_nothing(meta: dict[str, object]) -> None:
    assert parse_hash_sequence(meta, "hashSequence1") is None


@pytest.mark.parametrize(
    "group", [7, None, "ID", [], {}, {"value": "ID"}, {"value": None}, {"label": "x"}], ids=repr
)
def test_a_sequence_with_a_group_that_is_none_is_refused(group: object) -> None:
    with pytest.raises(MalformedData) as caught:
        parse_hash_sequence({"hashSequence1": [group]}, "hashSequence1")

    assert caught.value.code is PACKET_JSON_UNREADABLE


@pytest.mark.parametrize("name", ["id", "ID", "Id"])
def test_files_are_found_without_extension_and_whatever_their_case(name: str) -> None:
    assert find_file({"audit.json": b"1", "ID.json": b"2"}, name) == b"2"


@pytest.mark.parametrize("name", ["", "ID.json", "I", "audit.json.json"])
def test_a_file_that_is_not_there_is_not_found(name: str) -> None:
    assert find_file({"audit.json": b"1", "ID.json": b"2"}, name) is None


def test_only_the_last_extension_is_left_out() -> None:
    assert find_file({"proof.of.identity.pdf": b"1"}, "proof.of.identity") == b"1"


def test_of_two_files_with_one_stem_the_first_is_found_as_mosip_does() -> None:
    assert find_file({"ID.txt": b"1", "ID.json": b"2"}, "ID") == b"1"


@pytest.mark.parametrize("text", ["1000110002", "10001100020000120260102030000", "1000110002x"])
def test_the_station_is_in_the_first_ten_digits_of_a_registrations_number(text: str) -> None:
    assert ref_id_of(text) == "10001_10002"


@pytest.mark.parametrize("text", ["", "100011000", "1000x10002", " 1000110002", "\u0661" * 10, "REGISTRATION"])
def test_what_does_not_begin_with_ten_digits_names_no_station(text: str) -> None:
    assert ref_id_of(text) == ""


@pytest.mark.parametrize("names", [
    ["ID.json", "ID.txt"], ["ID.json", "id.json"], ["ID", "ID.json"], ["a.b.pdf", "A.B.jpg"],
    ["ID.json", "\u0131d.pdf"],
])  # fmt: skip
def test_names_that_a_server_takes_for_one_are_ambiguous(names: list[str]) -> None:
    with pytest.raises(MalformedData) as caught:
        check_file_names(names)
    assert caught.value.code is FILE_NAME_AMBIGUOUS


def test_names_that_differ_in_more_are_not_ambiguous() -> None:
    check_file_names(["ID.json", "ID.2.json", "IDs.json", "x/ID.json"])


MOSIPS_PACKET = "10001100020000120261121000000-10001_10002-20261121024627.zip"


@pytest.fixture(scope="module")
def mosips_key(reference_data: Path) -> DecryptionKey:
    return DecryptionKey.from_pem((reference_data / "mosip" / "packet" / "server-key.p8").read_bytes())


@pytest.fixture(scope="module")
def mosips_entries(reference_data: Path, mosips_key: DecryptionKey) -> dict[str, bytes]:
    """The outer archive of a packet that MOSIP's own code wrote."""
    packet = (reference_data / "mosip" / "packet" / MOSIPS_PACKET).read_bytes()
    return zip_reading.unpack(mosips_key.decrypt(packet))


@pytest.mark.parametrize("subpacket", ["id", "evidence", "optional"])
def test_the_data_hash_of_mosips_own_packet_is_the_one_we_compute(
    mosips_entries: dict[str, bytes], mosips_key: DecryptionKey, subpacket: str
) -> None:
    entry = EntryName("REGISTRATION_CLIENT", "NEW", "10001100020000120261121000000", subpacket)
    files = zip_reading.unpack(mosips_key.decrypt(mosips_entries[entry.archive]))
    sequence = parse_hash_sequence(parse_identity(files["packet_meta_info.json"]), "hashSequence1")
    contents = [find_file(files, name) or b"" for name in sequence or ()]

    assert contents
    assert all(contents)
    assert hash_of(contents) == files["packet_data_hash.txt"]


@pytest.mark.parametrize("subpacket", ["id", "evidence", "optional"])
def test_the_sidecars_of_mosips_own_packet_are_read_and_written_back(
    mosips_entries: dict[str, bytes], subpacket: str
) -> None:
    entry = EntryName("REGISTRATION_CLIENT", "NEW", "10001100020000120261121000000", subpacket)
    sidecar = Sidecar.parse(mosips_entries[entry.sidecar])

    assert sidecar.packetname == entry.packet_name
    assert sidecar.refid == "10001_10002"
    assert sidecar.encryptedhash == encrypted_hash(mosips_entries[entry.archive])
    assert json.loads(sidecar.encode()) == json.loads(mosips_entries[entry.sidecar])


def test_an_encrypted_hash_counts_in_either_alphabet_and_for_its_octets_only() -> None:
    octets = next(each for each in (bytes([n]) for n in range(256)) if set("-_") & set(encrypted_hash(each)))
    hash_ = encrypted_hash(octets)

    assert is_encrypted_hash(hash_, octets)
    assert is_encrypted_hash(hash_.replace("-", "+").replace("_", "/") + "=", octets)
    assert not is_encrypted_hash(hash_, octets + b"!")
    assert not is_encrypted_hash("no base64", octets)
