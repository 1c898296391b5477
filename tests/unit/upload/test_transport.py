"""Every way a server can fail to answer, on a real socket."""

from __future__ import annotations

import email.parser
import email.policy
import gzip
import socket
import ssl
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.client import parse_headers
from pathlib import Path
from threading import Event, Thread

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from muster.crypto.signing import SigningKey
from muster.errors import NetworkUnavailable, Refused
from muster.upload.transport import (
    SERVER_ANSWER_TOO_LARGE,
    SERVER_ANSWER_UNREADABLE,
    SERVER_BUSY,
    SERVER_CONNECTION_NOT_SECURE,
    SERVER_IN_TROUBLE,
    SERVER_REFUSED,
    SERVER_TIMEOUT,
    SERVER_UNREACHABLE,
    SERVER_WANTS_SIGN_IN,
    ServerBusy,
    SignInWanted,
    Transport,
)
from unit.upload.wire import Answer, WireServer, unused_port, wire_server


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


@contextmanager
def _trickling(begun: bytes) -> Iterator[int]:
    """The port of a server that says that and then an octet every hundredth of a second."""
    over = Event()

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.sendall(begun)
            while not over.wait(0.01):
                connection.sendall(b"a")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=serve, args=(listening,))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            thread.join()


_ANSWER = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("scheme", "begun"),
    [
        ("http", _ANSWER + b"X-Slow: "),
        ("http", _ANSWER + b"Content-Length: 9000\r\n\r\n"),
        ("http", _ANSWER + b"Connection: close\r\n\r\n"),  # its end is the connection's
        ("https", b"\x16\x03\x03\x40\x00"),  # the beginning of a long piece of a handshake
    ],
)
def test_a_server_that_trickles_is_hung_up_on_whatever_it_trickles(scheme: str, begun: bytes) -> None:
    with _trickling(begun) as port, Transport(f"{scheme}://127.0.0.1:{port}", answer_within_s=0.1) as transport:
        with pytest.raises(NetworkUnavailable) as caught:
            transport.post("/x", b"{}", {})
        assert caught.value.code is SERVER_TIMEOUT


def test_a_slow_upload_is_given_the_time_it_takes(server: WireServer) -> None:
    server.will_say({"there": True})
    with Transport(server.url, bytes_per_second=100_000, answer_within_s=0.1) as transport:
        assert transport.post_file("/x", "packet-1.zip", bytes(25_000)) == {"there": True}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "Fri, 02 Jan 2026 03:06:05 GMT", "Date": "Fri, 02 Jan 2026 03:04:05 GMT"}, 120),
        ({"Retry-After": "Fri, 02 Jan 2026 03:04:05 GMT", "Date": "Fri, 02 Jan 2026 03:06:05 GMT"}, 0),
        ({"x-ms-retry-after-ms": "1500"}, 1.5),
        ({"Retry-After": "7", "x-ms-retry-after-ms": "1500"}, 7),
        ({"Retry-After": "soon"}, 0),
        ({"Retry-After": "-5"}, 0),
        ({"Retry-After": "9" * 5000}, 0),
        ({"x-ms-retry-after-ms": "1e3"}, 0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_wants_to_be_left_alone_says_for_how_long(
    server: WireServer, transport: Transport, status: int, headers: dict[str, str], seconds: float
) -> None:
    server.will(Answer(status, headers=headers))
    with pytest.raises(ServerBusy) as caught:
        transport.get("/", {})
    assert caught.value.wait == timedelta(seconds=seconds)
    assert caught.value.code is (SERVER_BUSY if status == 429 else SERVER_IN_TROUBLE)


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


# What a hostile or broken server could do beyond its answer


def test_a_server_that_wants_a_sign_in_is_told_from_one_that_refuses(
    server: WireServer, transport: Transport
) -> None:
    server.will(Answer(401, b'{"message":"Erika Mustermann"}'))
    with pytest.raises(SignInWanted) as caught:
        transport.get("/x", {})
    assert caught.value.code is SERVER_WANTS_SIGN_IN


def test_an_answer_announced_as_a_gigabyte_is_not_read(server: WireServer) -> None:
    server.will(Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"))  # and nothing more
    with Transport(server.url, maximum_answer_bytes=1_000_000) as transport:
        with pytest.raises(NetworkUnavailable) as caught:
            transport.get("/x", {})
        assert caught.value.code is SERVER_ANSWER_TOO_LARGE


def test_an_answer_in_chunks_without_end_is_not_read_to_its_end(server: WireServer) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    server.will(Answer(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 100))
    with Transport(server.url, maximum_answer_bytes=1_000_000) as transport:
        with pytest.raises(NetworkUnavailable) as caught:
            transport.get("/x", {})
        assert caught.value.code is SERVER_ANSWER_TOO_LARGE


def test_a_compressed_answer_is_not_unpacked(server: WireServer, transport: Transport) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    server.will(Answer(body=bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(NetworkUnavailable) as caught:
        transport.get("/x", {})
    assert caught.value.code is SERVER_ANSWER_UNREADABLE
    assert server.last.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(server: WireServer, transport: Transport, status: int) -> None:
    with wire_server() as other:
        server.will(Answer(status, b"{}", {"Location": f"{other.url}/x"}))
        with pytest.raises(NetworkUnavailable):
            transport.post("/x", b"secret", {"Cookie": "Authorization=a.b.c"})
        assert other.received == []


@pytest.mark.parametrize("status", [204, 206])
def test_an_answer_of_another_kind_of_success_is_unreadable(
    server: WireServer, transport: Transport, status: int
) -> None:
    server.will(Answer(status, b"", {"Content-Length": "0"}))
    with pytest.raises(NetworkUnavailable) as caught:
        transport.get("/x", {})
    assert caught.value.code is SERVER_ANSWER_UNREADABLE


def test_a_connection_reset_in_the_middle_of_an_answer_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=_answer_half_and_reset, args=(listening,))
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with Transport(address) as other, pytest.raises(NetworkUnavailable) as caught:
            other.get("/x", {})
        thread.join()
    assert caught.value.code is SERVER_UNREACHABLE


def _answer_half_and_reset(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    connection.recv(65536)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"response":')
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_a_cookie_the_server_sets_is_not_sent_back(server: WireServer, transport: Transport) -> None:
    server.will(Answer(headers={"Set-Cookie": "Authorization=theirs; Path=/"}))
    server.will_say({})
    for _ in range(2):
        transport.get("/x", {})
    assert "Cookie" not in server.last.headers


# TLS


@pytest.fixture(scope="module")
def tls_identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of a server named localhost, in one file."""
    key = SigningKey.generate()
    private = serialization.load_pem_private_key(key.to_pem(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(private, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(key.to_pem() + certificate.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def _tls_server(identity: Path, *, oldest_only: bool = False) -> Iterator[str]:
    """Answers one request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity)
    if oldest_only:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
            asked = secure.makefile("rb")
            asked.readline()
            asked.read(int(parse_headers(asked).get("Content-Length", "0")))
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=serve, args=(listening,))
        thread.start()
        yield f"https://localhost:{listening.getsockname()[1]}"
        thread.join()


def _trusting(identity: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=identity)
    context.set_ciphers("ALL:@SECLEVEL=0")  # what remains to refuse the old protocol is our own minimum
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


def _ask_securely(url: str, tls: ssl.SSLContext | None) -> object:
    with Transport(url, tls=tls) as transport:
        return transport.get("/x", {})


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(tls_identity: Path) -> None:
    with _tls_server(tls_identity) as url, pytest.raises(NetworkUnavailable) as caught:
        _ask_securely(url, None)
    assert caught.value.code is SERVER_CONNECTION_NOT_SECURE


def test_a_server_under_another_name_gets_nothing(tls_identity: Path) -> None:
    with _tls_server(tls_identity) as url, pytest.raises(NetworkUnavailable) as caught:
        _ask_securely(url.replace("localhost", "127.0.0.1"), _trusting(tls_identity))
    assert caught.value.code is SERVER_CONNECTION_NOT_SECURE


def test_a_server_that_speaks_only_old_tls_gets_nothing(tls_identity: Path) -> None:
    with _tls_server(tls_identity, oldest_only=True) as url, pytest.raises(NetworkUnavailable) as caught:
        _ask_securely(url, _trusting(tls_identity))
    assert caught.value.code is SERVER_CONNECTION_NOT_SECURE


def test_a_trusted_server_is_spoken_to(tls_identity: Path) -> None:
    with _tls_server(tls_identity) as url:
        assert _ask_securely(url, _trusting(tls_identity)) == {}


@contextmanager
def _proxy() -> Iterator[str]:
    """Makes one tunnel."""

    def carry(begin: socket.socket, end: socket.socket) -> None:
        with suppress(OSError):
            while octets := begin.recv(65536):
                end.sendall(octets)
            end.shutdown(socket.SHUT_WR)

    def serve(listening: socket.socket) -> None:
        client, _ = listening.accept()
        with client:
            host, port = client.recv(65536).split()[1].decode().split(":")
            with socket.create_connection((host, int(port))) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = Thread(target=carry, args=(server, client))
                back.start()
                carry(client, server)
                back.join()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=serve, args=(listening,))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


def test_a_slow_upload_through_a_proxy_is_given_the_time_it_takes(tls_identity: Path) -> None:
    trusting = _trusting(tls_identity)
    with _tls_server(tls_identity) as url, _proxy() as proxy:
        tunnel = httpx2.HTTPTransport(proxy=proxy, verify=trusting)
        with Transport(url, transport=tunnel, bytes_per_second=10_000, answer_within_s=0.1) as transport:
            assert transport.post_file("/x", "packet-1.zip", bytes(2_500)) == {}


def test_what_answers_without_tls_on_a_secure_address_gets_nothing(server: WireServer) -> None:
    with Transport(server.url.replace("http:", "https:")) as transport, pytest.raises(NetworkUnavailable):
        transport.get("/x", {})
    assert server.received == []
