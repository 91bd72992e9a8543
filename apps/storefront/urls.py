"""The shop's pages."""

from django.urls import path

from apps.storefront.views import account, cart, catalogue, checkout, currency, notices, orders, own, paying, site

app_name = "storefront"
urlpatterns = [
    path("", catalogue.home, name="home"),
    path("products/", catalogue.listing, name="listing"),
    path("products/<slug:slug>/", catalogue.product, name="product"),
    path("categories/<path:category>/", catalogue.listing, name="category"),
    path("collections/<slug:slug>/", catalogue.collection, name="collection"),
    path("search/suggestions/", catalogue.suggestions, name="suggestions"),
    path("search/", catalogue.listing, name="search"),
    path("back-in-stock/stop/", notices.stop, name="stop-notices"),
    path("currency/", currency.choose, name="currency"),
    path("cart/", cart.show, name="cart"),
    path("cart/add/", cart.add, name="cart-add"),
    path("cart/items/<uuid:item_id>/", cart.change, name="cart-change"),
    path("checkout/", checkout.show, name="checkout"),
    path("checkout/pay/<uuid:order_id>/", paying.pay, name="pay"),
    path("checkout/return/<uuid:order_id>/", paying.come_back, name="return"),
    path("orders/<uuid:order_id>/", orders.show, name="order"),
    path("orders/<uuid:order_id>/receipt/", orders.receipt, name="order-receipt"),
    path("orders/<uuid:order_id>/cancel/", orders.cancel, name="order-cancel"),
    path("manifest.webmanifest", site.manifest, name="manifest"),
    path("brand-<slug:digest>.css", site.brand_css, name="brand-css"),
    path("sw.js", site.worker, name="worker"),
    path("offline/", site.offline, name="offline"),
    path("robots.txt", site.robots, name="robots"),
    path("sitemap.xml", site.sitemap_index, name="sitemap-index"),
    path("sitemaps/<int:number>.xml", site.sitemap, name="sitemap"),
    path("favicon.ico", site.favicon, name="favicon"),
    path("address-fields/<str:country>/", site.address_fields, name="address-fields"),
    path("account/sign-in/", account.sign_in, name="sign-in"),
    path("account/sign-up/", account.sign_up, name="sign-up"),
    path("account/sign-out/", account.sign_out, name="sign-out"),
    path("account/password/forgotten/", account.forgotten, name="forgotten"),
    path("account/password/new/", account.new_password, name="new-password"),
    path("account/", own.account, name="account"),
    path("account/orders/", own.orders_page, name="my-orders"),
    path("account/addresses/", own.addresses, name="addresses"),
    path("account/addresses/new/", own.address, name="address-new"),
    path("account/addresses/<uuid:address_id>/", own.address, name="address"),
    path("account/details/", own.details, name="details"),
    path("account/security/", own.security, name="security"),
    path("account/security/<uuid:session_id>/", own.end_session, name="session-end"),
]
