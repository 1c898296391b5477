"""Every way a server can fail to answer, on a real socket."""

from __future__ import annotations

import email.parser
import email.policy

import httpx2
import pytest

from muster.errors import NetworkUnavailable, Refused
from muster.upload.transport import (
    SERVER_ANSWER_UNREADABLE,
    SERVER_IN_TROUBLE,
    SERVER_REFUSED,
    SERVER_TIMEOUT,
    SERVER_UNREACHABLE,
    Transport,
)
from unit.upload.wire import Answer, WireServer, unused_port


class Impatient(httpx2.BaseTransport):
    """The real wire with a timeout that a test can wait for."""

    def __init__(self) -> None:
        self._wire = httpx2.HTTPTransport()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), 0.2)
        return self._wire.handle_request(request)

    def close(self) -> None:
        self._wire.close()


# Not reached: the same request may work later


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with Transport(f"http://127.0.0.1:{unused_port()}") as transport:
        with pytest.raises(NetworkUnavailable) as caught:
            transport.get("/health", {})
        assert caught.value.code is SERVER_UNREACHABLE


def test_a_connection_closed_without_an_answer_is_unreachable(server: WireServer, transport: Transport) -> None:
    server.will(Answer(raw=b""))
    with pytest.raises(NetworkUnavailable) as caught:
        transport.post("/x", b"{}", {})
    assert caught.value.code is SERVER_UNREACHABLE


def test_a_connection_closed_within_the_body_is_unreachable(server: WireServer, transport: Transport) -> None:
    server.will(Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"))
    with pytest.raises(NetworkUnavailable) as caught:
        transport.get("/x", {})
    assert caught.value.code is SERVER_UNREACHABLE


def test_an_answer_that_is_no_http_is_unreachable(server: WireServer, transport: Transport) -> None:
    server.will(Answer(raw=b"SSH-2.0-OpenSSH_9.2\r\n"))
    with pytest.raises(NetworkUnavailable) as caught:
        transport.get("/x", {})
    assert caught.value.code is SERVER_UNREACHABLE


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"])
def test_a_server_that_hangs_is_a_timeout(server: WireServer, begun: bytes) -> None:
    server.will(Answer(raw=begun, hang=True))
    with Transport(server.url, transport=Impatient()) as transport:
        with pytest.raises(NetworkUnavailable) as caught:
            transport.get("/x", {})
        assert caught.value.code is SERVER_TIMEOUT


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_in_trouble_may_work_later(server: WireServer, transport: Transport, status: int) -> None:
    server.will(Answer(status, b"<h1>Erika Mustermann could not be saved</h1>"))
    with pytest.raises(NetworkUnavailable) as caught:
        transport.get("/x", {})
    assert caught.value.code is SERVER_IN_TROUBLE
    assert caught.value.detail == {"status": status}


# Refused


@pytest.mark.parametrize("status", [400, 403, 404, 413])
def test_a_request_the_server_does_not_want_is_refused(
    server: WireServer, transport: Transport, status: int
) -> None:
    server.will(Answer(status, b'{"message":"Erika Mustermann"}'))
    with pytest.raises(Refused) as caught:
        transport.get("/x", {})
    assert caught.value.code is SERVER_REFUSED
    assert caught.value.detail == {"status": status}


# Something else answers


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Sign in to the hotel</html>",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe\xfd",
        b'{"a":',
    ],
)
def test_an_answer_that_is_no_json_object_is_unreadable(
    server: WireServer, transport: Transport, body: bytes
) -> None:
    server.will(Answer(body=body))
    with pytest.raises(NetworkUnavailable) as caught:
        transport.get("/x", {})
    assert caught.value.code is SERVER_ANSWER_UNREADABLE


def test_json_nested_without_end_is_unreadable(server: WireServer, transport: Transport) -> None:
    server.will(Answer(body=b'{"a":' * 100_000))
    with pytest.raises(NetworkUnavailable) as caught:
        transport.get("/x", {})
    assert caught.value.code is SERVER_ANSWER_UNREADABLE


def test_compressed_garbage_is_unreadable(server: WireServer, transport: Transport) -> None:
    server.will(Answer(body=b"no gzip at all", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(NetworkUnavailable) as caught:
        transport.get("/x", {})
    assert caught.value.code is SERVER_ANSWER_UNREADABLE


def test_a_redirect_to_a_sign_in_page_is_not_followed(server: WireServer, transport: Transport) -> None:
    server.will(Answer(302, b"", {"Location": f"{server.url}/portal"}))
    with pytest.raises(NetworkUnavailable) as caught:
        transport.get("/x", {})
    assert caught.value.code is SERVER_ANSWER_UNREADABLE
    assert len(server.received) == 1


# What an error tells


@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_error_tells_nothing_of_the_servers_text_or_the_address(
    server: WireServer, transport: Transport, status: int
) -> None:
    server.will(Answer(status, b"Erika Mustermann"))
    with pytest.raises((NetworkUnavailable, Refused)) as caught:
        transport.get("/x", {"name": "Mustermann"})
    assert "Mustermann" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


# What is sent


def test_parameters_are_sent_in_the_query(server: WireServer, transport: Transport) -> None:
    server.will_say({"a": 1})
    assert transport.get("/x", {"referenceId": "10001_10002"}) == {"a": 1}
    assert (server.last.method, server.last.path) == ("GET", "/x?referenceId=10001_10002")


def test_a_body_is_sent_byte_for_byte_with_its_headers(server: WireServer, transport: Transport) -> None:
    server.will_say({})
    transport.post("/x", b'"\x00 exactly"', {"Content-Type": "application/json", "timestamp": "now"})
    assert server.last.body == b'"\x00 exactly"'
    assert server.last.headers["timestamp"] == "now"
    assert server.last.headers["Content-Type"] == "application/json"


def test_a_file_is_sent_as_the_one_part_named_file(server: WireServer, transport: Transport) -> None:
    server.will_say({})
    content = bytes(range(256)) + b"\r\n--\r\n"
    transport.post_file("/x", "packet-1.zip", content)
    head = f"Content-Type: {server.last.headers['Content-Type']}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + server.last.body)
    (part,) = message.iter_parts()
    assert part.get_param("name", header="Content-Disposition") == "file"
    assert part.get_filename() == "packet-1.zip"
    assert content in server.last.body


def test_a_loopback_server_is_not_looked_for_behind_the_systems_proxy(
    server: WireServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    server.will_say({"reached": True})
    with Transport(server.url) as transport:
        assert transport.get("/x", {}) == {"reached": True}


def test_a_second_request_works_after_a_failed_one(server: WireServer, transport: Transport) -> None:
    server.will(Answer(raw=b""))
    server.will_say({"again": True})
    with pytest.raises(NetworkUnavailable):
        transport.get("/x", {})
    assert transport.get("/x", {}) == {"again": True}
