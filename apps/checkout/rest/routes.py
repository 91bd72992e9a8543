"""Routes of checkout under /api/v1/."""

from django.urls import path

from apps.checkout.rest import views

urlpatterns = [
    path("cart", views.CartView.as_view(), name="cart"),
    path("cart/items", views.CartItemsView.as_view(), name="cart-items"),
    path("cart/items/<uuid:item_id>", views.CartItemView.as_view(), name="cart-item"),
    path("checkout", views.CheckoutView.as_view(), name="checkout"),
    path("checkout/shipping-methods", views.ShippingMethodsView.as_view(), name="checkout-shipping-methods"),
    path("orders", views.OrdersView.as_view(), name="orders"),
]
