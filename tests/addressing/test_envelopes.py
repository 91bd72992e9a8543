"""Envelopes follow the country's own order and lose nothing."""

import pytest
from django.utils.translation import override

from apps.addressing import api as addressing
from apps.kernel.address import Address

PERSON = {"first_name": "Ada", "last_name": "Löwe", "line1": "Street 1"}


def envelope(country, *, language="en", **parts):
    with override(language):
        return addressing.write_envelope(address=Address(**{**PERSON, "country": country, **parts}))


@pytest.mark.parametrize(
    ("country", "parts", "tail"),
    [
        ("DE", {"postal_code": "10115", "city": "Berlin"}, ("10115 Berlin", "Germany")),
        ("US", {"postal_code": "11201", "city": "Brooklyn", "region": "NY"}, ("Brooklyn, NY 11201", "United States")),
        ("GB", {"postal_code": "SW1A 1AA", "city": "London"}, ("London", "SW1A 1AA", "United Kingdom")),
        ("JP", {"postal_code": "153-0051", "city": "Meguro", "region": "Tokyo"}, ("Meguro, Tokyo", "153-0051", "Japan")),
        ("HK", {"city": "Mong Kok", "region": "Kowloon"}, ("Mong Kok", "Kowloon", "Hong Kong SAR China")),
        ("IE", {"city": "Dublin", "postal_code": "D04 X2K1"}, ("Dublin", "D04 X2K1", "Ireland")),
        ("BR", {"city": "São Paulo", "region": "SP", "postal_code": "01310-100"}, ("São Paulo-SP", "01310-100", "Brazil")),
        ("CA", {"city": "Montréal", "region": "QC", "postal_code": "H3Z 2Y7"}, ("Montréal QC H3Z 2Y7", "Canada")),
        ("SE", {"city": "Stockholm", "postal_code": "116 33"}, ("SE-116 33 Stockholm", "Sweden")),
        ("SG", {"city": "Singapore", "postal_code": "546080"}, ("SINGAPORE 546080", "Singapore")),
        ("AE", {"city": "Dubai", "region": "Dubai"}, ("Dubai", "United Arab Emirates")),
    ],
)  # fmt: skip
def test_lines_follow_the_countrys_order(country, parts, tail):
    assert envelope(country, **parts) == ("Ada Löwe", "Street 1", *tail)


def test_second_line_and_the_countrys_name_in_another_language():
    lines = envelope("DE", line2="c/o Mill", postal_code="10115", city="Berlin", language="de")

    assert lines == ("Ada Löwe", "Street 1", "c/o Mill", "10115 Berlin", "Deutschland")


def test_address_in_its_own_letters_is_written_in_its_own_order():
    lines = envelope(
        "JP",
        first_name="太郎",
        last_name="山田",
        line1="上目黒1-2",
        city="目黒区",
        region="Tokyo",
        postal_code="153-0051",
    )

    assert lines == ("〒153-0051", "東京都目黒区", "上目黒1-2", "山田 太郎", "Japan")


def test_what_is_missing_leaves_no_stray_signs():
    assert envelope("US", city="Reno")[2:] == ("Reno", "United States")
    assert envelope("US", postal_code="89501")[2:] == ("89501", "United States")
    assert envelope("SE", city="Stockholm")[2:] == ("Stockholm", "Sweden")


def test_address_from_before_the_rules_loses_nothing():
    assert envelope("US", city="Reno", region="Nevada", postal_code="89501")[2] == "Reno, NV 89501"
    assert envelope("US", city="Reno", region="Nevad.", postal_code="8")[2] == "Reno, Nevad. 8"
    assert envelope("DE", city="Ulm", region="Bavaria", postal_code="1")[2:] == ("1 Ulm", "Bavaria", "Germany")
    assert envelope("HK", city="Central", postal_code="000000")[2:4] == ("Central", "000000")
    assert envelope("XX", city="Nowhere", postal_code="1")[2:] == ("Nowhere", "1", "XX")
