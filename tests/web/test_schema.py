"""The OpenAPI document: current, complete, and shown under the strict content policy."""

import io
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from apps.web import docs

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"


@pytest.fixture(autouse=True)
def _project_urls(settings, _probe_urls):
    settings.ROOT_URLCONF = "ecommerce.urls"
    docs.render_document.cache_clear()
    yield
    docs.render_document.cache_clear()


@pytest.fixture
def probe_document(settings):
    settings.ROOT_URLCONF = "tests.web.probe"
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_committed_document_is_what_the_code_says(client):
    served = client.get("/api/schema/").content.decode()

    assert served == COMMITTED.read_text(), "refresh it: python manage.py spectacular --file docs/openapi.yaml"


def test_the_document_is_valid_and_nothing_in_it_was_guessed():
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=io.StringIO())


def test_yaml_by_default_json_on_demand_nothing_else(client):
    yaml, json, other = (client.get(f"/api/schema/{query}") for query in ("", "?format=json", "?format=xml"))

    assert yaml.content.startswith(b"openapi: 3.1")
    assert json.json()["openapi"].startswith("3.1")
    assert (other.status_code, other.json()["code"]) == (400, "unknown_format")


def test_every_operation_may_answer_with_a_problem(probe_document):
    operations = [
        operation
        for path in probe_document["paths"].values()
        for method, operation in path.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]

    assert operations
    for operation in operations:
        assert {"400", "401", "429", "503", "default"} <= operation["responses"].keys()
    problem = probe_document["components"]["responses"]["Invalid"]["content"]["application/problem+json"]
    assert problem["schema"]["$ref"].endswith("/Problem")


def test_an_idempotent_operation_demands_its_header(probe_document):
    buy = probe_document["paths"]["/api/v1/probe/buy"]["post"]
    plain = probe_document["paths"]["/api/v1/probe/plain"]["put"]

    header = [p for p in buy["parameters"] if p["name"] == "Idempotency-Key"]
    assert [(p["in"], p["required"], p["schema"]["maxLength"]) for p in header] == [("header", True, 255)]
    assert {"402", "409", "422"} <= buy["responses"].keys()
    assert "parameters" not in plain


def test_only_operations_that_need_a_token_demand_one(probe_document):
    def security(name):
        return probe_document["paths"][f"/api/v1/probe/{name}"]["get"]["security"]

    assert {} in security("who")
    assert security("mine") == security("staff") == [{"accessToken": []}]


def test_the_page_loads_everything_from_here_and_runs_nothing_inline(client):
    page = client.get("/api/docs/")
    html = page.content.decode()
    sources = re.findall(r'(?:src|href)="([^"]+)"', html)

    assert "unsafe" not in page["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html)
    assert all(source.startswith("/") for source in sources)
    missing = [s for s in sources if s.startswith("/static/") and not finders.find(s.removeprefix("/static/"))]
    assert missing == []


def test_the_pages_script_is_served_as_script(client):
    script = client.get("/api/docs/?script=")

    assert script["Content-Type"].startswith("application/javascript")
    assert b"/api/schema/" in script.content
