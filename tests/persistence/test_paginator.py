"""Lists of staff count only as far as people leaf, say that there is more, and never ask for a page behind."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from apps.persistence import paginator

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("most", "told"), [(3, "3+"), (4, "4"), (10, "4")])
def test_list_says_how_many_or_that_there_are_more(client, monkeypatch, most, told):
    monkeypatch.setattr(paginator, "MOST_COUNTED", most)
    people = get_user_model().objects
    for number in range(3):
        people.create_user(f"person-{number}@example.com")
    client.force_login(people.create_superuser("owner@example.com", "x"))

    page = client.get(reverse("admin:accounts_user_changelist"))

    assert str(page.context["cl"].result_count) == told
    assert re.search(rf"\b{re.escape(told)}\s+results", page.content.decode())
    assert len(page.context["cl"].result_list) == 4
