"""Staff pages, mounted in front of the admin's own."""

from django.contrib import admin
from django.urls import path

from apps.backoffice import views

app_name = "backoffice"
urlpatterns = [
    path("work/parked/", admin.site.admin_view(views.parked), name="parked"),
    path("work/stock/", admin.site.admin_view(views.stock), name="stock"),
]
