"""Questions that stations leave for wallets and browsers, and what comes back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx2
import pytest

from integration.receiver.conftest import Place
from integration.receiver.line import Line
from muster.crypto.machine_key import MachineKey
from muster.errors import BadInput, MalformedData
from muster.formats.answer_relay import Left, fields_of, new_name
from muster.receiver.app import create_app
from muster.receiver.letters import KEPT_FOR, LONGEST, OPEN_AT_ONCE, Letters
from muster.receiver.settings import HubSettings
from muster.receiver.tables import letter, letter_box
from unit.receiver.counter import REF_ID, codes

QUESTION = "eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmVk"


def _line(place: Place, *, login: bool = False) -> Line:
    hub = HubSettings(signed_requests=True)
    return Line(create_app(place.open(), place.clock, hub=hub, login=login), place.clock)


def _leave(
    line: Line, place: Place, name: str, question: str = QUESTION, key: MachineKey | None = None
) -> httpx2.Response:
    body = Left(question, place.now + timedelta(minutes=5)).encode()
    return line.ask_signed(key or place.keys.machine.key, "PUT", f"/relay/{name}", body)


def _look(line: Line, place: Place, name: str, method: str = "GET") -> httpx2.Response:
    return line.ask_signed(place.keys.machine.key, method, f"/relay/{name}")


def _letters(place: Place) -> Letters:
    hub = place.open()
    return Letters(hub.database, hub.center_key.sealer("letters"), place.clock)


# Refused


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"[" * 5000,
        b'{"request": "a.b.c"}',
        b'{"request": "<script>", "expiresAt": "2026-01-02T03:20:00.000Z"}',
        b'{"request": 1, "expiresAt": "2026-01-02T03:20:00.000Z"}',
        b'{"request": "a.b.c", "expiresAt": "soon"}',
    ],
)
def test_a_question_that_is_none_is_refused(small: Place, body: bytes) -> None:
    answer = _line(small).ask_signed(small.keys.machine.key, "PUT", f"/relay/{new_name()}", body)
    assert (answer.status_code, codes(answer.json())) == (400, ["HUB-RLY-002"])


@pytest.mark.parametrize("name", ["x", "x" * 42, "x" * 44, "..", "x" * 42 + ".", "%2e" * 43])
def test_a_name_that_could_be_guessed_is_refused(small: Place, name: str) -> None:
    assert _leave(_line(small), small, name).status_code in (401, 404)


def test_who_signs_nothing_leaves_and_reads_nothing(small: Place) -> None:
    line, name = _line(small), new_name()
    assert line.ask("PUT", f"/relay/{name}", content=Left(QUESTION, small.now).encode()).status_code == 401
    _leave(line, small, name)
    assert [line.ask(each, f"/relay/{name}").status_code for each in ("GET", "DELETE")] == [401, 401]
    open_to_old = Line(create_app(small.open(), small.clock), small.clock)
    assert open_to_old.ask("GET", f"/relay/{name}").status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/relay/x/response", f"/relay/{'x' * 43}/request", f"/relay/{'x' * 43}/y/response", "/relay//response"],
)
def test_only_an_answer_may_be_large(small: Place, path: str) -> None:
    line, most = Line(create_app(small.open(), small.clock), small.clock), 256 * 1024
    assert line.ask("POST", path, content=b"x" * (most + 1)).status_code == 413
    answer = line.ask("POST", f"/relay/{new_name()}/response", content=b"x" * (most + 1))
    assert answer.status_code == 400


def test_another_station_neither_reads_nor_replaces_nor_forgets_a_question(place: Place) -> None:
    place.open().register_machine("10001_10003", place.keys.stranger.key.public_pem)
    line, name, other = _line(place), new_name(), place.keys.stranger.key
    _leave(line, place, name)
    answers = [line.ask_signed(other, each, f"/relay/{name}") for each in ("GET", "DELETE")]
    answers.append(_leave(line, place, name, "other.question.x", other))
    assert [each.status_code for each in answers] == [404] * 3
    assert line.ask("GET", f"/relay/{name}/request").text == QUESTION


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b""),
        ("application/x-www-form-urlencoded", b"response=%ff"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(50))),
        ("", b"response=x"),
    ],
)
def test_what_is_no_form_is_no_answer_and_the_wallet_may_try_again(
    small: Place, media_type: str, body: bytes
) -> None:
    line, name = _line(small), new_name()
    _leave(line, small, name)
    path = f"/relay/{name}/response"
    answer = line.ask("POST", path, content=body, headers={"Content-Type": media_type})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert line.ask("POST", path, data={"response": "erika"}).status_code == 200


def test_of_several_answers_at_several_processes_one_counts(place: Place) -> None:
    lines, name = (_line(place), _line(place)), new_name()
    _leave(lines[0], place, name)

    def sent(number: int) -> int:
        form = {"response": str(number)}
        return lines[number % 2].ask("POST", f"/relay/{name}/response", data=form).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(sent, range(4))) == [200, 400, 400, 400]


def test_a_question_ends_and_what_was_answered_in_time_is_kept_for_a_station_that_looks_late(place: Place) -> None:
    line, late, answered = _line(place), new_name(), new_name()
    for name in (late, answered):
        _leave(line, place, name)
    line.ask("POST", f"/relay/{answered}/response", data={"response": "erika"})
    place.pass_time(timedelta(minutes=5))
    assert line.ask("GET", f"/relay/{late}/request").status_code == 400
    assert line.ask("POST", f"/relay/{late}/response", data={"response": "x"}).status_code == 400
    assert _letters(place).forget_the_old() == 0
    assert _look(line, place, answered).json() == {"response": "erika"}
    place.pass_time(KEPT_FOR)
    assert _letters(place).forget_the_old() == 2
    assert _look(line, place, answered).status_code == 404
    with place.open().database.reading() as connection:
        assert connection.execute(letter.select()).all() == connection.execute(letter_box.select()).all() == []


def test_nobody_leaves_questions_without_end(small: Place) -> None:
    letters, now = _letters(small), small.now
    with pytest.raises(BadInput):
        letters.leave(REF_ID, new_name(), Left(QUESTION, now))
    first = new_name()
    letters.leave(REF_ID, first, Left(QUESTION, now + timedelta(days=365)))
    for _ in range(OPEN_AT_ONCE - 1):
        letters.leave(REF_ID, new_name(), Left(QUESTION, now + LONGEST))
    with pytest.raises(BadInput):
        letters.leave(REF_ID, new_name(), Left(QUESTION, now + LONGEST))
    letters.leave(REF_ID, first, Left(QUESTION, now + LONGEST))  # again is no further one
    small.pass_time(LONGEST)
    letters.leave(REF_ID, new_name(), Left(QUESTION, small.now + LONGEST))
    with pytest.raises(BadInput):
        letters.question(first)


def test_a_form_with_half_a_character_is_none() -> None:
    with pytest.raises(MalformedData):
        fields_of("response=%c3")
    assert fields_of("a=1&a=2&b=") == {"a": "1", "b": ""}


# Relayed


def test_what_a_wallet_answers_comes_to_the_station_that_asked_and_is_sealed_meanwhile(place: Place) -> None:
    here, there, name = _line(place), _line(place), new_name()
    assert _leave(here, place, name).status_code == 201
    waiting = _look(there, place, name)
    assert (waiting.status_code, waiting.content, int(waiting.headers["retry-after"]) > 0) == (202, b"", True)
    question = there.ask("GET", f"/relay/{name}/request")
    assert (question.text, question.headers["content-type"]) == (QUESTION, "application/oauth-authz-req+jwt")
    assert question.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert question.headers["x-content-type-options"] == "nosniff"
    assert there.ask("POST", f"/relay/{name}/response", data={"response": "erika"}).json() == {}
    with place.open().database.reading() as connection:
        kept = repr([connection.execute(each.select()).all() for each in (letter, letter_box)])
    assert not any(each in kept for each in ("erika", QUESTION, name))
    assert _look(here, place, name).json() == {"response": "erika"}
    assert _look(here, place, name, "DELETE").status_code == 204
    assert _look(here, place, name).status_code == 404


def test_what_a_wallet_shows_with_a_portrait_in_it_is_taken(small: Place) -> None:
    line, name = _line(small), new_name()
    _leave(line, small, name)
    sent = [line.ask("POST", f"/relay/{name}/response", data={"response": "x" * n * 1024}) for n in (600, 480)]
    assert [each.status_code for each in sent] == [413, 200]
    assert len(_look(line, small, name).json()["response"]) == 480 * 1024


def test_a_browser_that_comes_back_leaves_its_query_and_is_thanked(small: Place) -> None:
    line, name = _line(small), new_name()
    _leave(line, small, name, "")
    assert line.ask("GET", f"/relay/{name}/request").status_code == 400  # nothing is handed out there
    path = f"/relay/{name}/response?code=abc&state=x"
    first, again = (line.ask("GET", path, headers={"Accept": "text/html"}) for _ in range(2))
    assert (first.status_code, "counter" in first.text) == (200, True)
    assert (again.status_code, "Nobody waits" in again.text) == (400, True)
    assert _look(line, small, name).json() == {"code": "abc", "state": "x"}


def test_where_everybody_must_be_signed_in_a_stations_signature_is_enough_here(small: Place) -> None:
    line, name = _line(small, login=True), new_name()
    assert _leave(line, small, name).status_code == 201
    assert line.ask("PUT", f"/relay/{name}", content=b"{}").status_code == 401
    assert line.ask("POST", f"/relay/{name}/response", data={"response": "x"}).status_code == 200
