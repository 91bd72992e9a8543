"""Routes of addressing."""

from django.urls import path

from apps.addressing.rest import views

urlpatterns = [
    path("countries", views.CountriesView.as_view(), name="countries"),
    path("countries/<str:code>", views.CountryView.as_view(), name="country"),
]
