"""The OpenAPI document and the page that shows it."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar, Final

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request

from apps.kernel.errors import Invalid
from apps.web.json import JSON_TYPE, dumps
from apps.web.views import APIView

# Untyped upstream.
_Generator: Final[Any] = SchemaGenerator
_YamlRenderer: Final[Any] = OpenApiYamlRenderer
_YAML_TYPE: Final = "application/yaml"


@cache
def render_document(kind: str) -> bytes:
    """Return the OpenAPI document of what this process serves, as "yaml" or "json"; made once."""
    document = _Generator().get_schema(request=None, public=True)
    return dumps(document) if kind == "json" else _YamlRenderer().render(document, renderer_context={})


class SchemaView(APIView):
    """Serves the OpenAPI 3.1 document: YAML, or JSON with `?format=json`."""

    schema = None
    types: ClassVar[dict[str, str]] = {"yaml": _YAML_TYPE, "json": JSON_TYPE}

    def get(self, request: Request) -> HttpResponse:
        """Return the document."""
        kind = request.GET.get("format", "yaml")
        if kind not in self.types:
            raise Invalid.field("format", "unknown_format", f"must be yaml or json, not {kind[:40]!r}")
        return HttpResponse(render_document(kind), content_type=self.types[kind])


class DocsView(SpectacularSwaggerSplitView):
    """The browsable documentation: Swagger UI from our own static files, without inline script or style."""

    template_name = "web/docs.html"
