"""What follows from a delivery that failed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.errors import Code, MusterError, NetworkUnavailable, NotAuthentic, Refused
from muster.upload.remedies import PacketRefused, Remedy, too_large, what_follows
from muster.upload.signer import ServerNotAuthentic
from muster.upload.transport import SERVER_REFUSED, ServerBusy, SignInWanted

# One of the program's own: codes that a test makes up would have to be translated.
_ANY: Code = SERVER_REFUSED


@pytest.mark.parametrize(
    "error",
    [
        NetworkUnavailable(_ANY, status=0),
        ServerBusy(_ANY, wait=timedelta(0), status=429),
        SignInWanted(_ANY, status=401),
        ServerNotAuthentic(_ANY, status=0),
        Refused(_ANY, status=403),
        Refused(_ANY, status=404),
        Refused(_ANY, status=0, server_code="RPR-PKR-002"),  # of a call, not of a packet
    ],
    ids=lambda error: f"{type(error).__name__} {error.detail}",
)
def test_what_is_in_the_way_says_nothing_about_the_packet(error: MusterError) -> None:
    assert what_follows(error, None) is Remedy.BLOCKED


@pytest.mark.parametrize(
    ("server_code", "remedy", "sentence"),
    [
        ("RPR-PKR-001", Remedy.ANNOUNCE_AGAIN, "PACKET_NOT_AS_ANNOUNCED"),
        ("RPR-PKR-009", Remedy.ANNOUNCE_AGAIN, "PACKET_NOT_AS_ANNOUNCED"),
        ("RPR-PKR-013", Remedy.ANNOUNCE_AGAIN, "PACKET_NOT_AS_ANNOUNCED"),
        ("RPR-PKR-014", Remedy.ANNOUNCE_AGAIN, "PACKET_NOT_AS_ANNOUNCED"),
        ("RPR-PKR-007", Remedy.LATER, "PACKET_NOT_TAKEN_NOW"),
        ("RPR-PKR-008", Remedy.LATER, "PACKET_NOT_TAKEN_NOW"),
        ("RPR-PKR-011", Remedy.LATER, "PACKET_NOT_TAKEN_NOW"),
        ("RPR-PKR-012", Remedy.LATER, "PACKET_NOT_TAKEN_NOW"),
        ("RPR-RGS-030", Remedy.LATER, "PACKET_NOT_TAKEN_NOW"),
        ("RPR-PKR-002", Remedy.GIVE_UP, "PACKET_TOO_LARGE_THERE"),
        ("RPR-PKR-003", Remedy.GIVE_UP, "PACKET_REFUSED"),
        ("RPR-PKR-004", Remedy.GIVE_UP, "PACKET_REFUSED"),
        ("RPR-PKR-010", Remedy.GIVE_UP, "PACKET_FOUND_INFECTED"),
        ("RPR-PKR-015", Remedy.GIVE_UP, "PACKET_NOT_OPENED"),
        ("RPR-PKR-016", Remedy.GIVE_UP, "REQUEST_NOT_OPEN"),
        ("RPR-RGS-026", Remedy.GIVE_UP, "PACKET_REFUSED"),
        ("KER-PUT-019", Remedy.GIVE_UP, "PACKET_REFUSED"),
        ("XYZ-999", Remedy.GIVE_UP, "PACKET_REFUSED"),
        ("?", Remedy.GIVE_UP, "PACKET_REFUSED"),
    ],
)
def test_each_code_has_its_remedy_and_its_sentence(server_code: str, remedy: Remedy, sentence: str) -> None:
    error = PacketRefused(server_code)
    assert (what_follows(error, None), error.code.name) == (remedy, sentence)
    assert server_code in error.sentence


@pytest.mark.parametrize("before", ["RPR-PKR-009", "RPR-PKR-013"])
def test_what_announcing_again_did_not_repair_is_given_up(before: str) -> None:
    assert what_follows(PacketRefused("RPR-PKR-009"), before) is Remedy.GIVE_UP


def test_a_server_that_was_in_trouble_before_may_still_be_told_again() -> None:
    assert what_follows(PacketRefused("RPR-PKR-009"), "RPR-PKR-012") is Remedy.ANNOUNCE_AGAIN


def test_a_file_that_is_not_the_sealed_one_is_given_up() -> None:
    assert what_follows(NotAuthentic(_ANY, status=0), None) is Remedy.GIVE_UP


def test_a_gateway_that_finds_the_packet_too_large_means_the_packet() -> None:
    error = too_large(Refused(SERVER_REFUSED, status=413))
    assert error is not None
    assert what_follows(error, None) is Remedy.GIVE_UP


@pytest.mark.parametrize("status", [400, 403, 404, 414])
def test_a_gateways_other_refusals_do_not(status: int) -> None:
    assert too_large(Refused(SERVER_REFUSED, status=status)) is None
