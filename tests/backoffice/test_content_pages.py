"""The pages on which staff write the shop's own pages, its collections and its home page."""

import pytest
from django.urls import reverse

from apps.content import api as content
from tests.backoffice.test_pages import sign_in
from tests.content.writing import RETURNS, write_collection, write_home, write_page

pytestmark = pytest.mark.django_db
ROOT = "/admin/work/content/"


@pytest.fixture(autouse=True)
def _editor(client):
    sign_in(client, "content.edit_content")


def page_fields(**changes):
    texts = {"text_en_title": "Size guide", "text_en_text": "## Tops\r\n\r\nM", "text_de_title": "Größentabelle"}
    return {"group": "help", "position": "2", "is_published": "on", "purpose": "size_guide", **texts, **changes}


def test_page_is_written_in_every_language_under_an_address_made_of_its_title(client):
    told = client.post(f"{ROOT}pages/new/", page_fields(), follow=True).content.decode()

    assert "Saved." in told
    page = content.find_page(slug="size-guide", language="de")
    assert (page.title, page.html) == ("Größentabelle", "<h2>Tops</h2>\n<p>M</p>\n")
    (link,) = content.list_page_links(language="en")
    assert (link.group, link.purpose) == (content.PageGroup.HELP, content.PagePurpose.SIZE_GUIDE)
    assert 'href="http://testserver/de/pages/size-guide/"' in told or "/de/pages/size-guide/" in told


def test_form_shows_what_was_written_and_saving_it_changes_nothing(client):
    page_id = write_page()
    path = reverse("backoffice:edit_page", args=[page_id])
    form = client.get(path).context["form"]
    given = {field.html_name: field.value() for field in form}
    assert form["text_fr_title"].field.widget.attrs["placeholder"] == "Returns"

    client.post(path, {name: value for name, value in given.items() if value not in (None, False)})

    assert content.get_page(page_id=page_id).settled == RETURNS


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text_en_title": ""}, "This field is required"),
        ({"text_en_title": "\u200b"}, "other languages fall back to this one"),
        ({"slug": "Size guide"}, "cannot stand in an address"),
        ({"slug": "returns"}, "&#x27;returns&#x27; is taken by another one"),
        ({"purpose": "returns"}, "&#x27;returns&#x27; is taken by another one"),
        ({"purpose": "moon"}, "Select a valid choice"),
        ({"position": "1000"}, "less than or equal to 999"),
        ({"text_de_text": "x" * 20_001}, "at most 20000 characters"),
        ({"text_de_summary": "a\tb"}, "Holds a control character"),
    ],
)
def test_what_is_refused_is_said_beside_its_field_and_nothing_is_saved(client, changes, words):
    write_page()

    answer = client.post(f"{ROOT}pages/new/", page_fields(**changes))

    (field,) = changes
    assert words in str(answer.context["form"].errors[field])
    assert words in answer.content.decode()
    assert len(content.list_pages()) == 1


def test_page_is_deleted_after_it_was_said_what_that_does(client):
    page_id = write_page()
    path = reverse("backoffice:remove_page", args=[page_id])

    asked = client.get(path).content.decode()
    assert "Its links leave every page of the shop" in asked
    assert len(content.list_pages()) == 1
    client.post(path)

    assert content.list_pages() == []
    assert client.get(path).status_code == 404


def test_collection_is_made_changed_and_deleted(client):
    fields = {"tag": "gifts", "position": "1", "is_on_home": "on", "text_en_title": "Gifts", "text_fr_title": "Cadeaux"}
    client.post(f"{ROOT}collections/new/", fields)
    (made,) = content.list_settled_collections()

    client.post(reverse("backoffice:edit_collection", args=[made.id]), {**fields, "slug": "presents", "is_on_home": ""})
    (changed,) = content.list_collections(language="fr")
    client.post(reverse("backoffice:remove_collection", args=[made.id]))

    assert made.settled.slug == "gifts"
    assert (changed.slug, changed.title, changed.is_on_home) == ("presents", "Cadeaux", False)
    assert content.list_collections(language="fr") == ()


def test_home_page_is_written_in_one_form(client):
    client.post(f"{ROOT}home/", {"scene": "hills", "text_en_title": "Go out", "text_de_promise_1": "30 Tage"})

    home = content.get_home(language="de")
    assert (home.scene, home.title, home.promises) == (content.HeroScene.HILLS, "Go out", (("30 Tage", ""),))
    assert 'value="Go out"' in client.get(f"{ROOT}home/").content.decode()


def test_overview_lists_everything_and_costs_the_same_whatever_its_length(client, django_assert_max_num_queries):
    for number in range(5):
        write_page(slug=f"page-{number}", purpose=None, is_published=bool(number))
    write_collection()
    write_home(title="Go out")

    with django_assert_max_num_queries(12):
        page = client.get(ROOT).content.decode()

    assert page.count("/pages/page-") == 5
    assert page.count("To staff only") == 1
    assert "/collections/rain-ready/" in page


@pytest.mark.parametrize(
    "path", ["", "home/", "pages/new/", "collections/new/", "pages/0193f7a0-0000-7000-8000-000000000000/delete/"]
)
def test_pages_are_refused_to_staff_without_the_right(client, path):
    sign_in(client, "brand.change_brand")

    assert client.get(f"{ROOT}{path}").status_code == 403
    assert client.post(f"{ROOT}{path}", {}).status_code in (403, 405)


@pytest.mark.parametrize("kind", ["pages", "collections"])
def test_what_is_not_there_is_not_found(client, kind):
    assert client.get(f"{ROOT}{kind}/0193f7a0-0000-7000-8000-000000000000/").status_code == 404
