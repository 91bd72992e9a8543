"""From the rows of one handle to one product: what is usable is kept, what is not is noted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from apps.catalog.contracts import (
    CategoryStep,
    Image,
    ImportNote,
    Option,
    ParsedProduct,
    ProductInput,
    ProductStatus,
    VariantInput,
)
from apps.catalog.importing import cells
from apps.catalog.importing.carrying import read_carried
from apps.catalog.importing.numbers import NotANumber, parse_grams, parse_price, parse_whole
from apps.catalog.importing.reading import Row
from apps.catalog.services.validation import is_image_url
from apps.catalog.skus import distinguish_sku
from apps.kernel.money import Money

_MOST_STOCK: Final = 1_000_000_000
_YES: Final = {"true", "1", "yes", "y", "active", "continue", "wahr"}
_NO: Final = {"false", "0", "no", "n", "draft", "archived", "deny", "falsch"}
# Only exports of this shop have it: in them, a product without collections is in no category.
_OF_THIS_SHOP: Final = "Variant Tax Class"
_STEP: Final = re.compile(r"(.*?)(?:\s*\[([a-z0-9_-]+)\])?")


class Notes:
    """The remarks on one product."""

    def __init__(self) -> None:
        self.items: list[ImportNote] = []

    def warn(self, row: Row, column: str, message: str) -> None:
        """Note something that was imported all the same."""
        self.items.append(ImportNote(line=row.line, column=column, value=row[column][:80], message=message))

    def refuse(self, row: Row, column: str, message: str) -> None:
        """Note a row that is left out."""
        note = ImportNote(line=row.line, column=column, value=row[column][:80], message=message, is_error=True)
        self.items.append(note)


class GroupParser:
    """Parses the groups of one file; remembers which SKUs it has met."""

    def __init__(self, *, currency: str, untracked_stock: int | None, known: frozenset[str]) -> None:
        self._known = known
        self._currency = currency
        self._untracked_stock = untracked_stock
        self._skus: dict[str, int] = {}

    def parse(self, *, handle: str, rows: Sequence[Row]) -> ParsedProduct:
        """Return the product of `rows`; without one where no variant is usable or the title is missing."""
        notes = Notes()
        _note_spellings(rows, handle, notes)
        options = _read_options(rows, notes)
        images = _read_images(rows, notes)
        variants: list[VariantInput] = []
        used: list[Row] = []
        stock: list[int | None] = []
        taken: dict[frozenset[tuple[str, str]], int] = {}
        for row in filter(_is_variant, rows):
            variant = self._read_variant(row, handle=handle, options=options, taken=taken, images=images, notes=notes)
            if variant is not None:
                variants.append(variant)
                used.append(row)
                stock.append(self._read_stock(row, notes))
        carried, attributes = read_carried(rows, variants=used, known=self._known)
        product = self._assemble(
            handle,
            rows,
            variants=variants,
            images=images,
            names=list(options.values()),
            attributes=attributes,
            notes=notes,
        )
        collections = _read_collections(_first(rows, "Collection"))
        by_type = not collections and _OF_THIS_SHOP not in rows[0].headings
        return ParsedProduct(
            handle=handle,
            line=rows[0].line,
            product=product,
            stock=tuple(stock),
            categories=_type_category(rows) if by_type else collections,
            type_is_category=by_type,
            carried=carried,
            notes=tuple(notes.items),
        )

    def _assemble(
        self,
        handle: str,
        rows: Sequence[Row],
        *,
        variants: Sequence[VariantInput],
        images: Mapping[str, Image],
        names: Sequence[str],
        attributes: Mapping[str, str],
        notes: Notes,
    ) -> ProductInput | None:
        title = _first(rows, "Title")
        if not title:
            notes.refuse(rows[0], "Title", "The product has no title in any of its rows; give one.")
        if not variants and not any(map(_is_variant, rows)):
            notes.refuse(rows[0], "Variant Price", "The product has no variant; give its row a price such as 12.90.")
        if not title or not variants:
            return None
        return ProductInput(
            title=title,
            slug=handle,
            status=_read_status(rows, notes),
            description_html=_first(rows, "Body (HTML)"),
            vendor=_first(rows, "Vendor"),
            product_type=_first(rows, "Type"),
            tags=_read_tags(_first(rows, "Tags")),
            options=tuple(Option(name=name, values=_distinct(v.options[name] for v in variants)) for name in names),
            variants=tuple(variants),
            images=tuple(images.values()),
            attributes=attributes,
        )

    def _read_variant(
        self,
        row: Row,
        *,
        handle: str,
        options: Mapping[int, str],
        taken: dict[frozenset[tuple[str, str]], int],
        images: dict[str, Image],
        notes: Notes,
    ) -> VariantInput | None:
        chosen = _read_choice(row, options, notes)
        price = self._read_price(row, "Variant Price", notes)
        if chosen is None or price is None:
            return None
        identity = frozenset(chosen.items())
        if identity in taken:
            column = f"Option{next(iter(options), 1)} Value"
            notes.refuse(
                row, column, f"These options are on line {taken[identity]} already; each variant needs its own."
            )
            return None
        taken[identity] = row.line
        before = self._read_price(row, "Variant Compare At Price", notes) if row["Variant Compare At Price"] else None
        return VariantInput(
            options=chosen,
            prices={self._currency: price},
            compare_at_prices={self._currency: before} if before else {},
            sku=self._read_sku(row, handle=handle, options=chosen, notes=notes),
            weight_grams=_read_grams(row, notes),
            requires_shipping=_boolean(row, "Variant Requires Shipping", default=True, notes=notes),
            tax_class=_read_tax_class(row, notes),
            barcode=row["Variant Barcode"].removeprefix("'")[:100],
            image_url=_variant_image(row, images, notes),
        )

    def _read_price(self, row: Row, column: str, notes: Notes) -> Money | None:
        is_price = column == "Variant Price"
        try:
            price, respelt = parse_price(row[column], currency=self._currency)
        except NotANumber as error:
            if is_price:
                notes.refuse(
                    row, column, f"{'blank' if not row[column] else 'not usable'}: {error}. The variant is left out."
                )
            else:
                notes.warn(row, column, f"{error}. The variant is imported without it.")
            return None
        if respelt:
            notes.warn(row, column, f"understood as {price}")
        return price

    def _read_sku(self, row: Row, *, handle: str, options: Mapping[str, str], notes: Notes) -> str:
        sku = row["Variant SKU"].removeprefix("'")
        if len(sku) > 100:
            notes.warn(row, "Variant SKU", "longer than 100 characters; the variant gets a generated SKU")
            return ""
        if not sku:
            return ""
        if sku not in self._skus:
            self._skus[sku] = row.line
            return sku
        other = distinguish_sku(sku=sku, slug=handle, options=options)
        notes.warn(row, "Variant SKU", f"on line {self._skus[sku]} already; imported as {other}")
        return other

    def _read_stock(self, row: Row, notes: Notes) -> int | None:
        untracked = "Variant Inventory Tracker" in row.headings and not row["Variant Inventory Tracker"]
        if untracked and self._untracked_stock is not None:
            return self._untracked_stock
        text = row["Variant Inventory Qty"]
        try:
            quantity = parse_whole(text) if text else None
        except NotANumber as error:
            notes.warn(row, "Variant Inventory Qty", f"{error}. The stock stays as it is.")
            return None
        if quantity is not None and quantity < 0:
            notes.warn(row, "Variant Inventory Qty", "negative stock becomes 0")
            return 0
        if untracked and not quantity:
            advice = "not tracked there, so sold without limit; here it is sold out until set_stock, or import with --untracked-stock 100"
            notes.warn(row, "Variant Inventory Qty", advice)
        return None if quantity is None else min(quantity, _MOST_STOCK)


def _is_variant(row: Row) -> bool:
    return any(
        row[column] for column in ("Variant Price", "Variant SKU", "Option1 Value", "Option2 Value", "Option3 Value")
    )


def _first(rows: Sequence[Row], column: str) -> str:
    return next((row[column] for row in rows if row[column]), "")


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _note_spellings(rows: Sequence[Row], slug: str, notes: Notes) -> None:
    first = rows[0]
    if other := next((row for row in rows if row["Handle"] != first["Handle"]), None):
        same = f"{first['Handle'][:80]!r} of line {first.line}"
        notes.warn(other, "Handle", f"The same handle as {same}, both being {slug!r}: the rows are one product.")


def _read_options(rows: Sequence[Row], notes: Notes) -> dict[int, str]:
    """Return the name of each option that any variant has a value for, by its number in the headings."""
    names: dict[int, str] = {}
    for number in sorted({n for column in rows[0].headings if (n := cells.option_number(column))}):
        values = {row[f"Option{number} Value"] for row in rows} - {""}
        name = _first(rows, f"Option{number} Name")[:100]
        if not values or (name.lower() in ("title", "") and values == {"Default Title"}):
            continue
        if not name or name in names.values():
            fixed = f"{name or 'Option'} {number}"
            notes.warn(rows[0], f"Option{number} Name", f"an option needs a name of its own; imported as {fixed}")
            name = fixed
        names[number] = name
    return names


def _read_choice(row: Row, options: Mapping[int, str], notes: Notes) -> dict[str, str] | None:
    chosen = {}
    for number, name in options.items():
        value = row[column := f"Option{number} Value"]
        if not value or len(value) > 255:
            notes.refuse(row, column, f"a variant needs a value for {name}, of 255 characters at most. It is left out.")
            return None
        chosen[name] = value
    return chosen


def _read_images(rows: Sequence[Row], notes: Notes) -> dict[str, Image]:
    """Return the images by address, by Image Position where every one has it, else in order."""
    found: list[tuple[int, Image]] = []
    for row in rows:
        url = row["Image Src"]
        if url and not is_image_url(url):
            notes.warn(
                row, "Image Src", "no address of an image; use one that starts with https://. The image is left out."
            )
        elif url:
            position = row["Image Position"]
            order = int(position) if position.isascii() and position.isdigit() and len(position) < 9 else len(found) + 1
            found.append((order, Image(url=url, alt=row["Image Alt Text"][:500])))
    images: dict[str, Image] = {}
    for _, image in sorted(found, key=lambda pair: pair[0]):
        images.setdefault(image.url, image)
    return images


def _variant_image(row: Row, images: dict[str, Image], notes: Notes) -> str:
    url = row["Variant Image"]
    if url and not is_image_url(url):
        notes.warn(row, "Variant Image", "no address of an image; use one that starts with https://. It is left out.")
        return ""
    if url:
        images.setdefault(url, Image(url=url))
    return url


def _read_status(rows: Sequence[Row], notes: Notes) -> ProductStatus:
    shown = all(
        _boolean(row, column, default=False, notes=notes)  # what nobody can read had better not be on sale
        for column in ("Status", "Published")
        for row in rows
        if row[column]
    )
    return ProductStatus.PUBLISHED if shown else ProductStatus.DRAFT


def _boolean(row: Row, column: str, *, default: bool, notes: Notes) -> bool:
    word = row[column].lower()
    if word in _YES or word in _NO:
        return word in _YES
    if word:
        notes.warn(row, column, f"neither true nor false; taken as {'true' if default else 'false'}")
    return default


def _read_tags(text: str) -> tuple[str, ...]:
    return _distinct(tag[:255] for part in text.split(",") if (tag := part.strip()))


def _read_grams(row: Row, notes: Notes) -> int:
    text = row["Variant Grams"]
    try:
        return parse_grams(text) if text else 0
    except NotANumber as error:
        notes.warn(row, "Variant Grams", f"{error}. Imported as 0.")
        return 0


def _read_tax_class(row: Row, notes: Notes) -> str:
    """Taxed or not is all that Shopify says; a column of this shop's own exports names any other class."""
    taxable = _boolean(row, "Variant Taxable", default=True, notes=notes)
    return row[_OF_THIS_SHOP] or ("standard" if taxable else "exempt")


def _type_category(rows: Sequence[Row]) -> tuple[tuple[CategoryStep, ...], ...]:
    """The product's own type makes a category at the root; a standard category gives its whole path."""
    if kind := _first(rows, "Type"):
        return ((CategoryStep(name=kind),),)
    parts = _first(rows, "Product Category").split(">")
    steps = tuple(CategoryStep(name=name) for part in parts if (name := part.strip()))[:8]
    return (steps,) if steps else ()


def _read_collections(text: str) -> tuple[tuple[CategoryStep, ...], ...]:
    """Read "Clothing > Rain jackets, Sale [sale-2026]": paths of categories, a slug of its own in brackets."""
    paths = (tuple(_read_step(part) for part in path.split(">") if part.strip()) for path in text.split(","))
    return tuple(path for path in paths if path)


def _read_step(text: str) -> CategoryStep:
    match = _STEP.fullmatch(text.strip())
    name, slug = (match[1], match[2] or "") if match else (text.strip(), "")
    return CategoryStep(name=name or slug, slug=slug)
