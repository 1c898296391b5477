"""Whoever has not shown who they are: how much they may ask, and what becomes of those that want to be let in."""

from __future__ import annotations

import getpass
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
import structlog
from typer.testing import CliRunner

from integration.receiver.conftest import Place
from integration.receiver.line import URL, Line
from muster import base64url
from muster.cli.app import build
from muster.crypto.key_slots import Argon2Cost, make_slot
from muster.crypto.sealing import new_station_key
from muster.errors import BadInput
from muster.formats.station_enrolment import PATH
from muster.receiver.app import create_app
from muster.receiver.machines import ASKED_FOR, Machine, Standing
from muster.receiver.settings import HubSettings
from muster.receiver.strangers import TRUSTED_FOR_S, Allowance, Patience, address_of
from muster.upload.enrolment import ask_to_be_let_in
from muster.upload.schedule import next_attempt
from muster.upload.transport import ServerBusy, Transport
from unit.receiver.counter import REF_ID, codes

CERTIFICATE = "/v1/syncdata/getCertificate?applicationId=REGISTRATION&referenceId=10001_10002"


def _line(place: Place, requests_a_minute: int = 120, waiting: int = 20) -> Line:
    hub = HubSettings(signed_requests=True, strangers=Patience(requests_a_minute, waiting))
    return Line(create_app(place.open(), place.clock, hub=hub), place.clock)


def _asking(line: Line, place: Place, number: int) -> httpx2.Response:
    key = base64url.encode(place.keys.stranger.key.public_der)
    body = json.dumps({"refId": f"10001_{number}", "signPublicKey": key, "publicKey": key}).encode()
    return line.ask_signed(place.keys.stranger.key, "POST", PATH, body)


def _asked(place: Place, number: int, address: str = "192.0.2.1") -> str:
    key = place.keys.stranger.key.public_der
    return place.open().known.ask(f"10001_{number}", Machine(key, key), address).value


# How much they may ask


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", PATH), ("GET", "/console"), ("POST", "/console/sign-in"), ("POST", "/nothing")],
)
def test_who_asks_too_much_hears_when_to_come_back(small: Place, method: str, path: str) -> None:
    line = _line(small, requests_a_minute=2)
    first, second, third = [line.ask(method, path, content=b"") for _ in range(3)]
    assert 429 not in (first.status_code, second.status_code)
    assert (third.status_code, codes(third.json())) == (429, ["TOO_MANY_REQUESTS"])
    assert 0 < int(third.headers["retry-after"]) <= 30


def test_another_address_is_served_meanwhile(small: Place) -> None:
    line = _line(small, requests_a_minute=1)
    assert [line.ask("GET", "/console").status_code for _ in range(2)] == [200, 429]
    line.address = "192.0.2.2"
    assert line.ask("GET", "/console").status_code == 200


def test_neighbours_in_one_network_of_ipv6_count_as_one() -> None:
    def at(host: str) -> str:
        return address_of({"type": "http", "client": (host, 1)})

    assert at("2001:db8::1") == at("2001:db8::ffff:2%eth0") != at("2001:db8:0:1::1")
    assert at("::ffff:192.0.2.1") == at("192.0.2.1") != at("192.0.2.2")
    assert at("not an address") == address_of({"type": "http", "client": None}) == ""


def test_a_flood_keeps_no_station_from_being_served_where_one_was_served_within_the_hour(small: Place) -> None:
    line, key = _line(small, requests_a_minute=2), small.keys.machine.key
    assert line.ask_signed(key, "GET", CERTIFICATE).status_code == 200
    flood = [line.ask("GET", CERTIFICATE).status_code for _ in range(4)]
    assert flood == [401] * 4
    assert line.ask_signed(key, "GET", CERTIFICATE).status_code == 200
    line.address = "192.0.2.2"  # nobody was served there
    assert [line.ask("GET", CERTIFICATE).status_code for _ in range(4)] == [401, 401, 429, 429]


def test_whoever_watches_over_the_hub_is_never_told_to_wait(small: Place) -> None:
    line = _line(small, requests_a_minute=1)
    for path in ("/health/live", "/health/ready", "/metrics"):
        assert [line.ask("GET", path).status_code for _ in range(3)] == [200] * 3


def test_a_minute_gives_back_what_a_minute_took() -> None:
    now = [0.0]
    allowance = Allowance(2, lambda: now[0])
    for _ in range(3):
        allowance.take("a")
    assert (allowance.wait_s("a"), allowance.wait_s("b")) == (30, 0)
    now[0] = 29.0
    assert allowance.wait_s("a") == 1
    now[0] = TRUSTED_FOR_S
    allowance.take("a")
    assert allowance.wait_s("a") == 0
    allowance.take("a")
    assert allowance.wait_s("a") == 30


def test_a_station_keeps_to_the_wait_it_is_told(small: Place) -> None:
    line = _line(small, waiting=0)
    with Transport(URL, transport=line) as transport, pytest.raises(ServerBusy) as busy:
        ask_to_be_let_in(transport, "10001_20001", small.keys.stranger.key, small.clock)
    told = next_attempt(1, small.now, chance=0, asked_to_wait=busy.value.wait)
    assert told == small.now + timedelta(hours=1)


# Those that want to be let in


def test_no_more_than_so_many_of_one_address_wait_and_others_still_may(small: Place) -> None:
    line = _line(small, waiting=2)
    assert [_asking(line, small, 20000 + n).status_code for n in range(3)] == [200, 200, 429]
    answer = _asking(line, small, 20003)
    assert (codes(answer.json()), int(answer.headers["retry-after"]) > 0) == (["HUB-ENR-002"], True)
    assert _asking(line, small, 20001).status_code == 200  # who waits already may ask how it stands
    line.address = "192.0.2.2"
    assert _asking(line, small, 20003).status_code == 200


def test_a_request_that_was_refused_is_gone_and_its_key_brings_none_for_a_day(place: Place) -> None:
    assert _asked(place, 20001) == "asked"
    place.open().known.decide("10001_20001", Standing.REFUSED, "erika")
    assert [each.ref_id for each in place.open().known.all()] == [REF_ID]
    assert _asked(place, 20002) == "barred"
    place.pass_time(ASKED_FOR)
    assert _asked(place, 20001) == "asked"


def test_what_is_known_is_not_refused_but_barred(small: Place) -> None:
    with pytest.raises(BadInput) as caught:
        small.open().known.decide(REF_ID, Standing.REFUSED, "erika")
    assert caught.value.code.name == "MACHINE_NOT_KNOWN"
    assert small.open().machine_key(REF_ID) is not None


def test_all_that_asked_from_one_address_are_refused_together(place: Place) -> None:
    for number, address in ((20001, "192.0.2.1"), (20002, "192.0.2.1"), (20003, "192.0.2.2")):
        _asked(place, number, address)
    assert place.open().known.refuse_all_from("192.0.2.1", "erika") == 2
    assert [each.ref_id for each in place.open().known.all()] == [REF_ID, "10001_20003"]


def test_another_key_that_asked_under_the_number_since_is_not_let_in(small: Place) -> None:
    """The supervisor looks at one key; meanwhile it is forgotten, and a stranger asks under the same number."""
    _asked(small, 20001)
    with pytest.raises(BadInput):
        small.open().known.decide("10001_20001", Standing.APPROVED, "erika", "00:11")
    assert small.open().machine("10001_20001") is None


@pytest.fixture
def decide(small: Place, tmp_path: Path) -> Iterator[Callable[..., int]]:
    """The command; what it exits with."""
    (tmp_path / "receiver").symlink_to(small.folder)
    settings = tmp_path / "hub.toml"
    settings.write_text(f'center_key = "{small.center_key}"\n')

    def decided(*words: str) -> int:
        told = ["--settings", str(settings), "--data", str(tmp_path)]
        arguments = ["receiver", "decide", "10001_20001", *words, *told]
        return CliRunner().invoke(build(None, "receiver"), arguments).exit_code  # type: ignore[arg-type]

    yield decided
    structlog.reset_defaults()


@pytest.mark.parametrize("key", [(), ("--key", ""), ("--key", "00:11"), ("--key", "00:11:22:33:44:55:66:77")])
def test_the_command_line_lets_nobody_in_but_the_key_that_was_compared(
    small: Place, decide: Callable[..., int], key: tuple[str, ...]
) -> None:
    _asked(small, 20001)
    assert decide("approved", *key) != 0
    assert small.open().machine("10001_20001") is None


def test_the_first_signs_of_a_key_name_it_at_the_command_line(small: Place, decide: Callable[..., int]) -> None:
    _asked(small, 20001)
    name = small.open().known.all()[-1].sign_index
    assert decide("approved", "--key", name[:22]) != 0
    assert decide("approved", "--key", name[:23].upper()) == 0
    (decided,) = small.open().known.decisions(10)
    assert (decided.by, decided.sign_index) == (f"{getpass.getuser()} (command line)", name)


def test_where_a_machine_asked_from_is_forgotten_when_the_hub_is_started_with_it(small: Place) -> None:
    _asked(small, 20001)
    small.open().register_machine("10001_20001", small.keys.stranger.key.public_der)
    known = small.open().known.all()[-1]
    assert (known.ref_id, known.standing, known.asked_from) == ("10001_20001", Standing.APPROVED, "")


def test_who_decided_what_about_which_key_is_on_record(place: Place) -> None:
    known = place.open().known
    _asked(place, 20001)
    known.decide("10001_20001", Standing.REFUSED, "erika")
    place.pass_time(timedelta(minutes=1))
    known.decide(REF_ID, Standing.BARRED, "max")
    found = [(each.by, each.ref_id, each.standing, each.at) for each in known.decisions(10)]
    assert found == [
        ("max", REF_ID, Standing.BARRED, place.now),
        ("erika", "10001_20001", Standing.REFUSED, place.now - timedelta(minutes=1)),
    ]
    assert all(each.sign_index for each in known.decisions(10))


def test_a_supervisor_refuses_one_and_all_of_an_address(small: Place) -> None:
    hub = small.open()
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    hub.register_user(make_slot("erika", "correct horse", new_station_key(), cheap), supervises=True)
    line = _line(small)
    form = {"name": "erika", "password": "correct horse"}
    cookie = line.ask("POST", "/console/sign-in", data=form).headers["set-cookie"].partition(";")[0]
    for number, address in ((20001, "2001:db8::/64"), (20002, "192.0.2.1"), (20003, "192.0.2.1")):
        _asked(small, number, address)
    page = line.ask("GET", "/console", headers={"Cookie": cookie}).text
    assert "Refuse all from 192.0.2.1" in page and "Refuse all from 2001" not in page
    forms = [dict(re.findall(r'name="(\w+)" value="([^"]*)"', each)) for each in page.split("</form>")]
    (all_of_it,) = [each for each in forms if "address" in each]
    (one,) = [each for each in forms if each.get("station") == "10001_20001" and each["standing"] == "refused"]
    for fields in (all_of_it, one):
        line.ask("POST", "/console/decide", headers={"Cookie": cookie}, data=fields)
    assert [each.ref_id for each in hub.known.all()] == [REF_ID]
    page = line.ask("GET", "/console", headers={"Cookie": cookie}).text
    assert page.index("Decisions about stations") < page.index("10001_20001")
