"""Routes of payments. `/payments/intent` and `/payments/refund` belong to orders, which knows who may."""

from django.urls import path

from apps.payments.rest import views

urlpatterns = [
    path("payments/confirm", views.ConfirmView.as_view(), name="payment-confirm"),
    path("payments/<uuid:payment_id>", views.PaymentView.as_view(), name="payment"),
    path("payments/webhooks/<str:provider>", views.WebhookView.as_view(), name="payment-webhook"),
]
