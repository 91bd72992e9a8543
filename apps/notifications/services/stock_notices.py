"""Back in stock: who waits for a variant, and the one mail each of them gets.

Whether a variant can be bought is asked when the mail is about to leave, not believed from the event. Who waits is looked at again
after each commit that lets somebody wait: an event that came a moment before found nobody, and none may come for months.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from apps.catalog import api as catalog
from apps.catalog.contracts import ProductStatus, SellableVariant
from apps.inventory import api as inventory
from apps.kernel.errors import Invalid
from apps.kernel.text import quoted
from apps.messaging import api as messaging
from apps.messaging import work
from apps.notifications.contracts import WrittenMail
from apps.notifications.models import StockNotice
from apps.notifications.services import bounces, posting, sheets
from apps.notifications.services.parts import money, public_picture
from apps.web import tokens
from apps.web.pagination import PageParams

DRIVER: Final = "notifications.send_stock_notice"
KEPT_DAYS: Final = 180
# Of one address; whoever enters somebody else's cannot fill their mailbox.
MOST_WAITING: Final = 20
_LINK_PURPOSE: Final = "stock_notice"
_BATCH: Final = 500


def ask(*, variant_id: UUID, address: str, language: str) -> None:
    address = address.strip()
    _check_address(address)
    if _variant_for_sale(variant_id) is None:
        raise Invalid.field(
            "variant_id", "unknown_variant", _("%(id)s is not a variant that is for sale.") % {"id": variant_id}
        )
    if _is_in_stock(variant_id):
        raise Invalid.field("variant_id", "in_stock", _("This is in stock: put it into your bag."))
    _keep(
        StockNotice(
            variant_id=variant_id,
            address=address,
            address_hash=bounces.address_hash(address),
            language=sheets.supported(language),
            next_run_at=None,
        )
    )
    wake_for(variant_ids=[variant_id])


def _check_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        detail = _("“%(given)s” is not an e-mail address such as ada@example.com.") % {
            "given": quoted(address, most=100)
        }
        raise Invalid.field("email", "invalid_email", detail) from error
    if len(address) > 254:
        raise Invalid.field("email", "too_long", _("An e-mail address has at most 254 characters."))


@messaging.command
def _keep(notice: StockNotice) -> None:
    waiting = StockNotice.objects.filter(address_hash=notice.address_hash, state=StockNotice.State.WAITING)
    if waiting.count() < MOST_WAITING:
        StockNotice.objects.bulk_create([notice], ignore_conflicts=True)


def make_due(*, variant_ids: Collection[UUID]) -> None:
    """Let everybody who waits for these variants be written to; inside the caller's transaction."""
    waiting = StockNotice.objects.filter(variant_id__in=variant_ids, state=StockNotice.State.WAITING)
    if waiting.filter(next_run_at=None).update(next_run_at=Now()):
        messaging.wake(DRIVER)


_make_due = messaging.command(make_due)


def wake_for(*, variant_ids: Collection[UUID]) -> None:
    """Make due who waits for those of the variants that can be bought by now."""
    for_sale = catalog.get_variants(ids=list(variant_ids), currency=settings.DEFAULT_CURRENCY)
    live = inventory.get_availability(variant_ids=[key for key, variant in for_sale.items() if _is_for_sale(variant)])
    if back := [key for key, found in live.items() if found.available > 0]:
        _make_due(variant_ids=back)


def wake_all() -> None:
    """Make due whoever waits for something that can be bought: what a crash or a product that was hidden meanwhile left behind."""
    waiting = StockNotice.objects.filter(state=StockNotice.State.WAITING, next_run_at=None)
    variant_ids = list(waiting.order_by("variant_id").values_list("variant_id", flat=True).distinct())
    for start in range(0, len(variant_ids), _BATCH):
        wake_for(variant_ids=variant_ids[start : start + _BATCH])


def send(item: StockNotice) -> None:
    """Send a claimed notice and record it; drop it where the variant is gone, let it wait on where it cannot be bought."""
    found = catalog.get_variants(ids=[item.variant_id], currency=settings.DEFAULT_CURRENCY, language=item.language).get(
        item.variant_id
    )
    if found is None or bounces.is_dead(item.address):
        with work.record(item) as row:
            row.state, row.address = StockNotice.State.DROPPED, ""
        return
    if not (_is_for_sale(found) and _is_in_stock(found.id)):
        with work.record(item):
            pass  # nothing left to do until it is back
        wake_for(variant_ids=[found.id])
        return
    stop_link = _stop_link(item)
    posting.post(
        write(found, language=item.language, stop_link=stop_link),
        to=item.address,
        message_id=posting.message_id(f"stock.{item.id}"),
        # One click in the mail program ends it (RFC 8058).
        headers={"List-Unsubscribe": f"<{stop_link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
    with work.record(item) as row:
        row.state, row.address, row.sent_at = StockNotice.State.SENT, "", Now()


def write(variant: SellableVariant, *, language: str, stop_link: str) -> WrittenMail:
    """Return the mail that says a variant is back; it was read in the same language."""
    with translation.override(sheets.supported(language)):
        words = sheets.Words(
            subject=_("Back in stock: %(title)s") % {"title": variant.shown_title},
            heading=_("It is back"),
            news=_("%(title)s is in stock again.") % {"title": variant.shown_title},
            next_step=_("We cannot set one aside for you, so do not wait too long."),
        )
        context = {
            "title": variant.shown_title,
            "options": ", ".join(variant.shown_options.values()),
            "price": money(variant.price) if variant.price else "",
            "picture": public_picture(variant.image.url) if variant.image else "",
            "link": f"{sheets.pages_of(translation.get_language())}/products/{variant.product_slug}/?{urlencode(variant.options)}#choose",
            "stop_link": stop_link,
        }
        return sheets.render("stock_notice", words, context)


def preview(*, language: str) -> WrittenMail | None:
    page = catalog.list_product_summaries(params=PageParams(limit=1), status=ProductStatus.PUBLISHED)
    if not page.items:
        return None
    variant_id = catalog.get_product(product_id=page.items[0].id).variants[0].id
    variant = catalog.get_variants(ids=[variant_id], currency=settings.DEFAULT_CURRENCY, language=language)[variant_id]
    return write(variant, language=language, stop_link=f"{settings.STOREFRONT_URL}/")


def stop(*, token: str) -> bool:
    """Forget everything the address of a notice waits for; False where the link is forged or too old."""
    notice_id = tokens.read(token, purpose=_LINK_PURPOSE)
    if notice_id is None:
        return False
    hashes = StockNotice.objects.filter(pk=notice_id).values("address_hash")
    StockNotice.objects.filter(address_hash__in=hashes, state=StockNotice.State.WAITING).delete()
    return True


def forget_old() -> int:
    """Forget whoever asked too long ago, told or not; return how many."""
    deleted, _by_model = StockNotice.objects.filter(requested_at__lt=Now() - timedelta(days=KEPT_DAYS)).delete()
    return deleted


def _stop_link(item: StockNotice) -> str:
    token = tokens.sign(subject=str(item.id), purpose=_LINK_PURPOSE, days=KEPT_DAYS)
    return f"{sheets.pages_of(item.language)}/back-in-stock/stop/?{urlencode({'token': token})}"


def _variant_for_sale(variant_id: UUID) -> SellableVariant | None:
    found = catalog.get_variants(ids=[variant_id], currency=settings.DEFAULT_CURRENCY).get(variant_id)
    return found if found and _is_for_sale(found) else None


def _is_for_sale(variant: SellableVariant) -> bool:
    return variant.available_for_sale and variant.price is not None


def _is_in_stock(variant_id: UUID) -> bool:
    return inventory.get_availability(variant_ids=[variant_id])[variant_id].available > 0
