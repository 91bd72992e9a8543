"""Reads a picture that a stranger made and writes it anew: a program of its own, in which a bomb or a crash harms nobody.

`python -I decode_program.py PIXELS LONGEST QUALITY BYTES SECONDS` takes the content on its input. It answers with a line `width height` and
the picture as WebP without metadata, or ends with status 3 and a reason on its error output. It imports nothing of the shop.
"""

from __future__ import annotations

import contextlib
import resource
import sys
import warnings
from io import BytesIO
from pathlib import Path
from typing import Final, NoReturn

from PIL import AvifImagePlugin, Image, ImageCms, ImageOps, features

_REFUSED: Final = 3
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", *(("AVIF",) if features.check("avif") else ()))


def main(pixels: int, longest: int, quality: int, memory: int, seconds: int) -> None:
    """Read, check, write."""
    _limit(memory=memory, seconds=seconds)
    Image.MAX_IMAGE_PIXELS = pixels
    # One thread for each core would reserve more memory than there is to have.
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    # Pillow warns up to twice the limit and raises above it.
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        picture = _read(sys.stdin.buffer.read(), longest=longest)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        _refuse("too_many_pixels")
    except MemoryError:
        _refuse("too_complex")
    except Exception as error:  # decoders raise all sorts of things at broken files
        _refuse(f"not_an_image {type(error).__name__}: {error}")
    sys.stdout.buffer.write(f"{picture.width} {picture.height}\n".encode())
    picture.save(sys.stdout.buffer, "WEBP", quality=quality, method=2)


def _limit(*, memory: int, seconds: int) -> None:
    # Not every system knows each of these; where memory runs out all the same, this process is the first to go.
    for kind, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (limit, limit))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _read(content: bytes, *, longest: int) -> Image.Image:
    with Image.open(BytesIO(content), formats=_FORMATS) as opened:
        # JPEG alone can be decoded at a fraction of its size.
        opened.draft(None, (longest, longest))
        opened.load()
        picture = ImageOps.exif_transpose(opened)
    picture = _to_srgb(picture)
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    # Whatever is left in `info` (profile, EXIF, XMP, comments) would be saved along.
    picture.info.clear()
    return picture


def _to_srgb(picture: Image.Image) -> Image.Image:
    profile, mode = picture.info.get("icc_profile"), "RGBA" if picture.has_transparency_data else "RGB"
    if profile and picture.mode in ("RGB", "RGBA", "CMYK", "L"):
        with contextlib.suppress(ImageCms.PyCMSError, OSError):  # a broken profile is as good as none
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            wanted = "RGBA" if picture.mode == "RGBA" else "RGB"
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=wanted)
            picture = converted or picture
    if picture.mode.startswith("I"):  # 16 bits of grey, which `convert` would clip
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture.convert(mode)


def _refuse(reason: str) -> NoReturn:
    sys.stderr.write(reason)
    sys.exit(_REFUSED)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
