from __future__ import annotations

import io
import struct
import time
import zlib
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from muster.errors import MalformedData
from muster.formats.image_codec import (
    IMAGE_TOO_COSTLY,
    IMAGE_TOO_LARGE,
    IMAGE_UNDECODABLE,
    Pixels,
    decode,
    encode_jp2_lossless,
    encode_png,
)
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_5 import FaceRecord
from muster.formats.iso19794_6 import IrisRecord
from muster.formats.iso19794_picture import describe
from muster.formats.wsq import WSQ_MALFORMED

# Slanted stripes with an edge: something a lossy codec would change.
GREY: Pixels = ((np.add.outer(np.arange(40) * 7, np.arange(32) * 5) % 256) ^ 0x2A).astype(np.uint8)
RGB: Pixels = np.stack([GREY, GREY[::-1], GREY[:, ::-1]], axis=2)


def jpeg(pixels: Pixels) -> bytes:
    return saved(pixels, "JPEG")


def saved(pixels: Pixels, form: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form)
    return buffer.getvalue()


def png_header_only(width: int, height: int) -> bytes:
    """A PNG that claims a size and has no pixels: cheap to send, dear to decode."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def refusal(content: bytes) -> str:
    """The code with which ``content`` is refused. Whatever else is raised breaks the test."""
    try:
        decode(content)
    except MalformedData as error:
        return error.code.name
    return "accepted"


@pytest.mark.parametrize("size", [(8001, 8000), (9500, 9500), (20_000, 20_000), (60_000, 60_000)])
def test_a_picture_larger_than_any_device_makes_is_refused_by_its_header(size: tuple[int, int]) -> None:
    assert refusal(png_header_only(*size)) == IMAGE_TOO_LARGE.name


@pytest.mark.parametrize("content", [b"", b"no picture", bytes(1000), b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    assert refusal(content) == IMAGE_UNDECODABLE.name


def test_postscript_is_never_handed_to_an_interpreter() -> None:
    content = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n%%EOF\n"

    with pytest.raises(MalformedData) as caught:
        decode(content)

    assert caught.value.code is IMAGE_UNDECODABLE
    assert "Ghostscript" not in str(caught.value.__cause__)


@pytest.mark.parametrize("form", ["BMP", "GIF", "TIFF", "PPM", "WEBP", "PDF"])
def test_formats_that_no_record_has_are_refused(form: str) -> None:
    assert refusal(saved(GREY, form)) == IMAGE_UNDECODABLE.name


@pytest.mark.parametrize(
    "content", [encode_jp2_lossless(GREY), encode_png(GREY), jpeg(GREY)], ids=["JPEG 2000", "PNG", "JPEG"]
)
def test_a_picture_cut_off_anywhere_is_refused_or_has_all_its_pixels(content: bytes) -> None:
    """What may be cut off unseen is what stands behind the pixels: checksums and end marks."""
    whole = decode(content)
    accepted = [length for length in range(len(content)) if refusal(content[:length]) == "accepted"]

    assert all(np.array_equal(decode(content[:length]), whole) for length in accepted)
    assert len(accepted) <= 25


@settings(deadline=None, max_examples=200, database=None)
@given(data=st.data())
@pytest.mark.parametrize(
    "content", [encode_jp2_lossless(GREY), encode_png(GREY), jpeg(GREY)], ids=["JPEG 2000", "PNG", "JPEG"]
)
def test_changed_octets_are_accepted_or_refused_and_nothing_else_happens(
    content: bytes, data: st.DataObject
) -> None:
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, min(len(content), 120) - 1))] = data.draw(st.integers(0, 255))

    assert refusal(bytes(changed)) in {
        "accepted",
        IMAGE_UNDECODABLE.name,
        IMAGE_TOO_LARGE.name,
        IMAGE_TOO_COSTLY.name,
        WSQ_MALFORMED.name,  # one octet makes the beginning of a JPEG that of a WSQ picture
    }


@pytest.mark.parametrize("pixels", [GREY, RGB], ids=["grey", "RGB"])
def test_jpeg_2000_gives_every_pixel_back(pixels: Pixels) -> None:
    assert np.array_equal(decode(encode_jp2_lossless(pixels)), pixels)


def test_other_threads_go_on_while_jpeg_2000_is_written() -> None:
    """A coder that holds the interpreter lets them run once, before it begins."""
    noise = np.random.default_rng(0).integers(0, 256, (1500, 1500, 3), dtype=np.uint8)
    writing = Thread(target=encode_jp2_lossless, args=(noise,))
    writing.start()
    turns = 0
    while writing.is_alive():
        turns += 1
        time.sleep(0.001)
    assert turns > 10


def test_other_threads_go_on_while_jpeg_2000_is_read() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1500, 1500, 3), dtype=np.uint8)
    reading = Thread(target=decode, args=(encode_jp2_lossless(noise),))
    reading.start()
    turns = 0
    while reading.is_alive():
        turns += 1
        time.sleep(0.001)
    assert turns > 10


def red_for_blue() -> bytes:
    """A colour profile in which red is what is blue elsewhere."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"....").replace(b"bXYZ", b"rXYZ").replace(b"....", b"bXYZ")


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def with_header(content: bytes, *boxes: bytes) -> bytes:
    """A JP2 file whose header has these boxes behind the first, in place of its own (ISO/IEC 15444-1 I.5.3)."""
    at, end = content.index(b"jp2h") - 4, content.index(b"jp2c") - 4
    return content[:at] + box(b"jp2h", content[at + 8 : at + 30] + b"".join(boxes)) + content[end:]


# A ``cdef`` box (I.5.3.6) that calls the first channel blue and the third red.
TURNED = box(b"cdef", struct.pack(">H9H", 3, 0, 0, 3, 1, 0, 2, 2, 0, 1))
SRGB = box(b"colr", b"\x01\x00\x00\x00\x00\x00\x10")


def test_the_header_of_our_own_files_is_all_there_is_to_them() -> None:
    content = encode_jp2_lossless(RGB)
    assert with_header(content, SRGB) == content
    assert describe(content).is_plain


@pytest.mark.parametrize(
    "boxes",
    [
        (box(b"colr", b"\x02\x00\x00" + red_for_blue()),),
        (SRGB, box(b"colr", b"\x02\x00\x00" + red_for_blue())),
        (SRGB, TURNED),
        (),
    ],
    ids=["a profile", "a profile as well", "another order of channels", "nothing"],
)
def test_nothing_in_the_header_of_a_file_changes_what_is_seen_in_it(boxes: tuple[bytes, ...]) -> None:
    content = with_header(encode_jp2_lossless(RGB), *boxes)
    assert not describe(content).is_plain
    assert np.array_equal(decode(content), RGB)


def test_components_that_are_not_sampled_alike_are_accepted_or_refused_and_nothing_else_happens() -> None:
    content = bytearray(encode_jp2_lossless(np.stack([GREY] * 3, axis=2)))
    components = content.index(b"\xff\x51") + 40  # ISO/IEC 15444-1 A.5.1
    for across, down in ((1, 2), (2, 1), (2, 2), (3, 3)):
        for component in (1, 2):
            content[components + 3 * component + 1 : components + 3 * component + 3] = bytes((across, down))
        assert not describe(bytes(content)).is_plain
        assert refusal(bytes(content)) in {"accepted", IMAGE_UNDECODABLE.name}


@pytest.mark.parametrize("pixels", [GREY, RGB], ids=["grey", "RGB"])
def test_png_gives_every_pixel_back(pixels: Pixels) -> None:
    assert np.array_equal(decode(encode_png(pixels)), pixels)


@pytest.mark.parametrize("pixels, colour_transform", [(GREY, 0), (RGB, 1)], ids=["grey", "RGB"])
def test_jpeg_2000_is_written_with_the_reversible_transforms(pixels: Pixels, colour_transform: int) -> None:
    """ISO/IEC 15444-1 A.6.1: in the COD segment, wavelet 1 is the reversible 5/3."""
    content = encode_jp2_lossless(pixels)
    coding_style = content.index(b"\xff\x52")

    assert content.startswith(b"\x00\x00\x00\x0cjP  \r\n\x87\n")
    assert content[coding_style + 8] == colour_transform
    assert content[coding_style + 13] == 1


@pytest.mark.parametrize("pixels", [GREY, RGB], ids=["grey", "RGB"])
def test_a_jpeg_has_its_shape_and_about_its_pixels(pixels: Pixels) -> None:
    smooth = np.broadcast_to(np.arange(32, dtype=np.uint8), pixels.shape[:2])
    picture = smooth if pixels.ndim == 2 else np.stack([smooth] * 3, axis=2)
    decoded = decode(jpeg(np.ascontiguousarray(picture)))

    assert decoded.shape == pixels.shape
    assert np.abs(decoded.astype(int) - picture).max() <= 3


@pytest.mark.parametrize(
    "mode, shape", [("1", (40, 32)), ("L", (40, 32)), ("P", (40, 32, 3)), ("RGBA", (40, 32, 3))]
)
def test_other_pixel_kinds_become_grey_or_rgb(mode: str, shape: tuple[int, ...]) -> None:
    buffer = io.BytesIO()
    Image.fromarray(GREY).convert(mode).save(buffer, "PNG")
    decoded = decode(buffer.getvalue())

    assert decoded.shape == shape
    assert decoded.dtype == np.uint8


def test_sixteen_bits_are_reduced_to_the_upper_eight() -> None:
    deep = (GREY.astype(np.uint16) << 8) | 0x7F

    buffer = io.BytesIO()
    Image.fromarray(deep).save(buffer, "PNG")

    assert np.array_equal(decode(buffer.getvalue()), GREY)


@pytest.mark.parametrize(
    "name, kind, colour",
    [
        ("Left_Index.iso", FingerRecord, False),
        ("Right_Thumb.iso", FingerRecord, False),
        ("Left_Iris.iso", IrisRecord, False),
        ("Face.iso", FaceRecord, True),
        ("Exception_Photo.iso", FaceRecord, True),
    ],
)
def test_pictures_in_published_records_have_the_size_their_header_says(
    reference_data: Path, name: str, kind: type[FingerRecord] | type[IrisRecord] | type[FaceRecord], colour: bool
) -> None:
    record = kind.parse((reference_data / "iso" / name).read_bytes())

    assert decode(record.image).shape == (record.height, record.width) + ((3,) if colour else ())


def test_a_picture_that_goes_to_its_end_without_having_one_is_refused() -> None:
    """Its tile part says that it goes as far as the file does, so that nothing is missing by its own words."""
    content = encode_jp2_lossless(GREY)
    length_at = content.index(b"\xff\x90") + 6
    endless = content[:length_at] + bytes(4) + content[length_at + 4 :].removesuffix(b"\xff\xd9")

    assert refusal(endless) == IMAGE_UNDECODABLE.name


def _large() -> Pixels:
    """Smooth, as a face is."""
    return np.add.outer(np.linspace(0, 150, 400), np.linspace(0, 100, 264)).astype(np.uint8)


@pytest.mark.parametrize(
    ("enough", "shape"), [(400, (400, 264)), (201, (400, 264)), (200, (200, 132)), (9, (50, 33))]
)
def test_a_jpeg_2000_picture_comes_no_larger_than_is_enough_and_never_smaller(
    enough: int, shape: tuple[int, int]
) -> None:
    small = decode(encode_jp2_lossless(_large()), enough_px=enough)
    assert small.shape == shape
    assert abs(float(small.mean()) - float(_large().mean())) < 4


def test_a_jpeg_2000_picture_without_smaller_ones_in_it_comes_whole() -> None:
    buffer = io.BytesIO()
    Image.fromarray(_large()).save(buffer, "JPEG2000", irreversible=False, num_resolutions=1)
    assert (decode(buffer.getvalue(), enough_px=20) == _large()).all()


def test_a_jpeg_2000_picture_that_cannot_be_quartered_comes_halved() -> None:
    assert decode(encode_jp2_lossless(_large()[:399]), enough_px=20).shape == (200, 132)


def test_what_is_no_picture_is_refused_whatever_is_enough() -> None:
    whole = encode_jp2_lossless(_large())
    with pytest.raises(MalformedData):
        decode(whole[: len(whole) // 3], enough_px=20)


def test_other_codecs_come_whole_whatever_is_enough() -> None:
    assert decode(encode_png(_large()), enough_px=20).shape == _large().shape
