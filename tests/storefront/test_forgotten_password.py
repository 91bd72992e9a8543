"""A forgotten password: asked for on a page, led to by a mail, changed without a word to any other site."""

import re

import pytest
from django.core import mail

from apps.accounts import api as accounts
from apps.messaging.testing import deliver_all
from tests.storefront.test_account_pages import PASSWORD, make_customer, post_own_form, sign_in
from tests.storefront.visitor import Visitor

pytestmark = pytest.mark.django_db
NEW = "another fine secret"
ASK, CHOOSE = "/account/password/forgotten/", "/account/password/new/"


def ask(email, visitor=None):
    visitor = visitor or Visitor()
    page = visitor.send(visitor.get(ASK).form(ASK), email=email)
    deliver_all()
    return page


def link_to(email):
    ask(email)
    (path,) = re.findall(rf"http://[^/]+({CHOOSE}\?token=\S+)", mail.outbox[-1].body)
    return path


def choose(visitor, page, password=NEW):
    return visitor.send(page.form(CHOOSE), password=password)


def test_way_leads_from_the_sign_in_page_over_a_mail_to_a_new_password():
    _, email = make_customer()
    assert f'href="{ASK}"' in Visitor().get("/account/sign-in/").text
    visitor = Visitor()

    changed = choose(visitor, visitor.get(link_to(email)))

    assert changed.path == "/account/sign-in/"
    assert "Your password is changed" in changed.text
    assert sign_in(email)[1].status == 400
    assert sign_in(email, NEW)[1].path == "/account/orders/"


def test_asking_says_the_same_of_every_address_and_writes_to_known_ones_only():
    _, email = make_customer()

    known, unknown = ask(email), ask("nobody@example.com")

    def words(page, address):
        body = re.search(r"<main.*</main>", page.text, re.DOTALL)[0]
        return body.replace(address, "...")

    assert words(known, email) == words(unknown, "nobody@example.com")
    assert (known.status, unknown.status) == (200, 200)
    assert [sent.to for sent in mail.outbox] == [[email]]


def test_what_is_no_address_is_said_beside_the_field():
    page = ask("nobody")

    assert page.status == 400
    assert re.search(r'id="email"[^>]*aria-invalid="true"', page.text)
    assert page.form(ASK).fields["email"] == "nobody"


def test_token_leaves_the_address_and_is_in_no_page():
    path = link_to(make_customer()[1])
    visitor = Visitor()
    token = path.partition("token=")[2]

    page = visitor.get(path)

    assert page.path == CHOOSE
    assert token not in page.text
    assert 'content="noindex"' in page.text
    assert "no-store" in page.headers["Cache-Control"]


def test_looking_at_the_link_from_several_places_uses_nothing_up():
    path = link_to(make_customer()[1])
    for _ in range(2):
        Visitor().client.head(path)
        assert Visitor().get(path).status == 200

    visitor = Visitor()
    assert "Your password is changed" in choose(visitor, visitor.get(path)).text


def test_link_that_was_used_says_so_and_offers_another():
    path = link_to(make_customer()[1])
    visitor, late = Visitor(), Visitor()
    form = late.get(path)
    choose(visitor, visitor.get(path))

    for page in (Visitor().get(path), choose(late, form), Visitor().get(CHOOSE), Visitor().get(f"{CHOOSE}?token=x%0a")):
        assert page.status == 404
        assert "This link has ended" in page.text
        assert f'href="{ASK}"' in page.text


def test_weak_password_is_explained_and_the_form_stays():
    visitor = Visitor()
    page = visitor.get(link_to(make_customer()[1]))

    refused = choose(visitor, page, "short")

    assert refused.status == 400
    assert 'id="password-note"' in refused.text
    assert "Your password is changed" in choose(visitor, refused).text


def test_every_browser_is_signed_out_also_the_one_that_follows_the_link():
    here, email = make_customer()
    elsewhere, _ = sign_in(email)

    changed = choose(here, here.get(link_to(email)))

    assert "Your password is changed" in changed.text
    for visitor in (here, elsewhere):
        assert "<h1>Sign in</h1>" in visitor.get("/account/orders/").text


def test_somebody_else_who_is_signed_in_here_stays_so():
    here, _ = make_customer()
    _, email = make_customer()

    choose(here, here.get(link_to(email)))

    assert "<h1>Your orders</h1>" in here.get("/account/orders/").text


def test_password_changed_in_the_account_is_told_and_ends_the_link():
    visitor, email = make_customer()
    path = link_to(email)

    post_own_form(visitor, "/account/security/", current_password=PASSWORD, new_password=NEW)
    deliver_all()

    assert mail.outbox[-1].subject == "Your password was changed"
    assert Visitor().get(path).status == 404


def test_asking_is_limited_for_each_address(settings):
    settings.LIMITS_ENABLED, settings.LIMITS_EXEMPT_LOOPBACK = True, False
    visitor = Visitor()
    form = visitor.get(ASK).form(ASK)
    _, email = make_customer()

    answers = [visitor.send(form, email=email) for _ in range(4)]

    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 1
    assert visitor.get(ASK).status == 200


def test_staff_are_led_to_the_same_page(client, settings):
    login = client.get("/admin/login/").content.decode()

    assert 'href="/admin/password_reset/"' in login
    assert client.get("/admin/password_reset/").headers["Location"] == settings.STOREFRONT_URL + ASK


def test_language_of_the_link_is_that_of_the_page_it_was_asked_on():
    _, email = make_customer()
    visitor = Visitor()
    visitor.send(visitor.get(f"/de{ASK}").form(f"/de{ASK}"), email=email)
    deliver_all()
    path = re.search(rf"http://[^/]+(/de{CHOOSE}\?token=\S+)", mail.outbox[-1].body)[1]

    page = visitor.get(path)

    assert page.path == f"/de{CHOOSE}"
    assert accounts.authenticate_customer(email=email, password=PASSWORD)
