"""Content: written in several languages, read in one, refused where it could not be shown, cheap to ask for."""

from dataclasses import replace
from uuid import uuid4

import pytest

from apps.content import api as content
from apps.kernel.errors import Invalid
from apps.web.testing import assert_queries
from tests.content.writing import RAIN, RETURNS, write_collection, write_home, write_page

pytestmark = pytest.mark.django_db


def told(**texts):
    return {"texts": {"en": {"title": "Returns", **texts}}}


def test_page_reads_in_its_language_and_falls_back_text_by_text():
    write_page()

    german = content.find_page(slug="returns", language="de")
    french = content.find_page(slug="returns", language="fr")

    assert (german.title, german.summary) == ("Rückgabe", "Thirty days to change your mind")
    assert german.html == "<p>Schicken Sie es <strong>zurück</strong>.</p>\n"
    assert (french.title, french.html) == ("Returns", "<p>Send it <strong>back</strong>.</p>\n")


def test_links_are_those_of_published_pages_in_their_order():
    for slug, group, position in (
        ("terms", "legal", 0),
        ("care", "help", 2),
        ("delivery", "help", 1),
        ("b", "help", 2),
    ):
        write_page(slug=slug, group=content.PageGroup(group), position=position, purpose=None)
    write_page(is_published=False)

    assert [link.slug for link in content.list_page_links(language="en")] == ["delivery", "b", "care", "terms"]
    assert len(content.list_pages()) == 5


def test_what_is_linked_on_every_page_is_asked_for_once():
    write_page()
    content.list_page_links(language="en")

    with assert_queries(at_most=0):
        (link,) = content.list_page_links(language="de")

    assert (link.title, link.purpose) == ("Rückgabe", content.PagePurpose.RETURNS)


def test_change_is_seen_at_once_and_a_deleted_page_is_gone():
    page_id = write_page()
    content.list_page_links(language="en")

    content.save_page(page=replace(RETURNS, slug="send-back"), actor="staff:test", page_id=page_id)
    changed = [link.slug for link in content.list_page_links(language="en")]
    content.delete_page(page_id=page_id)

    assert changed == ["send-back"]
    assert content.list_page_links(language="en") == ()
    with pytest.raises(content.PageNotFound):
        content.find_page(slug="send-back", language="en")


def test_page_is_kept_as_it_was_written_but_for_blanks():
    page_id = write_page(texts={"en": {"title": " Returns ", "summary": " "}, "fr": {"title": ""}})

    assert content.get_page(page_id=page_id).settled == replace(RETURNS, texts={"en": {"title": "Returns"}})


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"slug": "Size guide"}, "slug", "invalid_slug"),
        ({"slug": ""}, "slug", "invalid_slug"),
        ({"slug": "a--b"}, "slug", "invalid_slug"),
        ({"slug": "x" * 61}, "slug", "invalid_slug"),
        ({"position": -1}, "position", "invalid_position"),
        ({"position": 1000}, "position", "invalid_position"),
        ({"texts": {"de": {"title": "Rückgabe"}}}, "texts.en.title", "required"),
        ({"texts": {"en": {"title": "\u200b"}}}, "texts.en.title", "required"),
        ({"texts": {"en": {"title": "Returns"}, "es": {"title": "x"}}}, "texts.es", "unknown_language"),
        (told(body="x"), "texts.en.body", "unknown_text"),
        (told(summary="x" * 151), "texts.en.summary", "too_long"),
        (told(text="x" * 20_001), "texts.en.text", "too_long"),
        (told(text="a\x00b"), "texts.en.text", "invalid_characters"),
        (told(text="a\ud800b"), "texts.en.text", "invalid_characters"),
        (told(summary="a\nb"), "texts.en.summary", "invalid_characters"),
        (told(text="[" * 1001), "texts.en.text", "too_many_brackets"),
    ],
)
def test_page_is_refused_by_field_and_nothing_is_saved(changes, field, code):
    with pytest.raises(Invalid) as refused:
        write_page(**changes)

    assert [(fault.field, fault.code) for fault in refused.value.fields] == [(field, code)]
    assert content.list_pages() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"purpose": None}, "slug"), ({"slug": "send-back"}, "purpose")],
)
def test_address_and_purpose_belong_to_one_page(changes, field):
    write_page()

    with pytest.raises(Invalid) as refused:
        write_page(**changes)

    assert [(fault.field, fault.code) for fault in refused.value.fields] == [(field, "taken")]


def test_any_number_of_pages_may_have_no_purpose():
    for slug in ("care", "repairs"):
        write_page(slug=slug, purpose=None)

    assert len(content.list_pages()) == 2


def test_what_is_not_there_is_named():
    with pytest.raises(content.PageNotFound):
        content.save_page(page=RETURNS, actor="staff:test", page_id=uuid4())
    with pytest.raises(content.PageNotFound):
        content.delete_page(page_id=uuid4())
    with pytest.raises(content.PageNotFound):
        content.get_page(page_id=uuid4())
    with pytest.raises(content.CollectionNotFound):
        content.save_collection(collection=RAIN, actor="staff:test", collection_id=uuid4())
    with pytest.raises(content.CollectionNotFound):
        content.delete_collection(collection_id=uuid4())
    with pytest.raises(content.CollectionNotFound):
        content.get_collection(collection_id=uuid4())


def test_collections_read_in_their_language_and_order():
    first = write_collection(position=2)
    write_collection(slug="first-frost", tag=" first frost ", position=1, texts={"en": {"title": "First frost"}})

    found = content.list_collections(language="de")

    assert [(each.slug, each.tag, each.title) for each in found] == [
        ("first-frost", "first frost", "First frost"),
        ("rain-ready", "rain ready", "Bereit für Regen"),
    ]
    content.delete_collection(collection_id=first)
    assert len(content.list_collections(language="de")) == 1


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"tag": " "}, "tag", "required"),
        ({"tag": "x" * 256}, "tag", "too_long"),
        ({"tag": "a\x00"}, "tag", "invalid_characters"),
        ({"slug": "Rain"}, "slug", "invalid_slug"),
        ({"texts": {}}, "texts.en.title", "required"),
    ],
)
def test_collection_is_refused_by_field(changes, field, code):
    with pytest.raises(Invalid) as refused:
        write_collection(**changes)

    assert [(fault.field, fault.code) for fault in refused.value.fields] == [(field, code)]


def test_home_page_says_nothing_before_anybody_wrote_it():
    home = content.get_home(language="de")

    assert content.get_settled_home() is None
    assert (home.scene, home.title, home.promises) == (content.HeroScene.PLAIN, "", ())


def test_home_page_shows_the_promises_that_say_something():
    texts = {"title": "Go out", "promise_1": "30 days", "promise_1_text": "to return", "promise_3_text": "No account"}
    write_home(**texts)

    home = content.get_home(language="fr")

    assert (home.title, home.line) == ("Go out", "")
    assert home.promises == (("30 days", "to return"), ("", "No account"))


def test_home_page_is_refused_by_field():
    with pytest.raises(Invalid) as refused:
        write_home(button="x" * 41, promise_4="x")

    assert {fault.field: fault.code for fault in refused.value.fields} == {
        "texts.en.button": "too_long",
        "texts.en.promise_4": "unknown_text",
    }
