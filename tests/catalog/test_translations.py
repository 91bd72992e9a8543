"""Texts of products and names of categories in other languages: over the interface, over REST, and what the database refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from apps.catalog import api as catalog
from apps.catalog import models
from apps.catalog.contracts import Image, Option, ProductTexts
from apps.catalog.events import CategoryChanged, ProductChanged
from apps.kernel.errors import Invalid
from apps.kernel.events import decode_event
from tests.catalog.conftest import staff
from tests.catalog.shop import form_of, make_product, product_input, variant
from tests.catalog.test_staff import BODY

pytestmark = pytest.mark.django_db

GOLDEN = Path(__file__).resolve().parents[1] / "events" / "golden"
GERMAN = ProductTexts(
    title="Regenjacke",
    description_html="<p>Hält dicht.</p>",
    names={"Size": "Größe", "Material": "Stoff"},
    values={"Size": {"S": "Klein"}},
    attributes={"Material": "Nylon, gewachst", "seo_title": "Regenjacke kaufen"},
    tags={"rain": "Regen"},
    image_alts={"https://cdn.example.com/jacket.webp": "Die Jacke"},
)


def jacket(**changes):
    return make_product(**{"attributes": {"Material": "Waxed nylon"}, "translations": {"de": GERMAN}, **changes})


def input_like(product, **changes):
    return product_input(slug=product.slug, attributes=product.attributes, **changes)


def test_texts_come_back_as_they_were_given():
    product = jacket()

    assert product.translations == {"de": GERMAN}
    assert catalog.get_product(product_id=product.id) == product


def test_what_is_blank_is_not_kept_and_html_is_sanitised():
    texts = ProductTexts(title="  ", description_html="<p>Dicht<script>alert(1)</script></p>", names={"Size": " "})

    product = jacket(translations={"de": texts, "fr": ProductTexts(title=" ")})

    assert product.translations == {"de": ProductTexts(description_html="<p>Dicht</p>")}


def test_without_translations_those_there_are_stay_and_with_none_they_go():
    product = jacket()

    kept = catalog.update_product(product_id=product.id, product=input_like(product, title="Storm jacket"))
    gone = catalog.update_product(product_id=product.id, product=input_like(product, translations={}))

    assert kept.translations == {"de": GERMAN}
    assert gone.translations == {}
    assert (kept.version, gone.version) == (2, 3)


def test_the_same_texts_again_change_nothing():
    product = jacket()

    again = catalog.update_product(
        product_id=product.id, product=input_like(product, translations={"de": replace(GERMAN, title=" Regenjacke ")})
    )

    assert again.version == product.version


def test_text_of_what_the_product_has_no_more_is_not_told():
    product = jacket()
    one_size = {"options": (Option(name="Size", values=("M",)),), "variants": (variant("M"),)}

    changed = catalog.update_product(
        product_id=product.id, product=product_input(slug=product.slug, tags=(), **one_size)
    )

    texts = changed.translations["de"]
    assert (texts.names, texts.values, texts.tags) == ({"Size": "Größe"}, {}, {})
    assert texts.attributes == {"seo_title": "Regenjacke kaufen"}
    assert texts.title == "Regenjacke"


def test_alternative_text_follows_a_picture_that_was_fetched():
    product = jacket()
    fetched = Image(url="/media/1.webp", source_urls=("https://cdn.example.com/jacket.webp",))

    changed = catalog.update_product(product_id=product.id, product=input_like(product, images=(fetched,)))

    assert changed.translations["de"].image_alts == GERMAN.image_alts


@pytest.mark.parametrize(
    ("translations", "field", "code"),
    [
        ({"es": GERMAN}, "translations.es", "unknown_language"),
        ({"en": GERMAN}, "translations.en", "unknown_language"),
        ({"de": ProductTexts(names={"Cut": "Schnitt"})}, "translations.de.names.Cut", "unknown_text"),
        ({"de": ProductTexts(values={"Cut": {}})}, "translations.de.values.Cut", "unknown_text"),
        ({"de": ProductTexts(values={"Size": {"XXL": "Riesig"}})}, "translations.de.values.Size.XXL", "unknown_text"),
        ({"de": ProductTexts(attributes={"Cut": "weit"})}, "translations.de.attributes.Cut", "unknown_text"),
        ({"de": ProductTexts(tags={"sun": "Sonne"})}, "translations.de.tags.sun", "unknown_text"),
        ({"de": ProductTexts(image_alts={"/x.png": "Bild"})}, "translations.de.image_alts./x.png", "unknown_text"),
        ({"de": ProductTexts(title="J" * 256)}, "translations.de.title", "too_long"),
        ({"de": ProductTexts(names={"Size": "G" * 256})}, "translations.de.names.Size", "too_long"),
    ],
)
def test_translation_of_nothing_there_is_refused_by_name(translations, field, code):
    with pytest.raises(Invalid) as refused:
        jacket(translations=translations)

    assert [(fault.field, fault.code) for fault in refused.value.fields] == [(field, code)]


def test_variants_tell_what_their_options_read_in_the_language_asked_for():
    product = jacket()
    small = product.variants[0].id

    german, french, own = (
        catalog.get_variants(ids=[small], currency="EUR", language=language)[small] for language in ("de", "fr", "")
    )

    assert (german.shown_title, german.shown_options) == ("Regenjacke", {"Größe": "Klein"})
    assert (german.title, german.options) == ("Rain jacket", {"Size": "S"})
    for each in (french, own):
        assert (each.shown_title, each.shown_options) == (each.title, each.options)


def test_category_has_names_and_keeps_them_unless_others_are_given():
    made = catalog.save_category(name="Jackets", slug="jackets", names={"de": "Jacken", "fr": " "})

    moved = catalog.save_category(name="Coats", slug="jackets", category_id=made.id)

    assert made.names == moved.names == {"de": "Jacken"}
    assert (moved.name_in("de"), moved.name_in("fr")) == ("Jacken", "Coats")
    with pytest.raises(Invalid) as refused:
        catalog.save_category(name="Coats", slug="coats", names={"es": "Abrigos"})
    assert refused.value.fields[0].field == "names.es"


@pytest.mark.parametrize(
    "stored",
    [[], {"German": {}}, {"de": "Jacke"}, {"de": {"heading": "Jacke"}}, {"de": {"title": ""}}, {"de": {"title": 5}}],
)
def test_database_refuses_what_is_no_translation(stored):
    product = jacket()

    with pytest.raises(IntegrityError), transaction.atomic():
        models.Product.objects.filter(id=product.id).update(translations=stored)


@pytest.mark.parametrize(
    "stored", [[], {"German": "Jacken"}, {"de": ""}, {"de": {"name": "Jacken"}}, {"de": "J" * 201}]
)
def test_database_refuses_what_is_no_name(stored):
    category = catalog.save_category(name="Jackets", slug="jackets")

    with pytest.raises(IntegrityError), transaction.atomic():
        models.Category.objects.filter(id=category.id).update(names=stored)


def test_events_from_before_there_were_translations_are_read():
    product = json.loads((GOLDEN / "catalog.product_changed.v1.json").read_text())
    category = json.loads((GOLDEN / "catalog.category_changed.v1.json").read_text())
    del product["product"]["translations"], category["category"]["names"]
    for each in product["product"]["categories"]:
        del each["names"]

    changed = decode_event("catalog.product_changed.v1", product)
    renamed = decode_event("catalog.category_changed.v1", category)

    assert isinstance(changed, ProductChanged)
    assert changed.product.translations == {}
    assert isinstance(renamed, CategoryChanged)
    assert renamed.category.names == {}


def test_rest_takes_and_tells_translations(call):
    body = {**BODY, "translations": {"de": {"title": "Regenjacke", "attributes": {"Material": "Polyamid"}}}}

    made = call("post", body=body).json()
    path = f"/{made['id']}"

    assert made["translations"]["de"]["title"] == "Regenjacke"
    assert call("put", path, made).json() == made
    assert call("put", path, BODY).json()["translations"] == made["translations"]
    dropped = call("patch", path, {"attributes": {}})
    assert dropped.status_code == 200, dropped.content
    assert dropped.json()["translations"]["de"]["attributes"] == {}
    patched = call("patch", path, {"translations": {"fr": {"title": "Imperméable"}}}).json()
    assert {language: texts["title"] for language, texts in patched["translations"].items()} == {"fr": "Imperméable"}


@pytest.mark.parametrize(
    ("translations", "field"),
    [
        ({"es": {"title": "Chaqueta"}}, "translations.es"),
        ({"de": {"heading": "Jacke"}}, "translations.de.heading"),
        ({"de": {"names": {"Cut": "Schnitt"}}}, "translations.de.names.Cut"),
        ({"de": "Jacke"}, "translations.de"),
        ({"de": {"title": 5.5}}, None),
    ],
)
def test_rest_refuses_unknown_languages_and_members_by_name(call, translations, field):
    answer = call("post", body={**BODY, "translations": translations})

    if field is None:
        assert answer.json()["translations"]["de"]["title"] == "5.5"
        return
    assert answer.status_code == 400
    assert next(fault["field"] for fault in answer.json()["errors"]).startswith(field)


def page_of(model, identity):
    return f"/admin/catalog/{model}/{identity}/change/"


def field_named(page, label, language):
    fields = page.context["adminform"].form.fields
    return next(name for name, field in fields.items() if name.startswith(f"text_{language}_") and field.label == label)


def test_staff_write_texts_on_the_products_page_and_see_what_falls_back(client):
    product = jacket(translations={"de": ProductTexts(title="Regenjacke", values={"Size": {"S": "Klein"}})})
    client.force_login(staff("view_product", "change_product", "view_productoption"))
    page = client.get(page_of("product", product.id))
    title, small, material = (field_named(page, label, "de") for label in ("Title", "Size: S", "Material"))
    french = field_named(page, "Description", "fr")
    shown = page.context["adminform"].form
    assert (shown[title].value(), shown[small].value(), shown[material].value()) == ("Regenjacke", "Klein", "")
    assert 'placeholder="Waxed nylon"' in str(shown[material])

    sent = form_of(page) | {
        title: "",
        small: "Kurz",
        material: "Nylon, gewachst",
        french: "<p>Sec<script>1</script></p>",
    }
    answer = client.post(page_of("product", product.id), sent)

    assert answer.status_code == 302, answer.context["errors"]
    changed = catalog.get_product(product_id=product.id)
    assert changed.translations == {
        "de": ProductTexts(values={"Size": {"S": "Kurz"}}, attributes={"Material": "Nylon, gewachst"}),
        "fr": ProductTexts(description_html="<p>Sec</p>"),
    }
    assert changed.version == product.version + 1
    assert changed.title == product.title


def test_who_may_only_look_is_offered_no_texts_to_write(client):
    product = jacket()
    client.force_login(staff("view_product"))

    page = client.get(page_of("product", product.id))

    assert page.status_code == 200
    assert b"text_de_" not in page.content


def test_new_product_takes_its_texts_at_once(client):
    client.force_login(staff("view_product", "add_product"))
    page = client.get("/admin/catalog/product/add/")
    title = field_named(page, "Title", "fr")

    sent = form_of(page) | {"title": "Coat", "slug": "coat", title: "Manteau"}
    answer = client.post("/admin/catalog/product/add/", sent)

    assert answer.status_code == 302, answer.context["errors"]
    found = catalog.find_product(slug="coat")
    assert found is not None
    assert found.translations == {"fr": ProductTexts(title="Manteau")}


def test_staff_name_a_category_in_other_languages(client):
    category = catalog.save_category(name="Coats", slug="coats", names={"fr": "Manteaux"})
    client.force_login(staff("view_category", "change_category"))
    page = client.get(page_of("category", category.id))
    assert 'placeholder="Coats"' in str(page.context["adminform"].form["name_de"])

    answer = client.post(page_of("category", category.id), form_of(page) | {"name_de": " Mäntel ", "name_fr": ""})

    assert answer.status_code == 302, answer.context["errors"]
    assert [each.names for each in catalog.list_categories()] == [{"de": "Mäntel"}]
