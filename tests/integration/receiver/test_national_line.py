"""What a hub accepted goes on to a national system, a MOSIP or one that takes enrollments, signed in there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa

from integration.receiver.conftest import Place
from integration.receiver.line import URL
from integration.receiver.national import PASSWORD, National, pass_time
from muster.crypto.envelope import encrypt
from muster.domain.registration import RegistrationId
from muster.errors import BadInput
from muster.formats.govstack import NO_FIELD, EnrollmentRequest
from muster.packet.assemble import assemble
from muster.packet.contents import FieldCaptures
from muster.packet.seal import SealedPacket, seal
from muster.receiver.forwarding import Forwarding, going_on
from muster.receiver.forwarding_queue import PacketQueue, Resealed
from muster.receiver.national_line import NationalLine
from muster.receiver.settings import ForwardTo, parse_settings
from muster.receiver.tables import forward
from muster.upload.transport import Transport
from unit.packet.contents_fixture import FIELDS, STARTED_AT, make_contents, make_samples, make_schema
from unit.receiver.counter import REF_ID, Keys


def _forwarding(place: Place, national: National, settings: ForwardTo, sealed: SealedPacket) -> Forwarding:
    """Of a hub that has just accepted the packet."""
    hub = place.open()
    line = NationalLine(settings, hub, place.clock, lambda url: Transport(url, transport=national.line))
    forwarding = going_on(hub, line, place.clock)
    entry = {
        "registrationId": sealed.registration_id, "registrationType": "NEW", "langCode": "eng",
        "supervisorStatus": "APPROVED",
    }  # fmt: skip
    hub.announce(sealed.packet_id, entry)
    hub.accept(sealed.packet_id, sealed.content)
    return forwarding


def _counts(place: Place) -> dict[str, int]:
    return PacketQueue(place.open().database, place.clock).counts()


# Settings


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"kind": "mosipp"}, "kind"),
        ({"machine_key": None}, "machine_key"),
        ({"machine_key": Path("/nowhere")}, "machine_key"),
        ({"password_file": None}, "password_file"),
        ({"password_file": Path("/dev/null")}, "password_file"),
        ({"answers_signed_by": Path("/dev/null")}, "answers_signed_by"),
    ],
)
def test_a_line_that_nobody_could_go_is_refused_at_once(
    small: Place, tmp_path: Path, change: dict[str, object], name: str
) -> None:
    for file, content in (("password", b"x"), ("machine.pem", small.keys.stranger.key.to_pem())):
        (tmp_path / file).write_bytes(content)
    good = ForwardTo(URL, user="hub", password_file=tmp_path / "password", machine_key=tmp_path / "machine.pem")
    NationalLine(good, small.open(), small.clock)
    with pytest.raises(BadInput) as caught:
        NationalLine(replace(good, **change), small.open(), small.clock)  # type: ignore[arg-type]
    assert caught.value.detail["name"] == f"forward.{name}"


@pytest.mark.parametrize(
    ("forward", "name"),
    [
        ({}, "forward.url"),
        ({"url": URL, "password": "x"}, "forward.password"),
        ({"url": URL, "signed_requests": "yes"}, "forward.signed_requests"),
        ({"url": URL, "password_file": 1}, "forward.password_file"),
    ],
)
def test_an_entry_of_the_line_that_is_none_or_wrong_is_named(forward: dict[str, object], name: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_settings({"forward": forward}, {})
    assert caught.value.detail["name"] == name


# Refused there


def test_with_a_wrong_password_packets_wait(small: Place, national: National, sealed: SealedPacket) -> None:
    forwarding = _forwarding(small, national, national.settings("mosip"), sealed)
    (national.files / "password").write_text("wrong")
    assert forwarding.round() == 0
    assert _counts(small) == {"waiting": 1}
    assert national.storage.accepted_ids() == ()
    (national.files / "password").write_text(PASSWORD)
    pass_time(small, national, timedelta(minutes=5))
    assert forwarding.round() == 1


def test_a_password_that_was_refused_is_not_asked_with_again_for_half_an_hour(
    small: Place, national: National, sealed: SealedPacket
) -> None:
    forwarding = _forwarding(small, national, national.settings("mosip"), sealed)
    (national.files / "password").write_text("wrong")
    asked = []
    for wait in (timedelta(0), timedelta(minutes=10), timedelta(minutes=30)):
        pass_time(small, national, wait)
        assert forwarding.round() == 0
        asked.append(_sign_ins(national))
    assert asked == [1, 1, 2]


def _sign_ins(national: National) -> int:
    return sum(each.url.path.endswith("/useridpwd") for each in national.line.heard)


def test_to_a_server_that_signs_with_another_certificate_nothing_goes(
    small: Place, national: National, sealed: SealedPacket
) -> None:
    forwarding = _forwarding(small, national, national.settings("mosip"), sealed)
    (national.files / "signer.pem").write_bytes(small.keys.machine.certificate_pem)
    assert forwarding.round() == 0
    assert (_counts(small), national.storage.accepted_ids()) == ({"waiting": 1}, ())


def test_a_packet_that_an_enrollment_has_no_place_for_waits_for_a_person_and_the_next_goes(
    small: Place, national: National, sealed: SealedPacket, keys: Keys
) -> None:
    (face,) = make_samples(keys.stranger)[-1:]
    second = {**FIELDS["individualBiometrics"], "fieldCategory": "evidence"}
    two_people = replace(
        make_contents(samples=(face,), registration_id=RegistrationId.compose("10001", "10002", 7, STARTED_AT)),
        further=(FieldCaptures("introducerBiometrics", (face,)),),
    )
    packet = seal(
        assemble(two_people, make_schema({**FIELDS, "introducerBiometrics": second})),
        sign=keys.machine.key.sign,
        encrypt=partial(encrypt, keys.server.certificate_pem),
    )
    _forwarding(small, national, national.settings("govstack"), packet)
    assert _forwarding(small, national, national.settings("govstack"), sealed).round() == 1
    assert _counts(small) == {"refused": 1, "sent": 1}
    with small.open().database.reading() as connection:
        codes = set(connection.scalars(sa.select(forward.c.code)))
    assert codes == {None, "SAMPLES_OF_ONE_FIELD"}


def test_a_packet_that_does_not_open_waits_for_a_person_with_the_code_of_what_is_wrong(
    small: Place, national: National, sealed: SealedPacket
) -> None:
    forwarding = _forwarding(small, national, national.settings("govstack"), replace(sealed, content=b"no packet"))
    assert forwarding.round() == 0
    refused = PacketQueue(small.open().database, small.clock).refusals(1)
    assert refused == [(sealed.packet_id, "ENVELOPE_TOO_SHORT")]


# More slowly than the lease takes


class _Slow(httpx2.BaseTransport):
    """``meanwhile`` happens once, before the answer of the path that ends so is heard."""

    def __init__(self, line: httpx2.BaseTransport, path_end: str, meanwhile: Callable[[], object]) -> None:
        self._line = line
        self._path_end = path_end
        self._meanwhile: Callable[[], object] | None = meanwhile

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = self._line.handle_request(request)
        if request.url.path.endswith(self._path_end) and self._meanwhile is not None:
            self._meanwhile()
            self._meanwhile = None
        return answer


def _overtaken(place: Place, national: National, sealed: SealedPacket, path_end: str) -> Forwarding:
    """After a round in which another process took the packet while the answer of that path was waited for."""

    def taken() -> None:
        pass_time(place, national, timedelta(minutes=11))
        assert PacketQueue(place.open().database, place.clock).take() is not None

    _forwarding(place, national, national.settings("mosip"), sealed)
    hub, slow = place.open(), _Slow(national.line, path_end, taken)
    line = NationalLine(national.settings("mosip"), hub, place.clock, lambda url: Transport(url, transport=slow))
    forwarding = going_on(hub, line, place.clock)
    assert forwarding.round() == 0
    return forwarding


def test_who_lost_a_packet_while_it_was_sent_leaves_what_was_sealed_to_who_has_it_now(
    place: Place, national: National, sealed: SealedPacket
) -> None:
    forwarding = _overtaken(place, national, sealed, "/registrationpackets")
    assert _counts(place) == {"waiting": 1}
    pass_time(place, national, timedelta(minutes=11))
    assert forwarding.round() == 1
    assert (_counts(place), list(place.open().objects.listed("forwards/"))) == ({"sent": 1}, [])


def test_who_lost_a_packet_before_it_was_sealed_announces_nothing_and_leaves_nothing_behind(
    place: Place, national: National, sealed: SealedPacket
) -> None:
    _overtaken(place, national, sealed, "/getCertificate")
    assert not any(each.url.path.endswith("/syncV2") for each in national.line.heard)
    assert list(place.open().objects.listed("forwards/")) == []


def test_what_was_sealed_and_is_gone_is_sealed_anew_and_keeps_no_other_waiting(
    small: Place, national: National, sealed: SealedPacket
) -> None:
    forwarding, hub = _forwarding(small, national, national.settings("mosip"), sealed), small.open()
    hub.forwards = queue = PacketQueue(hub.database, small.clock)
    due = queue.take()
    assert due is not None
    queue.sealed(due, Resealed("forwards/gone", "0" * 64, 1))
    pass_time(small, national, timedelta(minutes=11))
    hub.accept(f"{1:029}", sealed.content)  # which nobody announced: refused there
    assert (forwarding.round(), _counts(small)) == (0, {"refused": 1, "waiting": 1})
    pass_time(small, national, timedelta(minutes=5))
    assert (forwarding.round(), _counts(small)) == (1, {"refused": 1, "sent": 1})


# Gone on


@pytest.mark.parametrize("way", ["mosip", "govstack"])
def test_what_was_accepted_goes_on_once_though_an_answer_is_lost(
    place: Place, national: National, sealed: SealedPacket, way: str
) -> None:
    forwarding = _forwarding(place, national, national.settings(way), sealed)
    national.line.broken = True
    assert forwarding.round() == 0
    assert _counts(place) == {"waiting": 1}
    assert forwarding.round() == 0  # not yet its time
    national.line.broken = False
    pass_time(place, national, timedelta(minutes=5))
    assert forwarding.round() == 1
    assert (_counts(place), list(place.open().objects.listed("forwards/"))) == ({"sent": 1}, [])
    if way == "mosip":
        assert national.storage.accepted_ids() == (sealed.packet_id,)
        assert national.storage.packet(sealed.packet_id) != sealed.content
    else:
        assert national.storage.accepted_ids() == ()


def test_an_enrollment_says_what_the_packet_holds(small: Place, national: National, sealed: SealedPacket) -> None:
    assert _forwarding(small, national, national.settings("govstack"), sealed).round() == 1
    kept = national.storage.enrollment(sealed.registration_id)
    assert kept is not None
    enrolled = EnrollmentRequest.parse(kept)
    assert (enrolled.id, enrolled.ref_id, enrolled.process) == (sealed.registration_id, REF_ID, "NEW")
    assert enrolled.fields["email"] == "erika@mustermann.example"
    assert (set(enrolled.biometrics) - {NO_FIELD}, enrolled.offline) == (set(), True)
    asked = [each.url.path for each in national.line.heard]
    assert asked[-1] == "/enrollment" and not any(
        "getCertificate" in each for each in asked
    )  # GovStack has no such


def test_the_hub_signs_in_once_and_again_when_that_is_over(
    small: Place, national: National, sealed: SealedPacket
) -> None:
    forwarding = _forwarding(small, national, national.settings("mosip"), sealed)
    assert forwarding.round() == 1
    queue = PacketQueue(small.open().database, small.clock)
    for wait in (timedelta(minutes=1), timedelta(days=1)):
        pass_time(small, national, wait)
        with small.open().database.writing() as connection:
            queue.put(connection, sealed.packet_id)
        assert forwarding.round() == 1
    assert _sign_ins(national) == 2
