"""Routes of search: the shop as shoppers read it."""

from django.urls import path

from apps.search.rest import views

urlpatterns = [
    path("products", views.ProductList.as_view(), name="products"),
    path("products/<str:id_or_slug>", views.ProductDetail.as_view(), name="product"),
    path("products/<str:id_or_slug>/inventory", views.ProductInventory.as_view(), name="product-inventory"),
    path("categories", views.CategoryTree.as_view(), name="categories"),
]
