"""Staff pages, mounted in front of the admin's own."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpResponseBase
from django.urls import URLPattern, path

from apps.backoffice.stock_forms import AdjustForm, ReceiveForm, TransferForm
from apps.backoffice.views import brand, buyers, content, imports, mails, products, saved_views, stock, work


def _page(route: str, view: Callable[..., HttpResponseBase], name: str, **arguments: Any) -> URLPattern:
    return path(f"work/{route}", admin.site.admin_view(view), arguments, name=name)


def _editors(folder: str, kind: content.Kind) -> list[URLPattern]:
    name, route = f"edit_{kind.word}", f"content/{folder}/<uuid:thing_id>/"
    return [
        _page(f"content/{folder}/new/", content.edit, f"new_{kind.word}", kind=kind),
        _page(route, content.edit, name, kind=kind),
        _page(f"{route}delete/", content.remove, f"remove_{kind.word}", kind=kind),
    ]


app_name = "backoffice"
urlpatterns = [
    _page("parked/", work.parked, "parked"),
    _page("audit/", work.audit, "audit"),
    _page("brand/", brand.settings_page, "brand"),
    _page("content/", content.overview, "content"),
    _page("content/home/", content.edit_home, "edit_home"),
    *_editors("pages", content.PAGE),
    *_editors("collections", content.COLLECTION),
    _page("mails/", mails.preview, "mail_preview"),
    _page("orders/<uuid:order_id>/write-again/", mails.write_again, "write_again"),
    _page("stock/", stock.stock, "stock"),
    _page("low-stock/", stock.low_stock, "low_stock"),
    _page("stock-movements/", stock.movements, "stock_movements"),
    _page("adjust-stock/", stock.move, "adjust_stock", form_class=AdjustForm),
    _page("receive-stock/", stock.move, "receive_stock", form_class=ReceiveForm),
    _page("transfer-stock/", stock.move, "transfer_stock", form_class=TransferForm),
    _page("stock-take/", stock.count, "count_stock"),
    _page("views/", saved_views.keep, "keep_view"),
    _page("views/<uuid:view_id>/remove/", saved_views.remove, "remove_view"),
    _page("import/", imports.upload, "import"),
    _page("import/<uuid:file_id>/", imports.import_file, "import_file"),
    _page("import/<uuid:file_id>/progress/", imports.progress, "import_progress"),
    _page("export/", imports.export, "export"),
    _page("products/<uuid:product_id>/", products.product, "product"),
    _page("customers/<uuid:customer_id>/", buyers.customer, "customer"),
    _page("customers/<uuid:customer_id>/write-again/", mails.write_to_customer_again, "write_to_customer_again"),
    _page("orders/<uuid:order_id>/buyer/", buyers.buyer_of_order, "buyer_of_order"),
]
