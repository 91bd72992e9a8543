"""Plain forms for products and categories; every save and delete publishes its event in admin's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from apps.catalog.contracts import ProductStatus
from apps.catalog.models import Category, Product, ProductCategory, ProductImage, ProductOption, Variant, VariantPrice
from apps.catalog.services import categories, products
from apps.catalog.services.html import sanitise
from apps.kernel import clock
from apps.kernel.errors import Invalid
from apps.messaging.admin import EventedAdmin

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm


class ProductForm(ModelForm):
    def clean_description_html(self) -> str:
        return sanitise(self.cleaned_data["description_html"])


class OptionInline(TabularInline):
    model = ProductOption
    extra = 0


class VariantInline(StackedInline):
    model = Variant
    extra = 0
    show_change_link = True
    autocomplete_fields = ("image",)


class ImageInline(TabularInline):
    model = ProductImage
    extra = 0


class ProductCategoryInline(TabularInline):
    model = ProductCategory
    extra = 0
    autocomplete_fields = ("category",)


@admin.register(Product)
class ProductAdmin(EventedAdmin):
    form = ProductForm
    list_display = ("title", "slug", "status", "vendor", "product_type", "version")
    # No filter by product type and vendor: offering them reads every product to list the values.
    list_filter = ("status",)
    list_per_page = 50
    search_fields = ("title", "slug", "variants__sku", "=product_type", "=vendor")
    search_help_text = "Part of a title or SKU, or a whole product type or vendor"
    show_full_result_count = False
    prepopulated_fields = {"slug": ("title",)}
    change_form_before_template = "admin/catalog/product_links.html"
    inlines = (OptionInline, VariantInline, ImageInline, ProductCategoryInline)

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
        products.product_changed(product_id=obj.pk)

    def announce_removal(self, obj: Product) -> None:
        products.product_removed(product_id=obj.pk)


class PriceInline(TabularInline):
    model = VariantPrice
    extra = 0


@admin.register(Variant)
class VariantAdmin(EventedAdmin):
    """Prices are edited here; the event is the product's."""

    list_display = ("sku", "product", "options", "weight_grams", "tax_class")
    list_select_related = ("product",)
    search_fields = ("sku", "product__title")
    show_full_result_count = False
    autocomplete_fields = ("image",)
    readonly_fields = ("product",)
    inlines = (PriceInline,)

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
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
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
    list_display = ("path", "name", "position")
    search_fields = ("name", "path")
    prepopulated_fields = {"slug": ("name",)}

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        categories.lock_tree()
        if change:
            obj.version = Category.objects.values_list("version", flat=True).get(pk=obj.pk)
        super().save_model(request, obj, form, change)

    def announce_change(self, obj: Category, *, created: bool) -> None:
        categories.category_changed(category_id=obj.pk)

    def announce_removal(self, obj: Category) -> None:
        categories.category_removed(category_id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Category]) -> None:
        """Children before their parents."""
        for obj in queryset.order_by("-path"):
            self.delete_model(request, obj)
