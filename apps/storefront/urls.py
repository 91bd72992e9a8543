"""The shop's pages."""

from django.urls import path

from apps.storefront.views import account, cart, catalogue, checkout, orders, paying

app_name = "storefront"
urlpatterns = [
    path("", catalogue.home, name="home"),
    path("products/", catalogue.listing, name="listing"),
    path("products/<slug:slug>/", catalogue.product, name="product"),
    path("categories/<path:category>/", catalogue.listing, name="category"),
    path("search/", catalogue.listing, name="search"),
    path("cart/", cart.show, name="cart"),
    path("cart/add/", cart.add, name="cart-add"),
    path("cart/items/<uuid:item_id>/", cart.change, name="cart-change"),
    path("checkout/", checkout.show, name="checkout"),
    path("checkout/pay/<uuid:order_id>/", paying.pay, name="pay"),
    path("checkout/return/<uuid:order_id>/", paying.come_back, name="return"),
    path("orders/<uuid:order_id>/", orders.show, name="order"),
    path("orders/<uuid:order_id>/cancel/", orders.cancel, name="order-cancel"),
    path("account/sign-in/", account.sign_in, name="sign-in"),
    path("account/sign-up/", account.sign_up, name="sign-up"),
    path("account/sign-out/", account.sign_out, name="sign-out"),
    path("account/orders/", account.orders_page, name="my-orders"),
]
