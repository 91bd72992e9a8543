"""Routes of what staff do that takes several apps: stock of the catalogue's variants."""

from django.urls import path

from apps.backoffice.rest import views

urlpatterns = [path("inventory/<uuid:variant_id>", views.StockView.as_view(), name="inventory-stock")]
