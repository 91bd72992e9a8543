"""What the demo brand tells: whole in every language, of one shape, written once and never over what staff wrote."""

import re
from collections import Counter

import pytest
from django.conf import settings
from django.core.management import call_command

from apps.backoffice.demo import read_demo
from apps.backoffice.demo.content import read_content
from apps.backoffice.management.commands import load_demo
from apps.content import api as content
from tests.content.writing import write_page

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, _ in settings.LANGUAGES]


def all_texts():
    told = read_content()
    return {
        "home": told.home.texts,
        **{f"collection {each.slug}": each.texts for each in told.collections},
        **{f"page {each.slug}": each.texts for each in told.pages},
    }


def shape(text):
    """Return what every language has in common: how lines begin, columns, and how often each number stands there."""
    lines = [re.match(r"(#+ |\d+\. |\||\*?)", line)[1] + "|" * line.count("|") for line in text.splitlines()]
    return lines, Counter(re.findall(r"\d+", text))


def test_everything_is_told_in_every_language_in_the_same_shape():
    for thing, texts in all_texts().items():
        assert list(texts) == LANGUAGES, thing
        for language in LANGUAGES:
            assert texts[language].keys() == texts["en"].keys(), thing
            assert all(texts[language].values()), thing
            for name, text in texts[language].items():
                assert shape(text) == shape(texts["en"][name]), (thing, language, name)


def test_french_keeps_a_space_that_does_not_break_before_its_high_marks():
    told = [text for texts in all_texts().values() for text in texts["fr"].values()]

    assert [text for text in told if re.search(r"(?<![\xa0\u202f|])[:;?!](?=\s|$)", text)] == []


def test_links_lead_to_pages_that_there_are():
    pages = {page.slug for page in read_content().pages}

    linked = {slug for texts in all_texts().values() for told in texts.values() for text in told.values()
              for slug in re.findall(r"\]\(/pages/([^/]+)/\)", text)}  # fmt: skip

    assert linked
    assert linked <= pages


def test_every_collection_fills_a_row():
    tags = Counter(tag for entry in read_demo() for tag in entry.product.tags)

    assert all(tags[each.tag] >= 4 for each in read_content().collections)


@pytest.fixture
def _no_products(monkeypatch):
    """Leave out what takes long and is told elsewhere."""
    monkeypatch.setattr(load_demo, "read_demo", list)


@pytest.mark.usefixtures("_no_products")
def test_it_is_written_once_and_what_staff_wrote_stays():
    call_command("load_demo")
    told = {page.slug for page in read_content().pages}
    (returns,) = [page for page in content.list_pages() if page.settled.slug == "returns"]
    content.delete_page(page_id=returns.id)
    content.change_home(home=content.HomeInput(texts={"en": {"title": "Ours"}}), actor="staff:test")

    call_command("load_demo")

    assert {page.settled.slug for page in content.list_pages()} == told - {"returns"}
    assert content.get_home(language="de").title == "Ours"
    assert len(content.list_collections(language="fr")) == 2


@pytest.mark.usefixtures("_no_products")
def test_a_page_that_staff_wrote_before_is_not_written_again():
    write_page(slug="send-back")

    call_command("load_demo")

    assert [page.settled.slug for page in content.list_pages() if page.settled.purpose == "returns"] == ["send-back"]
    assert content.find_page(slug="delivery", language="fr").title == "Livraison"
