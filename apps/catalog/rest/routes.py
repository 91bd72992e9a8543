"""Routes of catalog: products as staff edit them."""

from django.urls import path

from apps.catalog.rest import views

urlpatterns = [
    path("staff/products", views.StaffProductList.as_view(), name="staff-products"),
    path("staff/products/<uuid:product_id>", views.StaffProductDetail.as_view(), name="staff-product"),
]
