"""A hub in operation: whether it is well, what is watched, and the supervisors' page."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib.resources import files

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from integration.receiver.conftest import Place
from integration.receiver.line import Line
from muster.crypto.key_slots import Argon2Cost, make_slot
from muster.crypto.sealing import new_station_key
from muster.errors import BadInput
from muster.packet.seal import SealedPacket
from muster.receiver.app import create_app
from muster.receiver.jobs import Job, Jobs
from muster.receiver.machines import ASKED_FOR, Heard, Machine, Standing
from muster.receiver.settings import HubSettings, parse_settings
from muster.receiver.tables import announcement
from muster.receiver.workers import options
from muster.receiver.wrong_attempts import FREE
from unit.receiver.counter import REF_ID

USER, PASSWORD = "erika", "correct horse battery"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _line(place: Place, **settings: object) -> Line:
    hub = HubSettings(**settings)  # type: ignore[arg-type]
    return Line(create_app(place.open(), place.clock, hub=hub, login=True), place.clock)


def _figures(line: Line) -> dict[tuple[str, ...], float]:
    text = line.ask("GET", "/metrics").text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


# Health


def test_a_hub_is_ready_while_database_and_objects_answer(place: Place) -> None:
    answer = _line(place).ask("GET", "/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "UP")


def test_a_hub_whose_database_is_away_lives_and_is_not_ready_and_says_to_come_back(small: Place) -> None:
    line, hub = _line(small), small.open()
    database = hub.database
    with database.writing() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {announcement.name} RENAME TO away")
    try:
        asked = line.ask("POST", "/v1/syncdata/authenticate/useridpwd", content=b"{}")
        assert asked.status_code == 200  # asks for nothing that is away
        assert line.ask("GET", "/health/live").status_code == 200
        body = json.dumps({"request": [{"packetId": "1"}]}).encode()
        status = Line(create_app(hub, small.clock), small.clock).ask(
            "POST", "/registrationprocessor/v1/registrationstatus/search", content=body
        )
        assert (status.status_code, status.headers["retry-after"]) == (503, "5")
    finally:
        with database.writing() as connection:
            connection.exec_driver_sql(f"ALTER TABLE away RENAME TO {announcement.name}")


# Figures


def test_figures_count_packets_stations_and_requests(place: Place, sealed: SealedPacket) -> None:
    hub = place.open()
    hub.announce(sealed.packet_id, {})
    hub.accept(sealed.packet_id, sealed.content)
    hub.known.hear(REF_ID, Heard("1.0"))
    line = _line(place)
    line.ask("GET", "/v1/syncdata/actuator/health")
    for path in (f"/relay/{'x' * 43}", f"/relay/{'x' * 43}/request"):
        line.ask("GET", path)
    found = _figures(line)
    assert found["hub_packets", "accepted"] == found["hub_packets", "announced"] == 1
    assert found["hub_packets", "refused"] == 0
    assert found["hub_stations", "approved"] == found["hub_stations", "heard this hour"] == 1
    assert found["hub_requests_total", "GET", "/v1/syncdata/actuator/health", "200"] == 1
    assert found["hub_requests_total", "GET", "/relay/{name}", "401"] == 1
    assert found["hub_requests_total", "GET", "/relay/{name}/request", "400"] == 1
    assert found["hub_database_up",] == 1


def test_figures_name_nobody_and_whatever_is_asked_makes_no_new_label(small: Place, sealed: SealedPacket) -> None:
    small.open().reject(sealed.packet_id, 1, "RPR-PKR-009", "x")
    line = _line(small)
    for path in ("/a", "/b", f"/pre-registration/{sealed.registration_id}"):
        line.ask("GET", path)
    text = line.ask("GET", "/metrics").text
    assert sealed.registration_id not in text
    assert REF_ID not in text
    assert _figures(line)["hub_requests_total", "GET", "other", "401"] == 3


# The supervisors' page


@pytest.fixture
def console(small: Place) -> Line:
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    small.open().register_user(make_slot(USER, PASSWORD, new_station_key(), cheap), supervises=True)
    small.open().register_user(make_slot("officer", PASSWORD, new_station_key(), cheap))
    return _line(small, signed_requests=True)


def _sign_in(line: Line, user: str = USER, password: str = PASSWORD) -> dict[str, str]:
    answer = line.ask("POST", "/console/sign-in", data={"name": user, "password": password})
    return {"Cookie": answer.headers.get("set-cookie", "").partition(";")[0]}


@pytest.mark.parametrize(
    ("user", "password"), [(USER, "wrong"), ("max", PASSWORD), ("officer", PASSWORD), ("", "")]
)
def test_who_is_no_supervisor_sees_the_form_only(console: Line, user: str, password: str) -> None:
    cookie = _sign_in(console, user, password)
    page = console.ask("GET", "/console", headers=cookie).text
    assert "<form" in page
    assert REF_ID not in page


@pytest.mark.parametrize("user", [USER, "max", "x" * 60])
def test_who_guesses_a_password_soon_has_to_wait(console: Line, user: str) -> None:
    form = {"name": user, "password": "wrong"}
    answers = [console.ask("POST", "/console/sign-in", data=form) for _ in range(FREE)]
    assert [each.status_code for each in answers] == [303] * FREE
    answer = console.ask("POST", "/console/sign-in", data={**form, "password": PASSWORD})
    assert (answer.status_code, answer.headers.get("retry-after")) == (429, "60")
    assert "Wait a minute" in answer.text
    assert "set-cookie" not in answer.headers


def test_guessing_at_two_processes_is_no_faster(console: Line, small: Place) -> None:
    lines = (console, _line(small, signed_requests=True))
    form = {"name": USER, "password": "wrong"}
    answers = [lines[n % 2].ask("POST", "/console/sign-in", data=form).status_code for n in range(FREE + 2)]
    assert answers == [303] * FREE + [429] * 2


def test_many_who_sign_in_at_once_do_not_queue(console: Line) -> None:
    def tried(number: int) -> int:
        form = {"name": f"max{number}", "password": PASSWORD}
        return console.ask("POST", "/console/sign-in", data=form).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(tried, range(8))) == {303, 429}


def test_no_takes_as_long_for_a_name_that_nobody_has(console: Line, small: Place) -> None:
    small.open().register_user(make_slot(USER, PASSWORD, new_station_key()), supervises=True)

    def seconds(user: str) -> float:
        began = time.perf_counter()
        assert console.ask("POST", "/console/sign-in", data={"name": user, "password": "x"}).status_code == 303
        return time.perf_counter() - began

    assert seconds("max") > seconds(USER) / 3


def test_a_station_token_opens_no_console_and_the_consoles_no_station_path(console: Line) -> None:
    cookie = _sign_in(console)
    token = cookie["Cookie"].partition("=")[2]
    answer = console.ask(
        "POST", "/registrationprocessor/v1/registrationstatus/search", headers={"Cookie": f"Authorization={token}"}
    )
    assert answer.status_code == 401


def test_a_supervisor_sees_machines_refusals_versions_and_clocks(
    console: Line, small: Place, sealed: SealedPacket
) -> None:
    small.open().known.hear(REF_ID, Heard("0.1.0", -125.0, 7))
    small.open().reject(sealed.packet_id, 4711, "RPR-PKR-009", "x")
    page = console.ask("GET", "/console", headers=_sign_in(console)).text
    for word in (REF_ID, "0.1.0", "-125 s", ">7<", sealed.packet_id, "RPR-PKR-009", "4711"):
        assert word in page
    assert "<script" not in page


def test_the_page_speaks_the_browsers_language(console: Line) -> None:
    page = console.ask("GET", "/console", headers={"Accept-Language": "xx, ar-EG;q=0.9, en;q=0.5"}).text
    assert 'dir="rtl"' in page
    assert "تسجيل الدخول" in page


def test_numbers_codes_and_times_keep_their_order_where_people_write_from_the_right(
    console: Line, small: Place, sealed: SealedPacket
) -> None:
    small.open().reject(sealed.packet_id, 4711, "RPR-PKR-009", "x")
    page = console.ask("GET", "/console", headers={**_sign_in(console), "Accept-Language": "ar"}).text
    for text in (REF_ID, sealed.packet_id, "RPR-PKR-009", "2026-01-02 03:15 UTC"):
        assert f'<bdi dir="ltr">{text}</bdi>' in page


def test_every_language_has_every_word_of_the_page() -> None:
    words = json.loads((files("muster") / "receiver" / "console_words.json").read_text(encoding="utf-8"))
    assert sorted(words) == ["am", "ar", "en", "fr", "hi"]
    assert {frozenset(each) for each in words.values()} == {frozenset(words["en"])}
    assert not [text for each in words.values() for text in each.values() if not text.strip()]


def test_what_a_stranger_called_himself_is_shown_as_text(console: Line, small: Place) -> None:
    small.open().known.hear(REF_ID, Heard("<b>1</b>"))
    page = console.ask("GET", "/console", headers=_sign_in(console)).text
    assert "&lt;b&gt;1&lt;/b&gt;" in page


def test_a_supervisor_approves_a_station_and_bars_it_again(console: Line, small: Place) -> None:
    key = small.keys.stranger.key.public_der
    small.open().known.ask("10001_10003", Machine(key, key))
    cookie = _sign_in(console)
    for expected in (Standing.APPROVED, Standing.BARRED):
        page = console.ask("GET", "/console", headers=cookie).text
        row = page[page.index("10001_10003") :]
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', row[: row.index("</form>")]))
        assert console.ask("POST", "/console/decide", headers=cookie, data=fields).status_code == 303
        known = {each.ref_id: each.standing for each in small.open().known.all()}
        assert known["10001_10003"] is expected


def test_a_button_pressed_from_elsewhere_does_nothing(console: Line, small: Place) -> None:
    fields = {"station": REF_ID, "standing": "barred"}
    for token in ({}, {"token": "x"}, {"token": "0" * 64}):
        console.ask("POST", "/console/decide", headers=_sign_in(console), data={**fields, **token})
    assert small.open().machine_key(REF_ID) is not None


def test_a_supervisors_hour_ends(console: Line, small: Place) -> None:
    cookie = _sign_in(console)
    small.pass_time(timedelta(hours=1, seconds=1))
    assert REF_ID not in console.ask("GET", "/console", headers=cookie).text


def test_a_hub_in_operation_forgets_who_asked_too_long_ago(small: Place) -> None:
    key = small.keys.stranger.key.public_der
    small.open().known.ask("10001_10003", Machine(key, key))
    small.pass_time(ASKED_FOR)
    with TestClient(create_app(small.open(), small.clock)):
        ends = time.monotonic() + 10
        while small.open().known.how_many(Standing.ASKED) and time.monotonic() < ends:
            time.sleep(0.1)
    assert small.open().known.how_many(Standing.ASKED) == 0


# Jobs


def test_a_job_is_done_by_one_process_at_its_time_and_survives_what_it_raises(place: Place) -> None:
    done: list[str] = []

    def work() -> None:
        done.append("x")
        raise ValueError("x")

    both = [
        Jobs(hub.database, (Job("a", timedelta(minutes=1), work),), place.clock, lambda: place.clock().timestamp())
        for hub in (place.open(), place.open())
    ]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda jobs: jobs.round(), both))
    assert done == ["x"]
    place.pass_time(timedelta(minutes=2))
    for each in both:
        each.round()
    assert done == ["x", "x"]


def test_a_clock_that_is_set_back_keeps_no_job_from_being_done(small: Place) -> None:
    done: list[str] = []
    ticks = [0.0]
    job = Job("a", timedelta(minutes=1), lambda: done.append("x"), alone=False)
    jobs = Jobs(small.open().database, (job,), small.clock, lambda: ticks[0])
    jobs.round()
    small.pass_time(-timedelta(days=1))
    jobs.round()
    assert done == ["x"]
    ticks[0] = 60
    jobs.round()
    assert done == ["x", "x"]


# Settings


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"hosts": "x"}, "hosts"),
        ({"port": "8090"}, "port"),
        ({"port": -1}, "port"),
        ({"signed_requests": 1}, "signed_requests"),
        ({"proxies": "*"}, "proxies"),
        ({"proxies": ""}, "proxies"),
        ({"proxies": "10.0.0.7, proxy.example"}, "proxies"),
        ({"proxies": "10.0.0.7/8"}, "proxies"),
        ({"proxies": "0.0.0.0/0"}, "proxies"),
        ({"proxies": ["10.0.0.7"]}, "proxies"),
        ({"tls": {"certificate": "x"}}, "tls.key"),
        ({"tls": {"certificate": "x", "key": "y", "z": "z"}}, "tls.z"),
        ({"share": {"requests_a_minute": "x"}}, "share.requests_a_minute"),
        ({"forward": "https://x"}, "forward"),
    ],
)
def test_a_setting_that_is_none_or_wrong_is_named(content: dict[str, object], name: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_settings(content, {})
    assert caught.value.detail["name"] == name


@pytest.mark.parametrize(
    ("content", "believed"),
    [({}, "127.0.0.1,::1"), ({"proxies": "10.0.0.7, fd00::/8"}, "10.0.0.7/32,fd00::/8")],
)
def test_only_the_proxies_that_are_said_are_believed(
    monkeypatch: pytest.MonkeyPatch, content: dict[str, object], believed: str
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    assert options(parse_settings(content, {}), None)["forwarded_allow_ips"] == believed


def test_the_database_may_be_said_in_the_environment(small: Place) -> None:
    hub = parse_settings({"database": "sqlite:///a"}, {"MUSTER_HUB_DATABASE": "postgresql://b"})
    assert hub.database == "postgresql://b"
