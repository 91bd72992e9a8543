"""The brand: settled once for all, refused where it could not be read, cheap to ask for."""

from dataclasses import replace

import pytest
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from apps.brand import api as brand
from apps.brand.colours import LEGIBLE, contrast, palettes, shades
from apps.kernel.errors import Invalid
from apps.web.testing import assert_queries
from tests.brand.making import FERN, settle

pytestmark = pytest.mark.django_db


def test_until_anybody_settles_it_the_settings_hold(settings):
    found = brand.get_brand()

    assert (found.name, found.sender) == (settings.SHOP_NAME, settings.DEFAULT_FROM_EMAIL)
    assert (found.logo, found.legal_footer, found.stylesheet) == (None, "", "")
    assert not brand.is_settled()


def test_what_was_settled_holds_at_once_and_costs_no_second_query():
    logo = brand.Logo(url="/media/x/320.webp", width=320, height=80)

    found = settle(logo=logo)

    assert found.settled == replace(FERN, logo=logo)
    assert found.sender == "Fernway orders <orders@fernway.example>"
    assert found.stylesheet.startswith(":root")
    with assert_queries(at_most=0):
        assert brand.get_brand() == found
    settle(name="Later")
    assert brand.get_brand().name == "Later"


def test_tagline_and_legal_footer_read_in_the_language_that_is_spoken_each_by_itself():
    settle(
        translations={
            "de": {"tagline": "Stiefel, die\xa0halten", "legal_footer": " "},
            "fr": {"legal_footer": "Fernway\n0815"},
        }
    )

    with translation.override("de"):
        german = brand.get_brand()
    with translation.override("fr"), assert_queries(at_most=0):
        french = brand.get_brand()

    assert (german.tagline, german.legal_footer) == ("Stiefel, die\xa0halten", FERN.legal_footer)
    assert (french.tagline, french.legal_footer) == (FERN.tagline, "Fernway\n0815")
    assert brand.get_brand().tagline == FERN.tagline
    assert german.settled.translations == {
        "de": {"tagline": "Stiefel, die\xa0halten"},
        "fr": {"legal_footer": "Fernway\n0815"},
    }


def test_sender_bears_the_shops_name_where_it_has_none_of_its_own():
    assert settle(sender_name="").sender == "Fernway & Sons <orders@fernway.example>"


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": " "}, "name", "required"),
        ({"name": "x" * 61}, "name", "too_long"),
        ({"name": "Fern\nBcc: x@y.example"}, "name", "invalid_characters"),
        ({"sender_name": "Fern\r\nBcc: x@y.example"}, "sender_name", "invalid_characters"),
        ({"sender_address": "orders"}, "sender_address", "invalid_email"),
        ({"sender_address": "a@b.example, c@d.example"}, "sender_address", "invalid_email"),
        ({"tagline": "x" * 151}, "tagline", "too_long"),
        ({"legal_footer": "x" * 1001}, "legal_footer", "too_long"),
        ({"legal_footer": "a\x00b"}, "legal_footer", "invalid_characters"),
        ({"translations": {"en": {"tagline": "x"}}}, "translations.en", "unknown_language"),
        ({"translations": {"de": {"name": "x"}}}, "translations.de.name", "unknown_text"),
        ({"translations": {"de": {"tagline": "x" * 151}}}, "translations.de.tagline", "too_long"),
        ({"translations": {"de": {"tagline": "a\nb"}}}, "translations.de.tagline", "invalid_characters"),
        ({"translations": {"fr": {"legal_footer": "a\x00b"}}}, "translations.fr.legal_footer", "invalid_characters"),
        ({"colour": "red"}, "colour", "invalid_colour"),
        ({"colour": "#7a1f1f;}body{display:none"}, "colour", "invalid_colour"),
        ({"on_colour": "#FFFFFF"}, "on_colour", "invalid_colour"),
        ({"colour": "#808080", "on_colour": "#ffffff"}, "on_colour", "low_contrast"),
    ],
)
def test_refused_by_field_and_nothing_is_settled(changes, field, code):
    with pytest.raises(Invalid) as refused:
        settle(**changes)

    assert [(fault.field, fault.code) for fault in refused.value.fields] == [(field, code)]
    assert not brand.is_settled()


_colours = st.binary(min_size=3, max_size=3).map(lambda channels: f"#{channels.hex()}")


@given(colour=_colours, on_colour=_colours)
def test_every_colour_becomes_legible_on_both_grounds_and_under_its_words(colour, on_colour):
    light, dark = palettes(colour, on_colour)

    assert contrast(light.accent, "#f7f4ee") >= LEGIBLE
    assert contrast(dark.accent, "#161918") >= LEGIBLE
    assert all(contrast(each.accent, each.on_accent) >= LEGIBLE for each in (light, dark))


@example(colour="#c5c7c9")
@given(colour=_colours)
def test_every_shade_of_a_staff_page_can_be_read_where_it_stands(colour):
    made = shades(colour)
    assert contrast(made["600"], "#ffffff") >= LEGIBLE
    assert all(contrast(made[weight], "#1b2220") >= LEGIBLE for weight in ("400", "500"))


def test_contrast_is_the_one_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
