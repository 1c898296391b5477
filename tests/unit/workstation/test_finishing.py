"""What was signed is sealed: in the background, and at the next start when the program was killed in between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from muster.audit.catalogue import AuditEvent
from muster.domain.registration import RegistrationId
from muster.errors import NetworkUnavailable, Refused
from muster.workstation.embedded_receiver import EmbeddedReceiver
from unit.workstation.desks import QUICK, audited, desk_at, outbox_files

SMALL = replace(QUICK, maximum_packet_bytes=1000)


def test_killed_between_signature_and_seal_it_is_sealed_at_the_next_start(
    signed: tuple[Path, RegistrationId], receiver: EmbeddedReceiver
) -> None:
    root, number = signed
    with desk_at(root, receiver) as desk:
        assert desk.finishing.waiting() == (number,)
        (entry,) = desk.finishing.seal_the_rest()
        assert entry.registration_id == number
        assert desk.finishing.waiting() == ()
    assert outbox_files(root) == [f"{entry.packet_id}.zip"]


def test_sealed_again_it_is_the_same_packet(
    signed: tuple[Path, RegistrationId], receiver: EmbeddedReceiver
) -> None:
    root, number = signed
    with desk_at(root, receiver) as desk:
        first, again = desk.finishing.seal(number), desk.finishing.seal(number)
    assert (first.packet_id, first.digest) == (again.packet_id, again.digest)


def test_what_cannot_be_sealed_says_why_and_stays(
    signed: tuple[Path, RegistrationId], receiver: EmbeddedReceiver
) -> None:
    root, number = signed
    with desk_at(root, receiver, policy=SMALL) as desk:
        assert desk.finishing.seal_the_rest() == ()
        problem = desk.finishing.problem_of(number)
        assert problem is not None and problem.code.name == "PACKET_TOO_LARGE"
        assert desk.finishing.waiting() == (number,)


def test_a_reason_is_audited_once_while_it_lasts(
    signed: tuple[Path, RegistrationId], receiver: EmbeddedReceiver
) -> None:
    root, number = signed
    with desk_at(root, receiver, policy=SMALL) as desk:
        for _ in range(2):
            with pytest.raises(Refused, match="PACKET_TOO_LARGE"):
                desk.finishing.seal(number)
        assert audited(desk, number).count(AuditEvent.SEALING_FAILED.id) == 1


def test_a_station_without_a_network_waits_for_the_certificate_and_calls_it_no_failure(
    signed: tuple[Path, RegistrationId],
) -> None:
    root, number = signed
    with desk_at(root) as desk:
        with pytest.raises(NetworkUnavailable, match="CERTIFICATE_NEEDED"):
            desk.finishing.seal(number)
        assert AuditEvent.SEALING_FAILED.id not in audited(desk, number)


def test_a_reason_is_forgotten_once_it_is_sealed(
    signed: tuple[Path, RegistrationId], receiver: EmbeddedReceiver
) -> None:
    root, number = signed
    with desk_at(root, receiver, policy=SMALL) as desk:
        desk.finishing.seal_the_rest()
        desk._submission._policy = QUICK
        desk.finishing.seal(number)
        assert desk.finishing.problem_of(number) is None
