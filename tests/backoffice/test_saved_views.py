"""Views of the list of orders that each member of staff keeps for themselves."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.urls import reverse

from apps.backoffice import saved_views
from apps.backoffice.models import SavedView
from apps.kernel.errors import Invalid
from apps.kernel.ids import uuid7
from apps.web.testing import assert_queries
from tests.backoffice.test_pages import sign_in
from tests.orders.making import place
from tests.orders.paying import pay

pytestmark = pytest.mark.django_db
QUERY = "status__exact=processing&q=ada%40example.com"


def listing(query=""):
    return f"{reverse('admin:orders_order_changelist')}?{query}"


def keep(client, name, query=QUERY):
    """Keep what the list shows, as its form does."""
    page = client.get(listing(query)).content.decode()
    sealed = re.search(r'name="query" value="([^"]+)"', page)
    return client.post(
        reverse("backoffice:keep_view"), {"name": name, "query": sealed[1] if sealed else ""}, follow=True
    ).content.decode()


def shown(client, query=""):
    """Return the names of the member's own views on the list."""
    return re.findall(r'class="bo-tag bo-own"[^>]*>([^<]+)</a>', client.get(listing(query)).content.decode())


def test_view_is_kept_shown_opened_and_removed_without_a_script(client):
    paid, _ = place()
    pay(paid)
    place()
    sign_in(client, "orders.view_order")

    told = keep(client, "  Ada's  to ship ")
    view = SavedView.objects.get()
    page = client.get(listing(view.query))
    remove = reverse("backoffice:remove_view", args=[view.id])

    assert "“Ada&#x27;s to ship” is kept among your views." in told
    assert shown(client) == ["Ada&#x27;s to ship"]
    assert [row.number for row in page.context["cl"].result_list] == [paid.number]
    assert "Save this view" not in page.content.decode()
    assert remove in page.content.decode()
    assert remove not in client.get(listing()).content.decode()
    client.post(remove)
    assert shown(client) == []


def test_where_somebody_is_in_the_list_is_no_part_of_a_view(client):
    sign_in(client, "orders.view_order")

    keep(client, "Paid", "payment_status__exact=paid&p=1&o=-2")

    assert SavedView.objects.get().query == "payment_status__exact=paid&o=-2"


@pytest.mark.parametrize("query", ["", "status__exact=processing", "p=1"])
def test_list_as_everybody_has_it_is_not_offered_for_keeping(client, query):
    sign_in(client, "orders.view_order")

    assert "Save this view" not in client.get(listing(query)).content.decode()


@pytest.mark.parametrize("query", ["total_amount__gt=40", "nonsense=1", "contact__email=ada@example.com"])
def test_filter_that_the_list_does_not_know_is_refused_by_the_list_itself(client, query):
    sign_in(client, "orders.view_order")

    assert client.get(listing(query)).status_code == 400


@pytest.mark.parametrize("forged", ["", "status__exact=processing", "x:y:z"])
def test_query_that_the_list_did_not_give_out_is_not_kept(client, forged):
    sign_in(client, "orders.view_order")

    told = client.post(reverse("backoffice:keep_view"), {"name": "Mine", "query": forged}, follow=True)

    assert "Only filters that the list offers can be kept." in told.content.decode()
    assert not SavedView.objects.exists()


def test_views_are_each_members_own(client):
    sign_in(client, "orders.view_order")
    keep(client, "Mine")
    view = SavedView.objects.get()

    sign_in(client, "orders.view_order")

    assert shown(client) == []
    assert client.post(reverse("backoffice:remove_view", args=[view.id])).status_code == 404
    assert "“Mine” is kept" in keep(client, "Mine")
    assert SavedView.objects.count() == 2


def test_names_are_limited_and_used_once(client):
    sign_in(client, "orders.view_order")
    keep(client, "Late")

    assert "You have a view called “late” already" in keep(client, "late", "status__exact=shipped&o=2")
    assert "The name has 41 letters; write at most 40." in keep(client, "x" * 41, "status__exact=shipped&o=2")
    assert "is no name" in keep(client, " \u200b ", "status__exact=shipped&o=2")
    assert SavedView.objects.count() == 1


def test_twenty_views_are_the_most(client):
    owner, sealed = uuid7(), saved_views.seal(QUERY)
    for number in range(saved_views.MOST):
        saved_views.keep_view(owner_id=owner, name=f"View {number}", sealed=sealed)

    with pytest.raises(saved_views.TooManyViews, match="You have 20 views"):
        saved_views.keep_view(owner_id=owner, name="One more", sealed=sealed)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_keep_one_name_at_once_keep_it_once():
    owner, sealed = uuid7(), saved_views.seal(QUERY)
    gate = threading.Barrier(8)

    def keep_at_once(_):
        gate.wait()
        try:
            return saved_views.keep_view(owner_id=owner, name="Late", sealed=sealed).name
        except Invalid as error:
            return error.fields[0].code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(keep_at_once, range(8)))

    assert outcomes == ["Late"] + ["taken"] * 7


def test_keeping_and_removing_need_the_right_to_see_orders(client):
    sign_in(client, "inventory.view_stocklevel")

    assert client.post(reverse("backoffice:keep_view"), {}).status_code == 403
    assert client.post(reverse("backoffice:remove_view", args=[uuid7()])).status_code == 403
    assert client.get(reverse("backoffice:keep_view")).status_code in (403, 405)


@pytest.mark.parametrize("count", [1, 20])
def test_list_costs_the_same_however_many_views(client, count):
    sign_in(client, "orders.view_order")
    for number in range(count):
        saved_views.keep_view(
            owner_id=client.get(listing()).context["user"].pk,
            name=f"V {number}",
            sealed=saved_views.seal(f"q={number}"),
        )
    client.get(listing())

    with assert_queries(at_most=10):
        assert len(shown(client)) == count
