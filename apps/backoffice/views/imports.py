"""Import of a product file by staff: upload, columns, what it would change, the import with its progress; and the export beside it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from apps.backoffice import uploads
from apps.backoffice.exporting import export_shop
from apps.backoffice.models import Phase, ProductFile
from apps.backoffice.views.frame import show_page
from apps.catalog import api as catalog
from apps.catalog.errors import UnreadableFile
from apps.kernel.errors import Invalid
from apps.kernel.money import currency_decimals
from apps.web.authentication import staff_actor

_MOST_BYTES: Final = 20_000_000
_ATTRIBUTE, _LEAVE_OUT = "as an attribute", "leave out"
_RIGHTS: Final = ("catalog.add_product", "catalog.change_product")


class UploadForm(forms.Form):
    """A file, and the currency of its prices."""

    file = forms.FileField(
        label="Shopify product file (CSV, UTF-8)", help_text="At most 20 MB.", widget=UnfoldAdminFileFieldWidget
    )
    currency = forms.CharField(
        label="Currency of its prices",
        max_length=3,
        initial=settings.DEFAULT_CURRENCY,
        widget=UnfoldAdminTextInputWidget,
    )

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        try:
            currency_decimals(code)
        except Invalid as error:
            raise forms.ValidationError(error.detail) from error
        return code

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > _MOST_BYTES:
            raise forms.ValidationError(
                f"The file has {given.size:,} bytes; send at most {_MOST_BYTES:,}, or use manage.py import_products."
            )
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(_RIGHTS, raise_exception=True)
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file; list those taken before."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        given = form.cleaned_data["file"]
        file_id = uploads.keep_file(
            name=given.name,
            content=given.read(),
            currency=form.cleaned_data["currency"],
            actor=staff_actor(request),
        )
        return redirect("backoffice:import_file", file_id=file_id)
    files = ProductFile.objects.defer("entries")[:20]
    return show_page(request, "import.html", {"title": "Import and export products", "form": form, "files": files})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(_RIGHTS, raise_exception=True)
def import_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Show a file where it stands: its columns, how far it is, what it would change, what it changed; and take the next step."""
    row = get_object_or_404(ProductFile, id=file_id)
    if request.method == "POST":
        if not _take_step(request, row):
            messages.warning(request, "That step was taken already, or is not the next one.")
        return redirect(request.path)
    context: dict[str, Any] = {"title": f"Import of {row.name}", "file": row, "is_working": _is_working(row)}
    context["is_over"] = row.phase in (Phase.IMPORTING, Phase.DONE)
    if row.phase in (Phase.MAPPING, Phase.CHECKED, Phase.REFUSED):
        context |= _mapping_context(row)
    return show_page(request, "import_file.html", context)


@require_safe
@permission_required(_RIGHTS, raise_exception=True)
def progress(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Tell how far a file is."""
    row = get_object_or_404(ProductFile.objects.defer("entries"), id=file_id)
    return JsonResponse({"is_working": _is_working(row), "phase": row.phase, "done": row.done, "total": row.total})


@require_POST
@permission_required("catalog.view_product", raise_exception=True)
@permission_required(_RIGHTS, raise_exception=True)
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Send every product as a file, piece by piece."""
    try:
        pieces = export_shop(
            currency=(request.POST.get("currency") or settings.DEFAULT_CURRENCY).upper(),
            left_out=lambda slug, sku: None,
        )
    except Invalid as error:
        messages.error(request, error.detail)
        return redirect("backoffice:import")
    name = 'attachment; filename="products.csv"'
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


def _take_step(request: HttpRequest, row: ProductFile) -> bool:
    if request.POST.get("step") == "import":
        return uploads.start(file_id=row.id, phase=Phase.IMPORTING)
    try:
        mapping = _read_mapping(request, row)
    except UnreadableFile:  # the page says why, or that it was imported
        return False
    return uploads.start(file_id=row.id, phase=Phase.CHECKING, mapping=mapping)


def _is_working(row: ProductFile) -> bool:
    return row.phase in (Phase.CHECKING, Phase.IMPORTING) and row.parked_at is None


def _mapping_context(row: ProductFile) -> dict[str, Any]:
    try:
        columns = uploads.read_columns(row)
    except Invalid as error:
        return {"fault": error.detail}
    chosen = [(column, _choice(row, column.heading, column.field)) for column in columns]
    return {"columns": chosen, "choices": (_ATTRIBUTE, _LEAVE_OUT, *catalog.list_import_fields())}


def _choice(row: ProductFile, heading: str, field: str) -> str:
    target = row.mapping.get(heading, field or heading)
    if not target:
        return _LEAVE_OUT
    return target if target in catalog.list_import_fields() else _ATTRIBUTE


def _read_mapping(request: HttpRequest, row: ProductFile) -> dict[str, str]:
    fields = catalog.list_import_fields()
    mapping = {}
    for number, column in enumerate(uploads.read_columns(row)):
        chosen = request.POST.get(f"column-{number}", "")
        if chosen == _LEAVE_OUT:
            mapping[column.heading] = ""
        elif chosen == _ATTRIBUTE:
            mapping[column.heading] = column.heading
        elif chosen in fields:
            mapping[column.heading] = chosen
    return mapping
