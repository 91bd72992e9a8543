"""What each country asks of an address, how it spells codes and regions, and what is said to whoever gets them wrong."""

import pytest
from babel import Locale
from django.utils.translation import override

from apps.addressing import api as addressing
from apps.kernel.address import Address
from apps.kernel.countries import COUNTRIES

PERSON = {"first_name": "Ada", "last_name": "Löwe", "line1": "Street 1", "city": "Town"}


def address(country, **parts):
    return Address(**{**PERSON, "country": country, **parts})


def rows(country):
    """Return the fields between the names and the phone: label, "?" where it may stay empty, number of choices."""
    shown = addressing.get_address_format(country=country).rows[1:-1]
    return [
        [f"{f.label}{'' if f.required else '?'}{f' of {len(f.choices)}' if f.choices else ''}" for f in row]
        for row in shown
    ]


def spelt(country, **parts):
    return addressing.normalise_address(address=address(country, **parts))


def faults(country, **parts):
    found = addressing.find_address_faults(address=spelt(country, **parts))
    return {fault.field: (fault.code, fault.detail) for fault in found}


STREET = [["Street and number"], ["Apartment, company?"]]


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("DE", [*STREET, ["Postal code", "City"]]),
        ("US", [*STREET, ["City", "State of 62", "ZIP code"]]),
        ("GB", [*STREET, ["Town or city"], ["Postcode"]]),
        ("JP", [["Postal code"], ["Prefecture of 47", "City"], *STREET]),
        ("HK", [["Area of 3"], ["District?"], *STREET]),
        ("IE", [*STREET, ["City"], ["County? of 26"], ["Eircode?"]]),
        ("BR", [*STREET, ["City", "State of 27"], ["Postal code"]]),
        ("CA", [*STREET, ["City", "Province of 13", "Postal code"]]),
        ("AE", [*STREET, ["Emirate of 7"]]),
        ("SG", [*STREET, ["Postal code"]]),
    ],
)
def test_country_has_its_fields_in_its_order(country, expected):
    assert rows(country) == expected


def test_every_field_keeps_its_autofill_token():
    tokens = {field.name: field.autocomplete for field in addressing.get_address_format(country="US").fields}

    assert tokens == {
        "first_name": "given-name", "last_name": "family-name", "line1": "address-line1", "line2": "address-line2",
        "city": "address-level2", "region": "address-level1", "postal_code": "postal-code", "phone": "tel",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("DE", " 26 133 ", "26133"),
        ("US", "22162 1010", "22162-1010"),
        ("US", "95014", "95014"),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "bfpo61", "BFPO 61"),
        ("CA", "k1a-0b1", "K1A 0B1"),
        ("JP", "1530051", "153-0051"),
        ("JP", "１５３－００５１", "153-0051"),  # noqa: RUF001
        ("IE", "d04x2k1", "D04 X2K1"),
        ("BR", "01310100", "01310-100"),
        ("SE", "SE-116 33", "116 33"),
        ("LU", "l 4750", "4750"),
        ("NL", "1013jg", "1013 JG"),
        ("EG", "١٢٣٤٥", "12345"),
        ("HK", "000000", "000000"),
        ("XX", "a1", "a1"),
    ],
)
def test_postal_code_is_spelt_as_its_country_does(country, typed, kept):
    assert spelt(country, postal_code=typed).postal_code == kept


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_every_country_takes_its_own_examples_and_regions(country):
    for field in addressing.get_address_format(country=country).fields:
        assert not field.pattern or field.example
        if field.example:
            assert spelt(country, postal_code=field.example.lower()).postal_code == field.example
            assert field.name not in faults(country, postal_code=field.example)
        for region in field.choices:
            assert spelt(country, region=region.name).region == region.code
            assert spelt(country, region=region.local_name).region == region.code
            assert field.name not in faults(country, region=region.code)


@pytest.mark.parametrize(
    ("country", "code", "detail"),
    [
        ("DE", "1234", "“1234” is not a postal code of Germany; use one like 26133."),
        ("US", "1234", "“1234” is not a ZIP code of the United States; use one like 95014."),
        ("GB", "10115", "“10115” is not a postcode of the United Kingdom; use one like EC1Y 8SY."),
        ("JP", "15300", "“15300” is not a postal code of Japan; use one like 154-0023."),
        ("IE", "D04", "“D04” is not an Eircode of Ireland; use one like A65 F4E2."),
        ("BR", "0131010", "“0131010” is not a postal code of Brazil; use one like 40301-110."),
        ("CA", "90210", "“90210” is not a postal code of Canada; use one like H3Z 2Y7."),
        ("NL", "0123 AB", "“0123 AB” is not a postal code of the Netherlands; use one like 1234 AB."),
    ],
)
def test_wrong_postal_code_is_named_with_what_would_be_right(country, code, detail):
    assert faults(country, postal_code=code)["postal_code"] == ("invalid_postal_code", detail)


@pytest.mark.parametrize("country", ["HK", "IE"])
def test_postal_code_may_be_missing_where_the_country_does_not_need_one(country):
    region = {"HK": "Kowloon"}.get(country, "")

    assert faults(country, region=region) == {}


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("US", " california", "CA"),
        ("US", "us-ca", "CA"),
        ("CA", "Quebec", "QC"),
        ("BR", "sao paulo", "SP"),
        ("JP", "東京都", "Tokyo"),
        ("JP", "JP-13", "Tokyo"),
        ("IE", "co. dublin", "Co. Dublin"),
        ("HK", "九龍", "Kowloon"),
        ("AE", "dubai", "Dubai"),
        ("DE", "Bayern", "Bayern"),
    ],
)
def test_region_is_kept_by_its_code(country, typed, kept):
    assert spelt(country, region=typed).region == kept


def test_unknown_region_is_named_with_some_that_are_right():
    code, detail = faults("US", region="Bavaria", postal_code="95014")["region"]

    assert code == "unknown_region"
    assert detail == (
        "“Bavaria” is not a state of the United States; use one such as AL, AK, AS (all of them: /countries/US)."
    )


@pytest.mark.parametrize(
    ("country", "missing"),
    [
        ("DE", {"first_name", "last_name", "line1", "city", "postal_code"}),
        ("US", {"first_name", "last_name", "line1", "city", "region", "postal_code"}),
        ("GB", {"first_name", "last_name", "line1", "city", "postal_code"}),
        ("JP", {"first_name", "last_name", "line1", "city", "region", "postal_code"}),
        ("HK", {"first_name", "last_name", "line1", "region"}),
        ("IE", {"first_name", "last_name", "line1", "city"}),
        ("", {"first_name", "last_name", "line1", "city", "country"}),
    ],
)
def test_what_is_needed_and_blank_is_named_once(country, missing):
    empty = Address(first_name=" ", last_name="", line1="\u200b", country=country)

    found = addressing.find_address_faults(address=empty, prefix="shipping_address.")

    assert sorted(fault.field for fault in found) == sorted(f"shipping_address.{name}" for name in missing)
    assert {fault.code for fault in found} == {"required"}


def test_blank_fields_are_asked_for_in_the_words_of_the_country():
    assert faults("US", city="")["city"][1] == "Enter the city."
    assert faults("US")["region"][1] == "Choose the state."
    assert faults("US")["postal_code"][1] == "Enter the ZIP code."
    assert faults("GB")["postal_code"][1] == "Enter the postcode."


@pytest.mark.parametrize("field", ["first_name", "line2", "city", "region", "postal_code", "phone"])
@pytest.mark.parametrize(
    ("value", "code"), [("x" * 201, "too_long"), ("a\nb", "control_character"), ("\x00", "control_character")]
)
def test_no_field_takes_what_is_no_line_of_text(field, value, code):
    assert faults("US", **{field: value})[field][0] == code


@pytest.mark.parametrize("country", ["XX", "de", "Germany", "D\x00"])
def test_unknown_country_is_named(country):
    assert faults(country)["country"][0] == "unknown_country"
    with pytest.raises(addressing.UnknownCountry):
        addressing.get_address_format(country=country)


def test_countries_are_listed_by_name():
    listed = addressing.list_countries()

    assert {country.code for country in listed} == COUNTRIES
    assert [c.name for c in listed if c.code in {"AF", "AX", "DE", "ZW"}] == [
        "Afghanistan", "Åland Islands", "Germany", "Zimbabwe",
    ]  # fmt: skip
    with override("fr"):
        assert addressing.country_name(code="DE") == Locale("fr").territories["DE"] == "Allemagne"
