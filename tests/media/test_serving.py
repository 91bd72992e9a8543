"""Renditions: which there are, how they are made, what browsers and caches are told."""

import logging
import os
import subprocess
import sys
import threading
import time
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from apps.media import api as media
from apps.media import files
from apps.media.contracts import MailForm
from apps.messaging import api as messaging
from apps.messaging.testing import deliver_all
from apps.web.testing import assert_queries
from tests.media.pictures import DRAWING, encode, files_of, opened, photo, served

pytestmark = pytest.mark.django_db


def at_width(url: str, width: int) -> str:
    return f"{url.rpartition('/')[0]}/{width}.webp"


def digest_of(url: str) -> str:
    return url.split("/")[2]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (200, [200]),
        (320, [320]),
        (700, [320, 640, 700]),
        (1280, [320, 640, 960, 1280]),
        (2000, [320, 640, 960, 1280, 2000]),
    ],
)
def test_picture_is_shown_in_widths_below_its_own_and_in_its_own(width, shown):
    stored = media.store_image(content=photo(width=width, height=100))

    offered = media.srcset(stored.url).split(", ")

    assert offered == [f"{at_width(stored.url, each)} {each}w" for each in shown]
    assert [served(address.split()[0]).width for address in offered] == shown
    for other in {320, 321, 960, 1279, 1280, 2560} - set(shown):
        assert Client().get(at_width(stored.url, other)).status_code == 404


@pytest.mark.parametrize(
    "url", ["", "https://cdn.example.com/media/a/1.webp", "/static/x.webp", "/media/../320.webp", "/media/" + "0" * 32 + "/320.webp?x=1"]
)  # fmt: skip
def test_foreign_addresses_have_no_renditions(url):
    assert media.srcset(url) == ""


@pytest.mark.parametrize(
    "store", [lambda: media.store_image(content=photo()), lambda: media.store_drawing(svg=DRAWING)]
)
def test_rendition_is_made_once_on_the_first_request(store, media_root):
    url = at_width(store().url, 640)

    assert served(url).size == (640, 800)
    made = {path: path.stat().st_mtime_ns for path in media_root.rglob("*.webp")}
    assert served(url).size == (640, 800)

    assert {path: path.stat().st_mtime_ns for path in media_root.rglob("*.webp")} == made


def test_worker_makes_renditions_ahead(media_root):
    for url in (media.store_image(content=photo()).url, media.store_drawing(svg=DRAWING).url):
        deliver_all()

        with assert_queries(at_most=0):
            assert served(url).width in (1000, 1200)
            assert served(at_width(url, 320)).size == (320, 400)
    assert files_of(media_root) == {
        "320.webp",
        "640.webp",
        "960.webp",
        "1000.webp",
        "1200.webp",
        "drawing.svg",
        "mail.jpg",
    }


def test_browsers_keep_a_picture_for_ever():
    url = media.store_image(content=photo()).url

    response = Client().get(url)
    again = Client().get(url, headers={"If-None-Match": response.headers["ETag"]})
    head = Client().head(url)

    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert int(response.headers["Content-Length"]) == len(response.content)
    assert "Vary" not in response.headers
    assert "Set-Cookie" not in response.headers
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == response.headers["ETag"]
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        f"/media/{'0' * 32}/320.webp",
        f"/media/{'0' * 32}/0320.webp",
        f"/media/{'0' * 31}/320.webp",
        f"/media/{'0' * 32}/mail.jpg",
        f"/media/{'0' * 32}/mail.gif",
        "/media/..%2f..%2fsecrets/320.webp",
        "/media/../../etc/passwd",
        "/media/",
        "/media/.lock",
    ],
)
def test_what_is_no_picture_of_ours_is_404_and_not_kept(path, media_root):
    media_root.parent.joinpath("secrets").mkdir()

    response = Client().get(path)

    assert response.status_code == 404
    assert "immutable" not in response.headers.get("Cache-Control", "")


def test_source_of_a_drawing_is_not_served():
    folder = media.store_drawing(svg=DRAWING).url.rpartition("/")[0]

    assert Client().get(f"{folder}/drawing.svg").status_code == 404


@pytest.mark.parametrize("name", ["320.webp", "mail.jpg", "mail.png"])
def test_only_reading_is_allowed(name):
    assert Client().post(f"/media/{'0' * 32}/{name}").status_code == 405


@pytest.mark.parametrize(
    "stored",
    [
        lambda: media.store_image(content=photo(width=1200, height=500)),
        lambda: media.store_image(content=photo(width=100, height=900)),
        lambda: media.store_drawing(svg=DRAWING),
    ],
)
def test_photo_for_mails_fills_one_size_whatever_its_own(stored):
    url = stored().url

    address = media.for_mail(url, form=MailForm.PHOTO)

    assert address == f"/media/{digest_of(url)}/mail.jpg"
    first = Client().get(address)
    picture = opened(first.content)
    assert (first.headers["Content-Type"], picture.format, picture.size) == ("image/jpeg", "JPEG", (320, 400))
    assert "immutable" in first.headers["Cache-Control"]
    assert Client().get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_transparent_parts_of_a_photo_for_mails_are_white_and_of_a_logo_stay_transparent():
    clear = encode(Image.new("RGBA", (900, 300), (0, 0, 0, 0)), "PNG")
    url = media.store_image(content=clear).url

    photo_, logo = (served(media.for_mail(url, form=form)) for form in MailForm)

    assert min(photo_.getpixel((160, 200))) > 250
    assert (logo.format, logo.size, logo.getpixel((10, 10))[3]) == ("PNG", (320, 107), 0)


def test_form_for_mails_is_made_once_and_missed_where_the_picture_is_lost(media_root, caplog):
    url = media.store_image(content=photo()).url
    address = media.for_mail(url, form=MailForm.PHOTO)
    served(address)
    (made,) = media_root.rglob("mail.jpg")
    when = made.stat().st_mtime_ns
    served(address)
    assert made.stat().st_mtime_ns == when

    for path in (made, *media_root.rglob("*.webp")):
        path.unlink()

    with caplog.at_level(logging.ERROR):
        assert Client().get(address).status_code == 404
    assert "is lost; restore MEDIA_ROOT" in caplog.text


def test_picture_of_another_site_is_the_same_in_mails():
    assert media.for_mail("https://cdn.example.com/a.webp", form=MailForm.PHOTO) == "https://cdn.example.com/a.webp"


def test_lost_file_is_404_and_the_operator_is_told(media_root, caplog):
    url = media.store_image(content=photo()).url
    for path in media_root.rglob("*.webp"):
        path.unlink()

    with caplog.at_level(logging.ERROR):
        assert Client().get(url).status_code == 404
    assert "is lost; restore MEDIA_ROOT" in caplog.text
    assert media.find_rendition(digest=digest_of(url), width=1000) is None


@pytest.mark.slow
def test_what_a_killed_maker_left_is_removed_by_the_next(media_root):
    stored = media.store_image(content=photo())
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_MAKER, digest_of(stored.url)],
        env={**os.environ, "MEDIA_ROOT": str(media_root), "DJANGO_SETTINGS_MODULE": "tests.settings"},
        check=False,
    )
    assert killed.returncode == -9
    assert any(name.startswith(".unfinished-") for name in files_of(media_root))

    assert served(at_width(stored.url, 320)).size == (320, 400)
    assert files_of(media_root) == {"1000.webp", "320.webp"}


KILLED_MAKER = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from apps.media import files
from apps.media.contracts import MailForm
with files.alone(sys.argv[1]):
    Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    files.write(files.rendition(sys.argv[1], 320), b"half a picture")
"""


def test_one_at_a_time_makes_renditions_of_a_picture(media_root):
    """Threads and processes alike take turns, since each opens the lock for itself."""
    digest, at_once, most = "f" * 32, [0], [0]

    def make() -> None:
        with files.alone(digest):
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
            time.sleep(0.01)
            at_once[0] -= 1

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)

    assert most == [1]


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_get_whole_pictures(media_root, monkeypatch):
    url = at_width(media.store_drawing(svg=DRAWING).url, 320)
    written, write = [], files.write
    monkeypatch.setattr(files, "write", lambda path, content: (written.append(path.name), write(path, content)))
    sizes: list[tuple[int, int]] = []

    def ask() -> None:
        response = Client().get(url)
        sizes.append(Image.open(BytesIO(response.content)).size)
        from django.db import connections

        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sizes == [(320, 400)] * 8
    assert written == ["320.webp"], "nobody waits for the sizes that nobody asked for"


def test_picture_that_cannot_be_made_is_parked_for_staff(media_root, settings):
    settings.MESSAGING = {**settings.MESSAGING, "BACKOFF_BASE_MS": -1, "BACKOFF_CAP_MS": -1}
    media.store_drawing(svg=DRAWING.replace("</svg>", ""))

    deliver_all()

    (parked,) = messaging.list_parked()
    assert parked.kind == "media.render_image"
