"""Making a picture of the shop's own from bytes that anybody may have made, in a process with limits."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from apps.media.errors import ImageRefused
from apps.media.names import LONGEST_SIDE

MOST_BYTES: Final = 10_000_000
MOST_PIXELS: Final = 40_000_000
_QUALITY: Final = 90
_MEMORY: Final = 1_000_000_000
_SECONDS: Final = 20
# A path, not a module: it imports Pillow, and a web process would carry that for nothing.
_PROGRAM: Final = Path(__file__).with_name("decode_program.py")
_REFUSED: Final = 3
# No secret of the shop is in the environment of a process that strangers might get to run.
_KEPT: Final = ("PATH", "LD_LIBRARY_PATH")
_REASONS: Final = {
    "too_many_pixels": f"It has more than {MOST_PIXELS:,} pixels; make it smaller.",
    "too_complex": "It takes more memory or time than a picture may; save it anew in another program.",
    "not_an_image": "It is no JPEG, PNG, WebP, GIF or AVIF picture, or a broken one.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A picture as WebP in sRGB, upright, without metadata, at most LONGEST_SIDE pixels a side."""

    webp: bytes
    width: int
    height: int


def decode(content: bytes) -> Decoded:
    """Read a picture of any known type. Raises ImageRefused."""
    if len(content) > MOST_BYTES:
        raise _refusal("too_large", f"It has {len(content):,} bytes; {MOST_BYTES:,} is the most.")
    done = _run(content)
    if done.returncode == _REFUSED:
        code, _, _detail = done.stderr.decode(errors="replace").partition(" ")
        raise _refusal(code, _REASONS[code])
    if done.returncode:  # killed by a limit, or by its own crash
        raise _refusal("too_complex", _REASONS["too_complex"])
    size, _, webp = done.stdout.partition(b"\n")
    width, height = map(int, size.split())
    return Decoded(webp=webp, width=width, height=height)


def _run(content: bytes) -> subprocess.CompletedProcess[bytes]:
    limits = map(str, (MOST_PIXELS, LONGEST_SIDE, _QUALITY, _MEMORY, _SECONDS))
    try:
        return subprocess.run(  # noqa: S603 - our own program and numbers of ours; no shell
            [sys.executable, "-I", str(_PROGRAM), *limits],
            input=content,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
        )
    except subprocess.TimeoutExpired as error:
        raise _refusal("too_complex", _REASONS["too_complex"]) from error


def _refusal(code: str, detail: str) -> ImageRefused:
    return ImageRefused(fields=ImageRefused.field("content", code, detail).fields)
