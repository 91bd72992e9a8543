"""Plain forms for products and categories; every save and delete publishes its event in admin's own transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.catalog import selectors, text_forms
from apps.catalog.attribute_lines import AttributesField
from apps.catalog.contracts import ProductStatus
from apps.catalog.models import Category, Product, ProductCategory, ProductImage, ProductOption, Variant, VariantPrice
from apps.catalog.services import categories, products
from apps.catalog.services.html import sanitise
from apps.catalog.services.translations import store_names
from apps.catalog.variant_forms import variant_form
from apps.kernel import clock
from apps.kernel.errors import Invalid
from apps.messaging.admin import EventedAdmin
from apps.persistence.databases import alias_for
from apps.persistence.paginator import BoundedPaginator
from apps.web.admin import AsksBeforeDeletingParts
from apps.web.forms import ListField
from apps.web.languages import other_languages

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm


# Unfold's decorator publishes no types.
_label_status: Callable[[Callable[..., str]], Callable[..., str]] = display(
    description="status", ordering="status", label={"published": "success", "draft": "warning"}
)


class ProductForm(ModelForm):
    """A product's own fields, and those of its texts in other languages, which `ProductAdmin.get_form` adds."""

    texts: Mapping[str, Mapping[str, text_forms.Text]] = {}
    attributes = AttributesField(
        rows=8,
        label="Attributes",
        help_text="One in a line, such as “Fit: Regular.”; indent the further lines of a longer text.",
    )

    class Meta:
        labels: ClassVar = {"slug": "Address", "description_html": "Description", "product_type": "Kind of product"}
        help_texts: ClassVar = {
            "slug": "The last part of the address of its page: small letters, digits and hyphens.",
            "status": "Shoppers see what is published; a draft is seen by staff only.",
            "description_html": "Text or simple HTML, shown on the product's page.",
            "tags": "One in a line.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language, fields in self.texts.items():
            stored = self.instance.translations.get(language, {})
            for name, text in fields.items():
                self.initial.setdefault(name, text_forms.read_text(stored, text.path))

    def clean_description_html(self) -> str:
        return sanitise(self.cleaned_data["description_html"])

    def clean_attributes(self) -> dict[str, Any]:
        """Leave as it is stored what was not written anew: another system may keep a number there."""
        given: dict[str, Any] = self.cleaned_data["attributes"]
        stored = self.instance.attributes
        return {
            name: stored[name] if name in stored and str(stored[name]) == text else text for name, text in given.items()
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        translations = dict(self.instance.translations)
        for language, fields in self.texts.items():
            given = {text.path: cleaned.get(name, "") for name, text in fields.items()}
            translations[language] = text_forms.write_texts(given)
        self.instance.translations = {language: texts for language, texts in translations.items() if texts}
        return cleaned


class LabelledInline(TabularInline):
    """Names each field for who does not see the head of its column."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs["aria-label"] = str(field.label)
        return field


_LISTS = {ArrayField: {"form_class": ListField, "widget": UnfoldAdminTextareaWidget(attrs={"rows": 4})}}


@admin.display(description="Options")
def _chosen(row: Variant) -> str:
    return ", ".join(f"{name}: {value}" for name, value in row.options.items())


@admin.display(description="Attributes")
def _attributes(row: Product) -> SafeString:
    return format_html_join("", "{}: {}<br>", row.attributes.items())


def _readable(fields: Any, *, may_change: bool) -> list[Any]:
    """Return the fields, those of JSON in words for who may only look; who may change them has forms for them."""
    words = {} if may_change else {"options": _chosen, "attributes": _attributes}
    return [words.get(name, name) for name in fields]


class OptionForm(ModelForm):
    class Meta:
        help_texts: ClassVar = {
            "values": "One in a line, in the order shoppers see.",
            "position": "Lower numbers come first.",
        }


class OptionInline(LabelledInline):
    model = ProductOption
    form = OptionForm
    formfield_overrides = _LISTS
    deletion_consequences = "Shoppers are asked for it no more; variants keep the values they have."
    extra = 0


class VariantInline(LabelledInline):
    model = Variant
    fields = (
        "sku",
        "options",
        "weight_grams",
        "requires_shipping",
        "tax_class",
        "barcode",
        "position",
        "image",
    )
    readonly_fields = (_chosen,)
    deletion_consequences = (
        "Nobody can buy it any more, not even from a bag that holds it already. Orders that were placed keep their own copy;"
        " what moved its stock stays in the ledger."
    )
    extra = 0
    show_change_link = True
    autocomplete_fields = ("image",)

    def get_fields(self, request: HttpRequest, obj: Product | None = None) -> Any:
        may = self.has_change_permission(request, obj) or self.has_add_permission(request, obj)
        return _readable(super().get_fields(request, obj), may_change=may)

    def get_formset(self, request: HttpRequest, obj: Product | None = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **{**kwargs, "form": variant_form(obj)})


class ImageInline(LabelledInline):
    model = ProductImage
    deletion_consequences = (
        "It leaves the product's page and lists; variants that showed it show the product's first picture."
    )
    extra = 0


class ProductCategoryInline(LabelledInline):
    model = ProductCategory
    deletion_consequences = "The product leaves that category's list. The category itself stays."
    extra = 0
    autocomplete_fields = ("category",)


@admin.register(Product)
class ProductAdmin(AsksBeforeDeletingParts, EventedAdmin):
    form = ProductForm
    fields = ("title", "slug", "status", "description_html", "vendor", "product_type", "tags", "attributes")
    formfield_overrides = _LISTS
    list_display = ("title", "state", "product_type", "vendor", "whole_page")
    # No filter by product type and vendor: offering them reads every product to list the values.
    list_filter = ("status",)
    list_per_page = 50
    # Names no columns of variants: `selectors.matching` decides, this shows the field and serves pickers.
    search_fields = ("title",)
    search_help_text = f"Part of a title, SKU, type or vendor; the newest {selectors.MOST_FOUND} are shown"
    show_full_result_count = False
    paginator = BoundedPaginator
    prepopulated_fields = {"slug": ("title",)}
    change_form_before_template = "admin/catalog/product_links.html"
    deletion_consequences = (
        "Nobody finds or buys it any more, not even from a bag that holds it already. Orders that were placed keep their own"
        " copy of its name, picture and price; what moved its stock stays in the ledger. To hide it for a while, save it as"
        " a draft instead."
    )
    inlines = (OptionInline, VariantInline, ImageInline, ProductCategoryInline)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        return (queryset.filter(selectors.matching(search_term)) if search_term.strip() else queryset), False

    def get_form(self, request: HttpRequest, obj: Product | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Add the fields of the texts in other languages: which there are is known of a product only."""
        texts = self._texts(request, obj)
        fields = {name: text.field() for each in texts.values() for name, text in each.items()}
        kwargs["form"] = type(ProductForm.__name__, (ProductForm,), {"texts": texts, **fields})
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Product | None = None) -> Any:
        may = obj is None or self.has_change_permission(request, obj)
        return _readable(super().get_fields(request, obj), may_change=may)

    def get_fieldsets(self, request: HttpRequest, obj: Product | None = None) -> Any:
        """Show each other language behind a tab of its own."""
        names = text_forms.language_names()
        tabs = [
            (names[code], {"fields": list(each), "classes": ["tab"]})
            for code, each in self._texts(request, obj).items()
        ]
        return [*super().get_fieldsets(request, obj), *tabs]

    def _texts(self, request: HttpRequest, obj: Product | None) -> dict[str, dict[str, text_forms.Text]]:
        """Return the fields of each other language; none for who may only look."""
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return {code: text_forms.field_names(obj, code) for code in text_forms.language_names()} if may else {}

    @_label_status
    def state(self, obj: Product) -> str:
        return obj.status

    @admin.display(description="Variants and stock")
    def whole_page(self, obj: Product) -> SafeString:
        address = reverse("backoffice:product", args=[obj.pk])
        return format_html('<a class="bo-link" href="{}">{}</a>', address, "See on one page")

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        if obj.status == ProductStatus.PUBLISHED.value:
            obj.published_at = obj.published_at or clock.now()
        if change:
            obj.version = products.lock_product(obj.pk).version
        super().save_model(request, obj, form, change)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Variants, prices and images are parts of the product: who may delete it may delete them."""
        names, counts, _, protected = super().get_deleted_objects(objs, request)
        return names, counts, set(), protected

    def announce_change(self, obj: Product, *, created: bool) -> None:
        changed = products.product_changed(product_id=obj.pk)
        transaction.on_commit(partial(products.request_pictures, changed), using=alias_for("catalog"), robust=True)

    def announce_removal(self, obj: Product) -> None:
        products.product_removed(product_id=obj.pk)


class PriceInline(LabelledInline):
    model = VariantPrice
    deletion_consequences = "The variant is not sold in that currency any more, and leaves the bags that hold it in it."
    extra = 0


@admin.register(Variant)
class VariantAdmin(AsksBeforeDeletingParts, EventedAdmin):
    """Prices are edited here; the event is the product's."""

    list_display = ("sku", "product", _chosen, "weight", "tax_class")
    list_select_related = ("product",)
    search_fields = ("sku", "product__title")
    show_full_result_count = False
    paginator = BoundedPaginator
    autocomplete_fields = ("image",)
    readonly_fields = ("product",)
    inlines = (PriceInline,)

    def get_form(self, request: HttpRequest, obj: Variant | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Offer the values of the product's options."""
        kwargs["form"] = variant_form(obj.product if obj else None)
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Variant | None = None) -> Any:
        return _readable(super().get_fields(request, obj), may_change=self.has_change_permission(request, obj))

    @admin.display(description="Weight (grams)", ordering="weight_grams")
    def weight(self, row: Variant) -> int:
        return row.weight_grams

    def announce_change(self, obj: Variant, *, created: bool) -> None:
        products.product_changed(product_id=obj.product_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ProductImage)
class ProductImageAdmin(ModelAdmin):
    """Exists for the picker of a variant's image only."""

    search_fields = ("url", "alt", "product__title")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class CategoryForm(ModelForm):
    """A category's own fields, and its names in other languages, which `CategoryAdmin.get_form` adds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in other_languages():
            self.initial.setdefault(f"name_{code}", self.instance.names.get(code, ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {code: cleaned[name] for code in other_languages() if (name := f"name_{code}") in cleaned}
        self.instance.names = store_names({**self.instance.names, **given})
        self.instance.slug, self.instance.parent = cleaned.get("slug", ""), cleaned.get("parent")
        try:
            self.instance.path = categories.path_of(self.instance)
        except Invalid as error:
            raise ValidationError({"parent": error.detail}) from error
        if Category.objects.filter(path=self.instance.path).exclude(pk=self.instance.pk).exists():
            raise ValidationError({"slug": f"There is a category {self.instance.path} already."})
        return cleaned


@admin.register(Category)
class CategoryAdmin(EventedAdmin):
    form = CategoryForm
    fields = ("name", "slug", "parent", "position")
    list_display = ("path", "name", "position")
    deletion_consequences = (
        "It leaves the menu, and its address answers that there is no such page. No product is deleted."
    )
    search_fields = ("name", "path")
    prepopulated_fields = {"slug": ("name",)}

    def get_form(self, request: HttpRequest, obj: Category | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Add the fields of the names in other languages, which show what falls back in their place."""
        kwargs["form"] = type(CategoryForm.__name__, (CategoryForm,), text_forms.name_fields(obj))
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Category | None = None) -> Any:
        """Show the names in other languages behind the own one, to who may change them."""
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        others = text_forms.name_fields(obj) if may else ()
        return ["name", *others, *self.fields[1:]]

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        categories.lock_tree()
        if change:
            obj.version = Category.objects.values_list("version", flat=True).get(pk=obj.pk)
        super().save_model(request, obj, form, change)

    def announce_change(self, obj: Category, *, created: bool) -> None:
        categories.category_changed(category_id=obj.pk)

    def announce_removal(self, obj: Category) -> None:
        categories.category_removed(category_id=obj.pk)

    def remove_together(self, request: HttpRequest, queryset: QuerySet[Category]) -> None:
        """Children before their parents."""
        for obj in queryset.order_by("-path"):
            self.delete_model(request, obj)
