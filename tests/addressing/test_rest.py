"""Countries and their fields over REST."""

from rest_framework.test import APIClient


def get(path):
    return APIClient().get(f"/api/v1/{path}")


def test_countries_are_listed_and_kept_by_caches():
    answer = get("countries")

    assert {"code": "DE", "name": "Germany"} in answer.json()["results"]
    assert answer["Cache-Control"] == "public, max-age=3600"


def test_country_tells_its_fields_in_order():
    body = get("countries/US").json()

    assert (body["code"], body["name"]) == ("US", "United States")
    assert [field["name"] for field in body["fields"]] == [
        "first_name", "last_name", "line1", "line2", "city", "region", "postal_code", "phone",
    ]  # fmt: skip
    zip_code, state = body["fields"][6], body["fields"][5]
    assert (zip_code["label"], zip_code["example"], zip_code["required"]) == ("ZIP code", "95014", True)
    assert zip_code["autocomplete"] == "postal-code"
    assert {"code": "CA", "name": "California"} in state["choices"]


def test_country_without_postal_codes_has_no_field_for_them():
    assert "postal_code" not in [field["name"] for field in get("countries/HK").json()["fields"]]


def test_unknown_country_is_404():
    for code in ("XX", "us", "x" * 300):
        answer = get(f"countries/{code}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_country")
