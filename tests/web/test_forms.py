"""The JSON field of staff pages takes what PostgreSQL can store, and refuses the rest in the form."""

import pytest
from django import forms

from apps.web.forms import JSONField


class Form(forms.Form):
    value = JSONField(required=False)


@pytest.mark.parametrize(
    ("text", "value"),
    [("", None), ('{"a": [1, 2.5, "ü", null, true]}', {"a": [1, 2.5, "ü", None, True]}), ("[]", []), ('"x"', "x")],
)
def test_json_is_read(text, value):
    form = Form({"value": text})

    assert form.is_valid()
    assert form.cleaned_data["value"] == value


@pytest.mark.parametrize(
    "text",
    [
        "{", "Infinity", "[NaN]", "1e999", "9" * 5000, "[" * 5000, "[" * 5000 + "]" * 5000,
        '"\\u0000"', '{"a\\u0000": 1}', '"\\ud800"', "\ud800",
    ],
    ids=range(11),
)  # fmt: skip
def test_what_cannot_be_stored_is_refused_in_the_form(text):
    form = Form({"value": text})

    assert not form.is_valid()
    assert "Enter" in str(form.errors["value"])
    assert "<textarea" in str(form)
    assert form.has_changed()
