"""Pictures of imported products: asked for, replaced when they are there, known again by the next import."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest
from django.db import transaction

from apps.catalog import api as catalog
from apps.catalog.contracts import Image, ImportOutcome, ProductStatus
from apps.catalog.services.images import show_stored_images
from apps.kernel.ids import uuid7
from apps.media import api as media
from apps.media.contracts import StoredImage
from apps.media.events import ImageFetched
from apps.messaging import api as messaging
from apps.messaging.models import OutboxMessage
from apps.messaging.testing import deliver_all
from apps.persistence.databases import alias_for
from apps.search import api as search
from tests.catalog.shop import make_simple, product_input, row, shopify_csv
from tests.media.pictures import photo
from tests.media.server import reply, serving

pytestmark = pytest.mark.django_db
CDN = "https://cdn.example.com"


@pytest.fixture
def asked(monkeypatch):
    """What was asked for; nothing is fetched."""
    found: list[list[str]] = []
    monkeypatch.setattr(media, "request_images", lambda *, source_urls: found.append(list(source_urls)))
    return found


@pytest.fixture
def run(tmp_path):
    def run(text: str, *, dry_run: bool = False):
        path = Path(tmp_path / "products.csv")
        path.write_text(text)
        source = catalog.open_import(path=path, currency="EUR")
        return [catalog.import_product(parsed=p, dry_run=dry_run).outcome for p in catalog.parse_import(source=source)]

    return run


def stored(number: int) -> StoredImage:
    return StoredImage(id=uuid7(), url=f"/media/{number:032x}/1200.webp", width=1200, height=1500)


def tell(images: dict[str, StoredImage]) -> None:
    """Let pictures have been fetched."""
    with transaction.atomic(using=alias_for("media")):
        for url, image in images.items():
            messaging.publish(ImageFetched(request_id=uuid7(), source_url=url, image=image), version=1)
    deliver_all()


def changes() -> int:
    return OutboxMessage.objects.filter(event_type="catalog.product_changed.v1").count()


SHIRT = shopify_csv(
    row("shirt", Option1_Name="Size", Option1_Value="S", Image_Src=f"{CDN}/1.jpg", Image_Alt_Text="Front"),
    row("shirt", Option1_Value="M", Image_Src=f"{CDN}/2.jpg", Variant_Image=f"{CDN}/2.jpg"),
)


def test_import_asks_for_every_foreign_picture_and_a_dry_run_for_none(run, asked):
    run(SHIRT, dry_run=True)
    assert asked == []

    run(SHIRT)
    assert asked == [[f"{CDN}/1.jpg", f"{CDN}/2.jpg"]]


def test_fetched_picture_is_shown_instead(run):
    run(SHIRT)
    first, second = stored(1), stored(2)

    tell({f"{CDN}/1.jpg": first, f"{CDN}/2.jpg": second})

    shirt = catalog.find_product(slug="shirt")
    assert [(i.url, i.alt, i.width, i.height, i.source_urls) for i in shirt.images] == [
        (first.url, "Front", 1200, 1500, (f"{CDN}/1.jpg",)),
        (second.url, "", 1200, 1500, (f"{CDN}/2.jpg",)),
    ]
    assert [v.image and v.image.url for v in shirt.variants] == [None, second.url]
    document = search.get_product_document(id_or_slug="shirt", currency="EUR").decode()
    assert first.url in document
    assert CDN not in document


def test_second_import_neither_asks_again_nor_flips_the_picture_back(run, asked):
    run(SHIRT)
    tell({f"{CDN}/1.jpg": stored(1), f"{CDN}/2.jpg": stored(2)})
    before, events = catalog.find_product(slug="shirt"), changes()
    asked.clear()

    assert run(SHIRT) == [ImportOutcome.UNCHANGED]

    assert catalog.find_product(slug="shirt") == before
    assert changes() == events
    assert asked == [[]]


def test_picture_that_was_not_fetched_is_asked_for_again(run, asked):
    run(SHIRT)
    tell({f"{CDN}/1.jpg": stored(1)})

    run(SHIRT)

    assert asked[-1] == [f"{CDN}/2.jpg"]


def test_other_picture_in_a_newer_file_takes_the_place_of_the_stored_one(run):
    run(SHIRT)
    tell({f"{CDN}/1.jpg": stored(1), f"{CDN}/2.jpg": stored(2)})

    run(SHIRT.replace("1.jpg", "3.jpg"))

    assert [image.url for image in catalog.find_product(slug="shirt").images] == [f"{CDN}/3.jpg", stored(2).url]


def test_two_addresses_of_the_same_picture_become_one(run):
    run(SHIRT)
    same = stored(1)

    tell({f"{CDN}/1.jpg": same, f"{CDN}/2.jpg": same})

    shirt = catalog.find_product(slug="shirt")
    assert [(i.url, set(i.source_urls)) for i in shirt.images] == [(same.url, {f"{CDN}/1.jpg", f"{CDN}/2.jpg"})]
    assert shirt.variants[1].image == shirt.images[0]
    assert run(SHIRT) == [ImportOutcome.UNCHANGED]


def test_event_that_comes_again_changes_nothing(run):
    run(SHIRT)
    tell({f"{CDN}/1.jpg": stored(1)})
    before, events = catalog.find_product(slug="shirt"), changes()

    tell({f"{CDN}/1.jpg": stored(1), f"{CDN}/unknown.jpg": stored(9)})

    assert catalog.find_product(slug="shirt") == before
    assert changes() == events


def test_pictures_that_arrive_together_are_applied_together(run, django_assert_max_num_queries):
    run(shopify_csv(*[row(f"p{n}", Image_Src=f"{CDN}/{n}.jpg") for n in range(40)]))
    deliver_all()
    before = changes()
    with transaction.atomic(), django_assert_max_num_queries(15):
        show_stored_images({f"{CDN}/{n}.jpg": stored(n + 1) for n in range(40)})

    assert changes() == before + 40


@pytest.mark.slow
def test_picture_of_many_products_is_replaced_in_all_of_them(run):
    run(shopify_csv(*[row(f"p{n}", Image_Src=f"{CDN}/size-guide.jpg") for n in range(120)]))

    tell({f"{CDN}/size-guide.jpg": stored(1)})

    assert {image.url for product in catalog.list_products() for image in product.images} == {stored(1).url}


def test_staff_who_save_the_product_keep_where_its_picture_came_from(run):
    run(SHIRT)
    tell({f"{CDN}/1.jpg": stored(1), f"{CDN}/2.jpg": stored(2)})
    shirt = catalog.find_product(slug="shirt")
    images = tuple(Image(url=i.url, alt="New words", width=i.width, height=i.height) for i in shirt.images)
    given = product_input(
        title="Shirt", slug="shirt", options=(), variants=(), images=images, status=ProductStatus.DRAFT
    )

    catalog.update_product(product_id=shirt.id, product=given)

    kept = catalog.get_product(product_id=shirt.id).images
    assert [(i.alt, i.source_urls) for i in kept] == [
        ("New words", (f"{CDN}/1.jpg",)),
        ("New words", (f"{CDN}/2.jpg",)),
    ]


def test_picture_of_a_product_that_staff_made_is_left_alone_where_none_are_fetched(asked):
    product = make_simple("Lamp")

    assert asked == []
    assert catalog.get_product(product_id=product.id).images[0].source_urls == ()


def test_picture_of_a_product_that_staff_made_is_asked_for_and_not_shown_before(asked, settings):
    settings.IMAGE_FETCH = True
    product = make_simple("Lamp")
    (image,) = product.images

    catalog.update_product(
        product_id=product.id, product=product_input(title="Lamps", slug="lamp", images=product.images)
    )

    assert image.url.startswith("http")
    assert asked == [[image.url], [image.url]]
    variant, *_ = catalog.get_product(product_id=product.id).variants
    assert catalog.get_variants(ids=[variant.id], currency="EUR")[variant.id].image is None


@pytest.fixture
def fetching(settings, tmp_path):
    settings.IMAGE_FETCH, settings.IMAGE_FETCH_NETWORKS = True, [ip_network("127.0.0.1/32")]
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.mark.usefixtures("fetching")
def test_imported_product_shows_its_pictures_from_the_shop_itself(run):
    with serving({"/1.jpg": reply(photo())}) as server:
        text = SHIRT.replace(CDN, server.url(""))
        assert run(text) == [ImportOutcome.CREATED]
        deliver_all()
        assert run(text) == [ImportOutcome.UNCHANGED]
        deliver_all()

    first, second = catalog.find_product(slug="shirt").images
    assert media.srcset(first.url)
    assert (first.width, first.height) == (1000, 1250)
    # What is not there stays where it was, and nothing waits for it.
    assert second.url == server.url("/2.jpg")
    assert server.asked.count("/1.jpg") == 1


@pytest.mark.usefixtures("fetching")
def test_import_without_network_finishes_all_the_same(run):
    assert run(SHIRT.replace(CDN, "http://unreachable.invalid")) == [ImportOutcome.CREATED]
    deliver_all()

    assert len(catalog.find_product(slug="shirt").images) == 2
    assert messaging.list_parked() == []
