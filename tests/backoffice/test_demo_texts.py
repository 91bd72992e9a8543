"""The demo brand speaks German and French wholly: every text of every product, in the same shape as the English one."""

import re
from collections import Counter

import pytest
from django.core.management import call_command

from apps.backoffice.demo import read_demo
from apps.backoffice.demo.texts import speakers
from apps.catalog import api as catalog

LANGUAGES = ("de", "fr")
# Sizes are the same in every language.
_TRANSLATED_OPTIONS = {"Colour"}


def tags_of(html):
    return re.findall(r"</?\w+", html)


def numbers_of(text):
    return Counter(re.findall(r"\d+", re.sub(r"(?<=\d)[.,\s  ](?=\d)", "", text)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_every_product_is_translated(language):
    for entry in read_demo():
        own, texts = entry.product, entry.product.translations[language]
        assert texts.title
        assert texts.title.count("\n") == 0
        assert texts.attributes.keys() == own.attributes.keys()
        assert texts.tags.keys() == set(own.tags)
        assert texts.names.keys() == {option.name for option in own.options} | own.attributes.keys()
        for option in own.options:
            if option.name in _TRANSLATED_OPTIONS:
                assert texts.values[option.name].keys() == set(option.values)
        assert all(picture.alts[language] for picture in entry.pictures)


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_facts_and_the_shape(language):
    for entry in read_demo():
        own, texts = entry.product, entry.product.translations[language]
        assert tags_of(texts.description_html) == tags_of(own.description_html), own.slug
        for name, text in own.attributes.items():
            assert numbers_of(texts.attributes[name]) == numbers_of(text), (own.slug, name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_category_has_a_name(language):
    told = speakers()[language]

    for entry in read_demo():
        for name in entry.category:
            assert told.category(name.lower()), name


@pytest.mark.slow
@pytest.mark.django_db
def test_demo_shop_has_its_texts_and_a_second_start_leaves_them_alone():
    call_command("load_demo")
    category = next(each for each in catalog.list_categories() if each.slug == "jackets")
    product = catalog.find_product(slug="drizzle-rain-jacket")
    catalog.save_category(
        name=category.name, slug=category.slug, parent_id=category.parent_id, category_id=category.id, names={}
    )

    call_command("load_demo")

    assert category.names == {"de": "Jacken", "fr": "Vestes"}
    assert product.translations["de"].title == "Regenjacke Drizzle"
    assert product.translations["de"].image_alts.keys() == {image.url for image in product.images}
    again = catalog.find_product(slug="drizzle-rain-jacket")
    assert (again.version, again.translations) == (product.version, product.translations)
    assert next(each for each in catalog.list_categories() if each.slug == "jackets").names == {}
