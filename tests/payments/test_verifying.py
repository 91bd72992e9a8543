"""`manage.py verify_payments`: silent where row, ledger and provider agree, and loud where one differs."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.kernel import clock
from apps.payments import api as payments
from apps.payments.models import Payment, PaymentTransaction
from tests.payments.shop import euros

pytestmark = pytest.mark.django_db


def verify(*arguments):
    out = StringIO()
    call_command("verify_payments", *arguments, stdout=out)
    return out.getvalue()


def faults(*, at_provider=True):
    since = clock.now() - timedelta(days=1) if at_provider else None
    return [fault.payment_id for fault in payments.verify_payments(since=since)]


def test_paid_refunded_declined_and_open_payments_agree(shop):
    refunded = shop.paid()
    shop.refund(refunded, euros("30.00"))
    shop.work()
    shop.open()
    with pytest.raises(payments.CardDeclined):
        shop.confirm(shop.open(), "pm_card_visa_chargeDeclined")
    payments.record_manual_payment(payment_id=shop.open(provider="manual").id, actor="mia")

    assert "agree" in verify()


def test_row_that_is_not_the_sum_of_its_ledger_is_found(shop):
    shop.paid()
    wrong = shop.paid()
    Payment.objects.filter(pk=wrong.id).update(refunded_total=10)

    assert faults(at_provider=False) == [wrong.id]
    with pytest.raises(CommandError, match="1 payments"):
        verify("--days", "0")


def test_missing_ledger_row_is_found(shop):
    payment = shop.open(provider="manual")
    Payment.objects.filter(pk=payment.id).update(status="succeeded", captured_total=payment.amount.amount)

    assert not PaymentTransaction.objects.filter(payment_id=payment.id).exists()
    assert faults() == [payment.id]


def test_refund_that_only_the_provider_has_is_found(shop):
    payment = shop.paid()
    shop.provider.client().v1.refunds.create({"payment_intent": shop.row(payment).intent_id, "amount": 1000})

    assert faults(at_provider=False) == []
    assert faults() == [payment.id]


def test_payment_that_the_provider_does_not_know_is_found(shop):
    payment = shop.paid()
    Payment.objects.filter(pk=payment.id).update(intent_id="pi_unknown")

    assert faults() == [payment.id]


def test_provider_that_is_down_is_said(shop):
    shop.paid()
    shop.provider.add_fault("error_500", times=3)

    with pytest.raises(CommandError, match="--days 0"):
        verify()
