from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, features

from muster.analysis.pictures import read_picture
from muster.errors import BadInput

# Pillow remarks on damaged EXIF and TIFF tags as warnings; what counts here is what comes out.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

UPPER_LEFT, UPPER_RIGHT, LOWER_LEFT, LOWER_RIGHT = (250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0)


def quarters(width: int = 64, height: int = 32) -> Image.Image:
    """Red and green above, blue and yellow below."""
    image = Image.new("RGB", (width, height))
    image.paste(UPPER_LEFT, (0, 0, width // 2, height // 2))
    image.paste(UPPER_RIGHT, (width // 2, 0, width, height // 2))
    image.paste(LOWER_LEFT, (0, height // 2, width // 2, height))
    image.paste(LOWER_RIGHT, (width // 2, height // 2, width, height))
    return image


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def turned(orientation: int, form: str) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(quarters(), form, exif=exif)


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG with one row's worth of data and a header that promises more."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 99))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("enough_px", "width"), [(0, 640), (320, 320), (200, 320), (160, 160), (1, 80), (999, 640)]
)
def test_a_jpeg_that_need_not_be_larger_comes_smaller(enough_px: int, width: int) -> None:
    pixels = read_picture(encoded(quarters(640, 320), "JPEG"), enough_px=enough_px)
    assert pixels.shape == (width // 2, width, 3)
    assert np.abs(pixels[2, 2].astype(int) - UPPER_LEFT).max() < 30
    assert np.abs(pixels[-2, -2].astype(int) - LOWER_RIGHT).max() < 30


def test_a_strip_that_need_not_be_larger_has_all_of_its_rows() -> None:
    assert read_picture(encoded(Image.new("RGB", (640, 1)), "JPEG"), enough_px=100).shape == (1, 640, 3)


def test_what_is_no_jpeg_stays_as_large_as_it_is() -> None:
    assert read_picture(encoded(quarters()), enough_px=8).shape == (32, 64, 3)


def refusal(content: bytes) -> str:
    with pytest.raises(BadInput) as refused:
        read_picture(content)
    return refused.value.code.name


SEEDS = {
    "JPEG": turned(6, "JPEG"),
    "PNG": turned(6, "PNG"),
    "TIFF": turned(6, "TIFF"),
    "JPEG2000": encoded(quarters(), "JPEG2000"),
    "GIF": encoded(quarters(), "GIF"),
    "BMP": encoded(quarters(), "BMP"),
    "WEBP": encoded(quarters(), "WEBP"),
    "PPM": encoded(quarters(), "PPM"),
}


# -- what is refused, and with which sentence


def test_an_empty_file_says_it_is_empty() -> None:
    assert refusal(b"") == "FILE_EMPTY"


@pytest.mark.parametrize(
    "content",
    [
        b"a letter to whom it may concern",
        b"\x00" * 500,
        b"%PDF-1.7\n%%EOF",
        b"PK\x03\x04" + bytes(60),
        b"<svg/>",
        b"\xff",
    ],
    ids=["text", "zeros", "PDF", "zip", "SVG", "one byte"],
)
def test_a_file_that_is_no_picture_says_so(content: bytes) -> None:
    assert refusal(content) == "PICTURE_UNREADABLE"


def test_a_postscript_file_is_no_picture_because_reading_it_starts_another_program() -> None:
    assert refusal(encoded(quarters(), "EPS")) == "PICTURE_UNREADABLE"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "BMP", "WEBP", "PPM"])
@pytest.mark.parametrize("share", [0.6, 0.9])
def test_a_picture_that_is_cut_off_is_refused(form: str, share: float) -> None:
    noise = Image.effect_noise((80, 60), 90).convert("RGB")
    whole = encoded(noise, form)
    assert refusal(whole[: int(len(whole) * share)]) in ("PICTURE_TRUNCATED", "PICTURE_UNREADABLE")


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_photograph_that_lost_its_second_half_says_it_is_cut_off(form: str) -> None:
    whole = encoded(Image.effect_noise((80, 60), 90).convert("RGB"), form)
    assert refusal(whole[: len(whole) // 2]) == "PICTURE_TRUNCATED"


@pytest.mark.parametrize(
    "size", [(8001, 8000), (10_000, 10_000), (20_000, 20_000), (2**31 - 1, 1), (1, 2**31 - 1)], ids=str
)
def test_a_picture_that_would_fill_the_memory_says_it_is_too_large(size: tuple[int, int]) -> None:
    assert refusal(png_that_claims(*size)) == "PICTURE_TOO_LARGE"


def test_a_header_that_promises_more_than_there_is_says_it_is_cut_off() -> None:
    assert refusal(png_that_claims(600, 800)) == "PICTURE_TRUNCATED"


@pytest.mark.parametrize("tag", [b"\x01\x00", b"\x01\x1a"], ids=["width", "resolution"])
def test_a_photograph_on_its_side_whose_exif_writes_a_number_as_text_says_it_is_damaged(tag: bytes) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "x"
    content = encoded(quarters(), "JPEG", exif=exif)
    description = b"\x01\x0e\x00\x02"  # tag and "text"
    assert content.count(description) == 1
    # Pillow stumbles (struct.error, TypeError) when it writes the EXIF anew without the orientation.
    assert refusal(content.replace(description, tag + b"\x00\x02")) == "PICTURE_TRUNCATED"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_are_bad_input_and_nothing_else(content: bytes) -> None:
    with pytest.raises(BadInput):
        read_picture(content)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(SEEDS)),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_a_damaged_picture_is_read_or_is_bad_input_and_nothing_else(
    form: str, damage: list[tuple[int, int]]
) -> None:
    content = bytearray(SEEDS[form])
    for at, octet in damage:
        content[at % len(content)] = octet
    try:
        pixels = read_picture(bytes(content))
    except BadInput:
        return
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3


@pytest.mark.parametrize("form", ["TIFF", "GIF", "PNG", "WEBP"])
def test_a_file_of_two_pages_is_refused_because_one_of_them_would_be_lost(form: str) -> None:
    other = Image.new("RGB", (64, 32), "white")
    content = encoded(quarters(), form, save_all=True, append_images=[other])
    assert refusal(content) == "PICTURE_SEVERAL_PAGES"


# -- what is read


@pytest.mark.parametrize("form", ["PNG", "TIFF", "BMP", "PPM", "JPEG2000"])
def test_a_picture_kept_without_loss_comes_out_as_it_is(form: str) -> None:
    options = {"irreversible": False} if form == "JPEG2000" else {}
    np.testing.assert_array_equal(read_picture(encoded(quarters(), form, **options)), np.asarray(quarters()))


def test_a_jpeg_comes_out_nearly_as_it_was() -> None:
    pixels = read_picture(encoded(quarters(), "JPEG", quality=95))
    np.testing.assert_allclose(pixels[4, 4], UPPER_LEFT, atol=12)


@pytest.mark.skipif(not features.check("webp"), reason="this Pillow was built without WebP")
def test_a_webp_of_a_phone_is_read() -> None:
    assert read_picture(encoded(quarters(), "WEBP")).shape == (32, 64, 3)


def test_the_first_of_several_pictures_of_a_phone_is_read() -> None:
    several = encoded(quarters(), "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    assert read_picture(several).shape == (32, 64, 3)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF"])
def test_a_picture_taken_with_the_camera_on_its_side_is_set_upright(form: str) -> None:
    pixels = read_picture(turned(6, form))  # 6: to be turned a quarter clockwise
    assert pixels.shape == (64, 32, 3)
    np.testing.assert_allclose(pixels[4, 4], LOWER_LEFT, atol=12)
    np.testing.assert_allclose(pixels[4, -4], UPPER_LEFT, atol=12)


def test_a_picture_taken_upside_down_is_set_upright() -> None:
    pixels = read_picture(turned(3, "PNG"))
    assert tuple(pixels[4, 4]) == LOWER_RIGHT


@pytest.mark.parametrize("orientation", [0, 1, 9, 255])
def test_an_orientation_that_does_not_exist_leaves_the_picture_as_it_is(orientation: int) -> None:
    np.testing.assert_array_equal(read_picture(turned(orientation, "PNG")), np.asarray(quarters()))


def test_a_jpeg_in_cmyk_comes_out_in_its_colours() -> None:
    red = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    np.testing.assert_allclose(read_picture(encoded(red, "JPEG"))[8, 8], (255, 0, 0), atol=12)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_black_and_white_grey_palette_and_transparency_come_out_as_rgb(mode: str) -> None:
    pixels = read_picture(encoded(Image.new("RGB", (5, 7), "white").convert(mode)))
    np.testing.assert_array_equal(pixels, np.full((7, 5, 3), 255))


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_a_grey_scan_of_16_bits_keeps_its_greys(form: str) -> None:
    levels = np.array([[0, 0x4000], [0x8000, 0xFFFF]], np.uint16)
    pixels = read_picture(encoded(Image.fromarray(levels), form))
    np.testing.assert_array_equal(pixels[:, :, 0], [[0, 0x40], [0x80, 0xFF]])
    np.testing.assert_array_equal(pixels[:, :, 0], pixels[:, :, 2])


@pytest.mark.parametrize(
    ("mode", "form"), [("RGBA", "PNG"), ("LA", "PNG"), ("RGBA", "TIFF"), ("LA", "TIFF"), ("PA", "TIFF")]
)
def test_what_is_transparent_comes_out_white_as_on_paper(mode: str, form: str) -> None:
    image = Image.new("RGBA", (3, 1), (0, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 0, 255))
    image.putpixel((2, 0), (0, 0, 0, 127))
    pixels = read_picture(encoded(image.convert(mode), form))
    assert [int(pixels[0, x, 0]) for x in range(3)] == [255, 0, 128]


def test_a_palette_with_a_transparent_colour_comes_out_white_there() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((1, 0), 1)
    pixels = read_picture(encoded(image, transparency=0))
    assert pixels.tolist() == [[[255, 255, 255], [40, 50, 60]]]


@pytest.mark.parametrize(
    ("mode", "ink", "out"), [("RGB", (10, 20, 30), [10, 20, 30]), ("L", 10, [10, 10, 10])], ids=["RGB", "L"]
)
def test_one_colour_declared_transparent_comes_out_white(mode: str, ink: Any, out: list[int]) -> None:
    image = Image.new(mode, (2, 1))  # black
    image.putpixel((1, 0), ink)
    black = (0, 0, 0) if mode == "RGB" else 0
    assert read_picture(encoded(image, transparency=black)).tolist() == [[[255, 255, 255], out]]
