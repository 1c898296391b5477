"""Taking packets: MOSIP's RPR-PKR codes one by one, in MOSIP's order."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from muster.crypto.envelope import encrypt
from muster.domain.delivery import ServerStatus
from muster.errors import StorageUnavailable
from muster.formats.mosip_packet import hash_of
from muster.formats.packet_meta import TRAINING_MARK
from muster.formats.zip_archive import pack
from muster.packet.assemble import AssembledPacket, assemble
from muster.packet.seal import SealedPacket, seal
from muster.receiver.machines import Standing
from muster.receiver.operations import Receiver
from muster.receiver.tables import announcement, machine, packet
from unit.packet.contents_fixture import RID, make_contents, make_schema
from unit.receiver.counter import NOW, REF_ID, Counter, codes, rendered, resealed

LIMIT = 5 * 1024 * 1024


def _edit_sidecar(files: dict[str, bytes], part: str, **changes: str) -> None:
    name = f"REGISTRATION_CLIENT/NEW/{RID}_{part}.json"
    files[name] = json.dumps({**json.loads(files[name]), **changes}).encode()


def _sealed_with(counter: Counter, subpackets: dict[str, dict[str, bytes]]) -> SealedPacket:
    """A packet that the machine signed whatever it holds."""
    genuine = assemble(make_contents(), make_schema())
    changed = AssembledPacket(
        genuine.registration_id,
        genuine.packet_id,
        genuine.ref_id,
        genuine.process,
        genuine.schema_version,
        genuine.created_at,
        {name: {**genuine.subpackets[name], **files} for name, files in subpackets.items()},
    )
    sign, server = counter.keys.machine.key.sign, counter.keys.server.certificate_pem
    return seal(changed, sign=sign, encrypt=partial(encrypt, server))


# Before anything is decrypted


def test_a_packet_that_was_not_announced_is_refused(counter: Counter, sealed: SealedPacket) -> None:
    assert codes(counter.send(sealed)) == ["RPR-PKR-001"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".zip",
        "../x.zip",
        "../../server.pem",
        "/etc/passwd",
        "a/b.zip",
        "a\\b.zip",
        "\0.zip",
        "~.zip",
        "é.zip",
    ],
)
def test_a_file_name_that_could_be_a_path_is_refused_and_touches_no_disk(counter: Counter, name: str) -> None:
    before = counter.files()
    assert codes(counter.upload(name, b"content")) == ["RPR-PKR-001"]
    assert counter.files() == before


def test_other_bytes_than_the_announced_ones_are_refused(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed)
    assert codes(counter.upload(f"{sealed.packet_id}.zip", sealed.content + b"\0")) == ["RPR-PKR-009"]


def test_a_file_that_is_not_named_zip_is_refused(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed)
    assert codes(counter.upload(f"{sealed.packet_id}.tar", sealed.content)) == ["RPR-PKR-003"]


def test_another_size_than_the_announced_one_is_refused(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed, packetSize=sealed.size - 1)
    assert codes(counter.send(sealed)) == ["RPR-PKR-013"]


def test_a_packet_above_the_limit_is_refused(counter: Counter, sealed: SealedPacket) -> None:
    large = resealed(sealed, bytes(LIMIT + 1))
    counter.announce(large)
    assert codes(counter.send(large)) == ["RPR-PKR-002"]


def test_a_packet_at_the_limit_is_looked_at(counter: Counter, sealed: SealedPacket) -> None:
    large = resealed(sealed, bytes(LIMIT))
    counter.announce(large)
    assert codes(counter.send(large)) == ["RPR-PKR-015"]


def test_the_hash_is_compared_before_the_name_and_the_size(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed, packetSize=1)
    assert codes(counter.upload(f"{sealed.packet_id}.tar", b"other")) == ["RPR-PKR-009"]


def test_the_name_is_compared_before_the_size(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed, packetSize=1)
    assert codes(counter.upload(f"{sealed.packet_id}.tar", sealed.content)) == ["RPR-PKR-003"]


def test_a_hash_in_lower_case_is_the_same_hash(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed, packetHashValue=sealed.digest.lower())
    assert codes(counter.send(sealed)) == []


# What only opening shows


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x05\x06" + bytes(18), bytes(5000)])
def test_a_file_that_is_no_encrypted_packet_is_refused(
    counter: Counter, sealed: SealedPacket, content: bytes
) -> None:
    announced = resealed(sealed, content)
    counter.announce(announced)
    assert codes(counter.send(announced)) == ["RPR-PKR-015"]


def test_a_packet_for_another_server_is_refused(counter: Counter, sealed: SealedPacket) -> None:
    other = resealed(sealed, encrypt(counter.keys.stranger.certificate_pem, pack({})))
    counter.announce(other)
    assert codes(counter.send(other)) == ["RPR-PKR-015"]


def test_a_packet_of_an_unknown_station_is_refused(counter: Counter, sealed: SealedPacket) -> None:
    counter.storage.known.decide(REF_ID, Standing.BARRED, "supervisor")
    counter.announce(sealed)
    assert codes(counter.send(sealed)) == ["KER-PUT-019"]


def test_a_packet_signed_with_another_key_is_refused(counter: Counter, sealed: SealedPacket) -> None:
    counter.storage.register_machine(REF_ID, counter.keys.stranger.key.public_pem)
    counter.announce(sealed)
    assert codes(counter.send(sealed)) == ["KER-PUT-019"]


@pytest.mark.parametrize("changes", [{"signature": "AAAA"}, {"signature": ""}, {"encryptedhash": "AAAA"}])
def test_a_sidecar_that_does_not_fit_is_refused(
    counter: Counter, sealed: SealedPacket, changes: dict[str, str]
) -> None:
    forged = counter.forged(sealed, lambda files: _edit_sidecar(files, "evidence", **changes))
    counter.announce(forged)
    assert codes(counter.send(forged)) == ["KER-PUT-019"]


def test_a_signed_packet_with_a_wrong_data_hash_is_refused(counter: Counter) -> None:
    wrong = {"packet_data_hash.txt": hashlib.sha256(b"other").hexdigest().upper().encode()}
    packet = _sealed_with(counter, {"id": wrong, "evidence": {}, "optional": {}})
    counter.announce(packet)
    assert codes(counter.send(packet)) == ["RPR-PVM-005"]


def test_a_signed_packet_with_a_slipped_in_file_is_refused(counter: Counter) -> None:
    packet = _sealed_with(counter, {"id": {}, "evidence": {"more.pdf": b"%PDF"}, "optional": {}})
    counter.announce(packet)
    assert codes(counter.send(packet)) == ["RPR-PVM-005"]


def test_a_packet_without_one_of_its_parts_is_refused(counter: Counter) -> None:
    packet = _sealed_with(counter, {"id": {}, "evidence": {}})
    counter.announce(packet)
    assert codes(counter.send(packet)) == ["RPR-PVM-004"]


def test_a_packet_under_another_packets_name_is_refused(counter: Counter, sealed: SealedPacket) -> None:
    other_id = sealed.packet_id.replace("031000", "031001")
    counter.announce(sealed, packetId=other_id)
    assert codes(counter.upload(f"{other_id}.zip", sealed.content)) == ["RPR-PKR-007"]


def test_a_packet_under_another_registrations_number_is_refused(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed, registrationId=RID.replace("00001", "00002"))
    assert codes(counter.send(sealed)) == ["RPR-PKR-007"]


def _with_audit(counter: Counter, content: bytes) -> SealedPacket:
    files = {"audit.json": content, "packet_operations_hash.txt": hash_of([content])}
    return _sealed_with(counter, {"id": files, "evidence": {}, "optional": {}})


def test_a_packet_without_audit_records_is_refused_with_the_packet_managers_code(counter: Counter) -> None:
    empty = _with_audit(counter, b"[]")
    counter.announce(empty)
    assert codes(counter.send(empty)) == ["KER-KPM-008"]


def test_a_packet_whose_contents_no_stage_would_take_is_rejected_and_its_status_says_so(counter: Counter) -> None:
    odd = _with_audit(counter, b'[{"a":1}]')
    counter.announce(odd)
    answer = counter.send(odd)
    assert answer["errors"] == [
        {"errorCode": "PACKET_REJECTED", "message": "The packet is rejected: AUDIT_WRONG"},
    ]
    assert counter.storage.accepted_ids() == ()
    assert _status(counter, {"packetId": odd.packet_id}, {"registrationId": RID})["response"] == [
        {"packetId": odd.packet_id, "statusCode": "REJECTED"},
        {"registrationId": RID, "statusCode": "REJECTED"},
    ]


def test_a_rejected_packet_may_come_again_made_better(counter: Counter, sealed: SealedPacket) -> None:
    odd = _with_audit(counter, b'[{"a":1}]')
    counter.announce(odd)
    counter.send(odd)
    counter.announce(sealed)
    assert codes(counter.send(sealed)) == []
    assert _status(counter, {"packetId": sealed.packet_id})["response"][0]["statusCode"] == "ACCEPTED"


def test_a_refused_packet_is_not_kept(counter: Counter, sealed: SealedPacket) -> None:
    other = resealed(sealed, bytes(5000))
    counter.announce(other)
    counter.send(other)
    assert counter.storage.accepted_ids() == ()
    assert not list(counter.folder.glob("packets/*"))


# Success


def test_a_good_packet_is_taken_with_mosips_sentence(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed)
    assert counter.send(sealed) == {
        "id": "mosip.registration.packet",
        "version": "1.0",
        "responsetime": "2026-01-02T03:15:00.000Z",
        "response": {"status": "Packet has reached Packet Receiver"},
        "errors": None,
    }


def test_a_refusal_has_no_response(counter: Counter, sealed: SealedPacket) -> None:
    answer = counter.send(sealed)
    assert answer["response"] is None
    assert answer["errors"] == [
        {"errorCode": "RPR-PKR-001", "message": "Packet Not Found in Sync Table"},
    ]


def test_a_taken_packet_is_kept_byte_for_byte(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed)
    counter.send(sealed)
    assert counter.storage.packet(sealed.packet_id) == sealed.content
    row = counter.storage.accepted(sealed.packet_id)
    assert row is not None
    assert row.pop("object_name").startswith(f"packets/{sealed.packet_id}.")
    assert row == {
        "packet_id": sealed.packet_id,
        "registration_id": sealed.registration_id,
        "ref_id": REF_ID,
        "digest": sealed.digest.lower(),
        "size": sealed.size,
        "received_at": "2026-01-02T03:15:00.000Z",
    }


def test_the_same_packet_again_is_a_duplicate(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed)
    counter.send(sealed)
    answer = counter.send(sealed)
    assert codes(answer) == ["RPR-PKR-005"]
    assert "duplicate" in answer["errors"][0]["message"].lower()


def test_announcing_again_after_it_was_taken_leaves_it_a_duplicate(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed)
    counter.send(sealed)
    counter.announce(sealed)
    assert codes(counter.send(sealed)) == ["RPR-PKR-005"]


def test_a_taken_packet_that_was_sealed_anew_is_a_duplicate(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed)
    counter.send(sealed)
    anew = resealed(sealed, b"sealed for another certificate")
    assert codes(counter.announce(anew)) == []
    assert codes(counter.send(anew)) == ["RPR-PKR-005"]
    assert counter.storage.packet(sealed.packet_id) == sealed.content


def test_announcing_again_repairs_a_wrong_hash(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed, packetHashValue="00")
    assert codes(counter.send(sealed)) == ["RPR-PKR-009"]
    counter.announce(sealed)
    assert codes(counter.send(sealed)) == []


def test_of_two_uploads_at_once_one_is_first(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: codes(counter.send(sealed)), range(4)))
    assert sorted(answers) == [[], ["RPR-PKR-005"], ["RPR-PKR-005"], ["RPR-PKR-005"]]


def test_a_taken_packet_survives_a_restart(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed)
    counter.send(sealed)
    again = counter.restart()
    assert again.storage.packet(sealed.packet_id) == sealed.content
    assert codes(again.send(sealed)) == ["RPR-PKR-005"]


def test_a_packet_whose_record_was_not_written_yet_is_taken_again(counter: Counter, sealed: SealedPacket) -> None:
    # A crash between packet and row: the row is written last, so the packet does not count.
    counter.announce(sealed)
    counter.send(sealed)
    with counter.storage.database.writing() as connection:
        connection.execute(packet.delete())
    assert codes(counter.restart().send(sealed)) == []


# A disk that takes nothing


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **more: object) -> int:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "open", refuse)


def test_an_announcement_that_cannot_be_kept_is_refused_for_now(counter: Counter, sealed: SealedPacket) -> None:
    with counter.broken(announcement):
        assert codes(counter.announce(sealed)) == ["RPR-RGS-030"]


def test_a_packet_that_cannot_be_kept_is_refused_for_now_and_taken_later(
    counter: Counter, sealed: SealedPacket, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    counter.announce(sealed)
    request.getfixturevalue("full_disk")
    assert codes(counter.send(sealed)) == ["RPR-PKR-012"]
    monkeypatch.undo()
    assert codes(counter.send(sealed)) == []


# What became of packets


def _status(counter: Counter, *asked: Any, **changes: Any) -> dict[str, Any]:
    body = {"id": "mosip.registration.packet.external.status", "version": "1.0", "request": asked, **changes}
    return rendered(counter.receiver.status(json.dumps(body).encode()))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"5", b"null", b"{}", b'{"request":5}', b'{"request":[5]}', b'{"request":["ab"]}',
        b"\xff",
        b'{"request":' + b"[" * 100_000,
    ],
)  # fmt: skip
def test_an_unreadable_status_request_is_refused(counter: Counter, body: bytes) -> None:
    assert codes(counter.receiver.status(body)) == ["RPR-RGS-017"]


@pytest.mark.parametrize("asked", [{}, {"packetId": ["a"]}, {"registrationId": {}}, {"packetId": None}])
def test_what_names_no_packet_has_no_status(
    counter: Counter, sealed: SealedPacket, asked: dict[str, object]
) -> None:
    counter.announce(sealed)
    counter.send(sealed)
    assert _status(counter, asked)["response"] == []


@pytest.mark.parametrize("id_", [float("nan"), "\ud800", [], None])
def test_a_request_id_that_json_cannot_carry_is_not_repeated(counter: Counter, id_: object) -> None:
    assert _status(counter, id=id_)["id"] is None


def test_an_unknown_packet_has_no_status(counter: Counter, sealed: SealedPacket) -> None:
    assert _status(counter, {"packetId": sealed.packet_id})["response"] == []


def test_a_packet_that_was_announced_and_did_not_come_is_waited_for(
    counter: Counter, sealed: SealedPacket
) -> None:
    counter.announce(sealed)
    assert _both(counter, sealed) == ("UPLOAD_PENDING", "UPLOAD_PENDING")


def _both(counter: Counter, sealed: SealedPacket) -> tuple[str, str]:
    """What the two calls say of a packet and of its registration."""
    (packet,) = _status(counter, {"packetId": sealed.packet_id})["response"]
    (registration,) = _status(counter, {"registrationId": RID})["response"]
    return packet["statusCode"], registration["statusCode"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ServerStatus.PROCESSED, ("ACCEPTED", "PROCESSED")),
        (ServerStatus.REREGISTER, ("ACCEPTED", "REREGISTER")),
        (ServerStatus.UIN_GENERATED, ("ACCEPTED", "UIN_GENERATED")),
        (ServerStatus.RESEND, ("RESEND", "RESEND")),
        (ServerStatus.REJECTED, ("REJECTED", "REJECTED")),
    ],
)
def test_a_state_that_was_set_is_said_in_each_calls_words(
    counter: Counter, sealed: SealedPacket, state: ServerStatus, said: tuple[str, str]
) -> None:
    counter.announce(sealed)
    counter.send(sealed)
    counter.storage.set_state(sealed.packet_id, state)
    assert _both(counter, sealed) == said


def test_a_packet_that_is_wanted_again_is_taken_once_more_and_then_a_duplicate(
    counter: Counter, sealed: SealedPacket
) -> None:
    counter.announce(sealed)
    counter.send(sealed)
    counter.storage.set_state(sealed.packet_id, ServerStatus.RESEND)
    assert codes(counter.send(sealed)) == []
    assert _both(counter, sealed) == ("ACCEPTED", "RECEIVED")
    assert codes(counter.send(sealed)) == ["RPR-PKR-005"]


def test_a_taken_packet_is_accepted_by_its_packet_id(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed)
    counter.send(sealed)
    assert _status(counter, {"packetId": sealed.packet_id})["response"] == [
        {"packetId": sealed.packet_id, "statusCode": "ACCEPTED"}
    ]


def test_a_taken_packet_is_received_by_its_registration_id(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed)
    counter.send(sealed)
    assert _status(counter, {"registrationId": RID}, {"registrationId": "1"})["response"] == [
        {"registrationId": RID, "statusCode": "RECEIVED"}
    ]


# Certificate


@pytest.mark.parametrize(
    ("application", "reference"), [("KERNEL", "OTHER"), ("", "10001_10002"), ("REGISTRATION", "")]
)
def test_other_certificates_are_not_given_out(counter: Counter, application: str, reference: str) -> None:
    answer = counter.receiver.certificate(application, reference)
    assert codes(answer) == ["KER-KMS-002"]
    assert answer["response"] is None


def test_the_certificate_is_the_keys_and_holds_no_private_part(counter: Counter) -> None:
    response = counter.receiver.certificate("REGISTRATION", "10001_10002")["response"]
    assert response["certificate"].encode() == counter.keys.server.certificate_pem
    assert response["issuedAt"] == "2026-01-01T03:00:00.000Z"
    assert response["expiryAt"] == "2027-01-01T03:00:00.000Z"


def _of_training(counter: Counter) -> SealedPacket:
    contents = make_contents()
    marked = replace(contents, client_version=f"{contents.client_version}{TRAINING_MARK}")
    sign = counter.keys.machine.key.sign
    encrypting = partial(encrypt, counter.keys.server.certificate_pem)
    return seal(assemble(marked, make_schema()), sign=sign, encrypt=encrypting)


def test_what_a_training_station_packed_is_rejected_and_not_kept(counter: Counter) -> None:
    sealed = _of_training(counter)
    counter.announce(sealed)
    answer = counter.send(sealed)
    assert codes(answer) == ["PACKET_REJECTED"]
    assert "training" in answer["errors"][0]["message"]
    assert not counter.storage.accepted_ids()


def test_a_server_for_training_takes_it(counter: Counter) -> None:
    sealed = _of_training(counter)
    counter.announce(sealed)
    receiver = Receiver(counter.storage, lambda: NOW, training=True)
    assert codes(rendered(receiver.upload(f"{sealed.packet_id}.zip", sealed.content))) == []
    assert counter.storage.accepted_ids() == (sealed.packet_id,)


def test_a_packet_is_not_refused_because_the_database_is_away(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed)
    with counter.broken(machine), pytest.raises(StorageUnavailable):
        counter.send(sealed)
    assert counter.send(sealed)["response"] is not None
