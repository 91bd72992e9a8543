"""A customer's own pages: addresses, details, password, signed-in browsers."""

import re
import uuid

import pytest

from tests.storefront.visitor import PERSON, Visitor

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
ADDRESS = {name: value for name, value in PERSON.items() if name != "email"}


def make_customer():
    visitor, email = Visitor(), f"{uuid.uuid4().hex[:8]}@example.com"
    form = visitor.get("/account/sign-up/").form("/account/sign-up/")
    visitor.send(form, at="/account/sign-up/", email=email, password=PASSWORD, first_name="Ada")
    return visitor, email


def sign_in(email, password=PASSWORD):
    visitor = Visitor()
    form = visitor.get("/account/sign-in/").form("/account/sign-in/")
    return visitor, visitor.send(form, at="/account/sign-in/", email=email, password=password)


def post_own_form(visitor, path, **fields):
    """Send the page's own form, not the one that signs out."""
    form = next(form for form in visitor.get(path).forms if form.method == "post" and not form.action)
    return visitor.send(form, at=path, **fields)


@pytest.mark.parametrize("name", ["orders", "addresses", "addresses/new", "details", "security"])
def test_strangers_are_led_to_sign_in_and_back(name):
    page = Visitor().get(f"/account/{name}/")

    assert "<h1>Sign in</h1>" in page.text


def test_address_is_kept_changed_and_filled_in_at_the_checkout():
    visitor, _ = make_customer()
    post_own_form(visitor, "/account/addresses/new/", **ADDRESS, is_default="1")

    listed = visitor.get("/account/addresses/")
    path = re.search(r'href="(/account/addresses/[0-9a-f-]{36}/)"', listed.text)[1]
    changed = post_own_form(visitor, path, city="Potsdam")

    assert "10115 Berlin" in listed.text
    assert "10115 Potsdam" in changed.text


def test_address_without_a_street_is_sent_back_with_what_was_typed():
    visitor, _ = make_customer()

    page = post_own_form(visitor, "/account/addresses/new/", **{**ADDRESS, "line1": ""})

    assert page.status == 400
    assert "Enter the street and the number." in page.text
    assert 'value="10115"' in page.text


def test_nobody_opens_the_address_of_another():
    visitor, _ = make_customer()
    post_own_form(visitor, "/account/addresses/new/", **ADDRESS)
    path = re.search(r'href="(/account/addresses/[0-9a-f-]{36}/)"', visitor.get("/account/addresses/").text)[1]

    other, _ = make_customer()

    assert other.get(path).status == 404


def test_names_are_changed():
    visitor, _ = make_customer()

    page = post_own_form(visitor, "/account/details/", first_name="Grace")

    assert 'value="Grace"' in page.text


def test_changed_password_signs_the_other_browsers_out():
    visitor, email = make_customer()
    elsewhere, _ = sign_in(email)

    page = post_own_form(visitor, "/account/security/", current_password=PASSWORD, new_password="another fine secret")

    assert "Your password is changed" in page.text
    assert "<h1>Your orders</h1>" in visitor.get("/account/orders/").text
    assert "<h1>Sign in</h1>" in elsewhere.get("/account/orders/").text
    assert sign_in(email)[1].status == 400
    assert sign_in(email, "another fine secret")[1].status == 200


@pytest.mark.parametrize(
    ("current", "new", "said"),
    [("wrong", "another fine secret", "This is not your password."), (PASSWORD, "short", "too short")],
)
def test_password_is_not_changed(current, new, said):
    visitor, email = make_customer()

    page = post_own_form(visitor, "/account/security/", current_password=current, new_password=new)

    assert page.status == 400
    assert said in page.text
    assert sign_in(email)[1].status == 200


def test_a_browser_is_signed_out_from_another_one():
    visitor, email = make_customer()
    elsewhere, _ = sign_in(email)

    page = visitor.get("/account/security/")
    (form,) = [form for form in page.forms if re.fullmatch(r"/account/security/[0-9a-f-]{36}/", form.action)]
    visitor.send(form)

    assert "<h1>Sign in</h1>" in elsewhere.get("/account/orders/").text
    assert "<h1>Your orders</h1>" in visitor.get("/account/orders/").text


def test_nobody_signs_out_the_browser_of_another():
    visitor, email = make_customer()
    sign_in(email)
    page = visitor.get("/account/security/")
    (form,) = [form for form in page.forms if re.fullmatch(r"/account/security/[0-9a-f-]{36}/", form.action)]

    other, _ = make_customer()
    token = next(form for form in other.get("/account/security/").forms if "csrfmiddlewaretoken" in form.fields)

    assert other.post(form.action, {"csrfmiddlewaretoken": token.fields["csrfmiddlewaretoken"]}).status == 404
