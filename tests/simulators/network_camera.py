"""Network cameras at the wire: MJPEG over HTTP (``multipart/x-mixed-replace``) and RTSP with JPEG in RTP
(RFC 2326, RFC 2435, interleaved in the same connection), each with pictures the test gives it, and misbehaving."""

from __future__ import annotations

import base64
import io
import itertools
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread

import numpy as np
from PIL import Image

_WHO_ARE_YOU = b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="camera"\r\nContent-Length: 0\r\n\r\n'
_RTP_JPEG = 26
_CLOCK_A_FRAME = 90_000 // 30
_MOST_PAYLOAD = 8192


def scene(width: int = 64, height: int = 48, level: int = 128) -> bytes:
    """A JPEG: red to the left, blue to the right, ``level`` bright."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2, 0] = level
    pixels[:, width // 2 :, 2] = level
    return jpeg(Image.fromarray(pixels))


def jpeg(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=80, subsampling="4:2:0")  # what RTP carries: the usual tables, type 1
    return stream.getvalue()


@dataclass
class SimulatedCamera:
    """``pictures`` are sent one after the other, ``every_s``; then the stream ends, or hangs where ``hangs``.

    ``password`` is asked for where there is one. ``answer`` is sent instead of everything else.
    """

    pictures: Callable[[], Iterator[bytes]] = lambda: itertools.repeat(scene())
    every_s: float = 0.01
    hangs: bool = False
    password: str = ""
    answer: bytes = b""
    port: int = 0
    over: Event = field(default_factory=Event)
    passwords_seen: list[str] = field(default_factory=list)
    connections: int = 0

    def paced(self) -> Iterator[bytes]:
        for picture in self.pictures():
            yield picture
            if self.over.wait(self.every_s):
                return
        if self.hangs:
            self.over.wait()


@contextmanager
def running(camera: SimulatedCamera, tls: ssl.SSLContext | None = None) -> Iterator[SimulatedCamera]:
    class Conversation(StreamRequestHandler):
        def handle(self) -> None:
            camera.connections += 1
            with suppress(OSError):  # whoever looked went away, or does not believe us
                _speak(camera, self)

        def setup(self) -> None:
            if tls is not None:
                self.request = tls.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False)
            super().setup()

        def finish(self) -> None:
            with suppress(OSError):
                super().finish()
            self.request.close()  # the server closes the one within

    server = ThreadingTCPServer(("127.0.0.1", 0), Conversation)
    server.daemon_threads = True
    camera.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield camera
    finally:
        camera.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _speak(camera: SimulatedCamera, to: StreamRequestHandler) -> None:
    while (first := to.rfile.readline().decode("latin-1").strip()) != "":
        headers = {}
        while line := to.rfile.readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if camera.answer:
            to.wfile.write(camera.answer)
            return
        if first.endswith("RTSP/1.0"):
            _answer_rtsp(camera, to, first, headers.get("cseq", "0"))
        else:
            _answer_http(camera, to, headers)
            return


def _answer_http(camera: SimulatedCamera, to: StreamRequestHandler, headers: dict[str, str]) -> None:
    if camera.password:
        told = headers.get("authorization", "")
        if told:
            camera.passwords_seen.append(base64.b64decode(told.split()[1]).decode())
        if not camera.passwords_seen or camera.passwords_seen[-1] != camera.password:
            to.wfile.write(_WHO_ARE_YOU)
            return
    to.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=picture\r\n\r\n")
    for picture in camera.paced():
        about = b"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture)
        to.wfile.write(about + picture + b"\r\n")


def _answer_rtsp(camera: SimulatedCamera, to: StreamRequestHandler, first: str, number: str) -> None:
    verb = first.split(maxsplit=1)[0]
    body = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 26\r\na=control:track\r\n"
    more = {
        "OPTIONS": "Public: OPTIONS, DESCRIBE, SETUP, PLAY\r\n",
        "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n",
        "SETUP": "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n",
    }.get(verb, "")
    said = f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\nSession: 1\r\n{more}\r\n"
    to.wfile.write((said + (body if verb == "DESCRIBE" else "")).encode())
    if verb == "PLAY":
        packet = itertools.count()
        for count, picture in enumerate(camera.paced()):
            for payload, is_last in _rtp_jpeg(picture):
                mark = (0x80 if is_last else 0) | _RTP_JPEG
                header = struct.pack(">BBHII", 0x80, mark, next(packet) & 0xFFFF, count * _CLOCK_A_FRAME, 1)
                to.wfile.write(struct.pack(">cBH", b"$", 0, len(header + payload)) + header + payload)


def _rtp_jpeg(picture: bytes) -> Iterator[tuple[bytes, bool]]:
    """RFC 2435, 3.1: what stands behind the start of scan, in pieces; tables follow from the quality."""
    with Image.open(io.BytesIO(picture)) as image:
        width, height = image.size
    scan = picture.index(b"\xff\xda")
    (length,) = struct.unpack_from(">H", picture, scan + 2)
    data = picture[scan + 2 + length : -2]
    for offset in range(0, len(data), _MOST_PAYLOAD):
        header = struct.pack(">I", offset) + struct.pack(">BBBB", 1, 80, width // 8, height // 8)
        yield header + data[offset : offset + _MOST_PAYLOAD], offset + _MOST_PAYLOAD >= len(data)


def wait_until(what: Callable[[], object], seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while not (answer := what()) and time.monotonic() < until:
        time.sleep(0.01)
    return bool(answer)
