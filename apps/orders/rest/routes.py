"""Routes of orders under /api/v1/."""

from django.urls import path

from apps.orders.rest import views

urlpatterns = [
    path("orders/<uuid:order_id>", views.OrderView.as_view(), name="order"),
    path("orders/<uuid:order_id>/cancel", views.CancelView.as_view(), name="order-cancel"),
    path("orders/<uuid:order_id>/tracking", views.TrackingView.as_view(), name="order-tracking"),
    path("payments/intent", views.IntentView.as_view(), name="payment-intent"),
    path("payments/refund", views.RefundView.as_view(), name="payment-refund"),
    path("staff/orders", views.StaffOrdersView.as_view(), name="staff-orders"),
    path("staff/orders/<uuid:order_id>/shipments", views.ShipmentsView.as_view(), name="staff-order-shipments"),
    path(
        "staff/orders/<uuid:order_id>/shipments/<uuid:shipment_id>/label",
        views.LabelView.as_view(),
        name="staff-order-label",
    ),
    path("staff/orders/<uuid:order_id>/deliver", views.DeliverView.as_view(), name="staff-order-deliver"),
]
