"""Routes of inventory: stock as staff set it."""

from django.urls import path

from apps.inventory.rest import views

urlpatterns = [path("inventory/<uuid:variant_id>", views.StockView.as_view(), name="inventory-stock")]
