"""What is taken in, how it is kept, and what is refused."""

import struct
import zlib

import pytest
from PIL import Image, ImageCms, features

from apps.kernel.errors import Invalid
from apps.media import api as media
from tests.media.pictures import DRAWING, encode, files_of, photo, served

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
KINDS = ["JPEG", "PNG", "WEBP", "GIF", *(["AVIF"] if features.check("avif") else [])]


@pytest.mark.parametrize("kind", KINDS)
def test_every_known_type_becomes_webp(kind):
    stored = media.store_image(content=photo(kind=kind), source="somewhere")

    shown = served(stored.url)
    assert (shown.format, shown.size) == ("WEBP", (1000, 1250))
    assert (stored.width, stored.height) == (1000, 1250)
    assert shown.getpixel((500, 600)) == pytest.approx((200, 80, 40), abs=6)


def test_same_content_is_the_same_picture(media_root):
    first, again, other = (media.store_image(content=photo(colour=c)) for c in ("red", "red", "blue"))

    assert first == again
    assert first.url != other.url
    assert files_of(media_root) == {"1000.webp"}


def test_picture_is_written_again_where_its_file_is_lost(media_root):
    stored = media.store_image(content=photo())
    (file,) = media_root.rglob("1000.webp")
    file.unlink()

    assert media.store_image(content=photo()) == stored
    assert served(stored.url).size == (1000, 1250)


def test_picture_is_turned_upright_and_tells_nothing_else():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of a person"  # lies on its side
    halves = Image.new("RGB", (400, 200), "red")
    halves.paste("blue", (200, 0, 400, 200))
    content = encode(halves, "JPEG", exif=exif, comment=b"secret place", quality=95)

    stored = media.store_image(content=content)

    shown = served(stored.url)
    assert shown.size == (200, 400)
    assert shown.getpixel((100, 50))[0] > 200  # red is above
    assert not dict(shown.getexif())
    assert not {"exif", "xmp", "icc_profile", "comment"} & shown.info.keys()


def test_colours_of_another_profile_become_srgb():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # Red and green change places: the first of each name stands in the profile's table of contents.
    swapped = profile.replace(b"rXYZ", b"????", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"????", b"gXYZ", 1)
    content = encode(Image.new("RGB", (50, 50), (10, 200, 90)), "PNG", icc_profile=swapped)

    shown = served(media.store_image(content=content).url)

    assert "icc_profile" not in shown.info
    assert shown.getpixel((25, 25)) == pytest.approx((200, 10, 90), abs=12)


@pytest.mark.parametrize(
    ("picture", "kind", "expected"),
    [
        (Image.new("CMYK", (50, 50), (0, 0, 0, 0)), "JPEG", (255, 255, 255)),
        (Image.new("L", (50, 50), 120), "PNG", (120, 120, 120)),
        (Image.new("I;16", (50, 50), 120 * 256), "PNG", (120, 120, 120)),
        (Image.new("1", (50, 50), 1), "PNG", (255, 255, 255)),
        (Image.new("RGBA", (50, 50), (9, 9, 9, 0)), "PNG", (9, 9, 9, 0)),
        (Image.new("P", (50, 50), 0), "GIF", (0, 0, 0)),
    ],
    ids=lambda value: getattr(value, "mode", None),
)
def test_pictures_of_every_mode_are_shown(picture, kind, expected):
    shown = served(media.store_image(content=encode(picture, kind)).url)

    got = shown.getpixel((25, 25))
    assert got[3:] == expected[3:]
    if expected[3:] != (0,):
        assert got == pytest.approx(expected, abs=6)


def test_only_the_first_frame_of_an_animation_is_kept():
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue")]
    content = encode(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)

    shown = served(media.store_image(content=content).url)

    assert getattr(shown, "n_frames", 1) == 1
    assert shown.getpixel((25, 25))[0] > 200


def test_huge_picture_is_made_smaller():
    stored = media.store_image(content=photo(width=5000, height=4000))

    assert (stored.width, stored.height) == (2560, 2048)


def bomb() -> bytes:
    """A PNG of 400 million pixels in 50 kB."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(bytes(2501) * 20_000, 9)
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def lying_gif() -> bytes:
    """A small GIF whose first frame says that it is much larger than the picture."""
    content = bytearray(photo(width=10, height=10, kind="GIF"))
    at = content.index(b"\x2c")
    content[at + 5 : at + 9] = struct.pack("<HH", 65_000, 65_000)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_an_image"),
        (b"GIF89a", "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_an_image"),
        (b"%PDF-1.7 ...", "not_an_image"),
        (photo(kind="BMP"), "not_an_image"),
        (photo(kind="TIFF"), "not_an_image"),
        (photo()[:-4000], "not_an_image"),
        (bomb(), "too_many_pixels"),
        (lying_gif(), "too_many_pixels"),
        (bytes(10_000_001), "too_large"),
    ],
    ids=["empty", "head", "svg", "pdf", "bmp", "tiff", "cut", "bomb", "lying", "heavy"],
)
def test_what_is_no_picture_is_refused_with_the_reason(content, code, media_root):
    with pytest.raises(media.ImageRefused) as refused:
        media.store_image(content=content)

    (fault,) = refused.value.fields
    assert (fault.field, fault.code) == ("content", code)
    assert files_of(media_root) == set()


def test_decoder_that_hangs_or_grows_is_ended(monkeypatch):
    monkeypatch.setattr("apps.media.decoding._MEMORY", 60_000_000)

    with pytest.raises(media.ImageRefused) as refused:
        media.store_image(content=photo(width=6000, height=6000))

    assert refused.value.fields[0].code == "too_complex"


def test_decoder_knows_no_secret_of_the_shop(monkeypatch, tmp_path):
    program = tmp_path / "program.py"
    program.write_text("import os, sys; sys.stdout.write('1 1\\n' + ' '.join(os.environ))")
    monkeypatch.setattr("apps.media.decoding._PROGRAM", program)
    monkeypatch.setenv("SECRET_KEY", "s")
    from apps.media.decoding import decode

    assert "SECRET_KEY" not in decode(b"").webp.decode().split()


def test_drawing_is_kept_as_it_is_until_somebody_looks(media_root):
    stored = media.store_drawing(svg=DRAWING)

    assert (stored.width, stored.height) == (1200, 1500)
    assert files_of(media_root) == {"drawing.svg"}
    assert media.store_drawing(svg=DRAWING) == stored
    shown = served(stored.url)
    assert (shown.size, shown.mode) == ((1200, 1500), "RGB")
    assert shown.getpixel((600, 700)) == pytest.approx((128, 64, 32), abs=6)


@pytest.mark.parametrize(
    "svg", ["", "no drawing", "<svg/>", '<svg viewBox="0 0 0 10"/>', '<svg viewBox="0 0 5 5"/>' + " " * 10**6]
)
def test_drawing_without_a_size_is_refused(svg):
    with pytest.raises(Invalid) as refused:
        media.store_drawing(svg=svg)

    assert refused.value.fields[0].field == "svg"
