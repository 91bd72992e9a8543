"""What an import changed of a product, in words."""

from __future__ import annotations

from collections.abc import Iterator

from apps.catalog.contracts import ImportChange, Product

_LONGEST = 80


def describe_changes(before: Product, after: Product) -> tuple[ImportChange, ...]:
    """Return every field that differs, those of variants by SKU."""
    old, new = dict(_fields(before)), dict(_fields(after))
    return tuple(
        ImportChange(field=name, before=old.get(name, "")[:_LONGEST], after=new.get(name, "")[:_LONGEST])
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    )


def describe_new(product: Product) -> tuple[ImportChange, ...]:
    """Return what a new product is called and how many variants it has: nobody wants to read all of it."""
    told = {"Title": product.title[:_LONGEST], "Variants": str(len(product.variants))}
    return tuple(ImportChange(field=name, before="", after=text) for name, text in told.items())


def _fields(product: Product) -> Iterator[tuple[str, str]]:
    yield "Title", product.title
    yield "Status", product.status.value
    yield "Description", product.description_html
    yield "Vendor", product.vendor
    yield "Type", product.product_type
    yield "Tags", ", ".join(product.tags)
    yield "Categories", ", ".join(category.path for category in product.categories)
    yield "Options", "; ".join(f"{option.name}: {', '.join(option.values)}" for option in product.options)
    yield "Pictures", ", ".join(f"{image.url} {image.alt}".strip() for image in product.images)
    yield from ((name, str(text)) for name, text in product.attributes.items())
    for variant in product.variants:
        name = f"{variant.sku}:"
        yield f"{name} options", variant.title
        yield f"{name} price", ", ".join(str(price) for price in variant.prices.values())
        yield f"{name} compare-at price", ", ".join(str(price) for price in variant.compare_at_prices.values())
        yield f"{name} weight", f"{variant.weight_grams} g"
        yield f"{name} barcode", variant.barcode
        yield f"{name} tax class", variant.tax_class
        yield f"{name} shipping", "needed" if variant.requires_shipping else "not needed"
        yield f"{name} picture", variant.image.url if variant.image else ""
