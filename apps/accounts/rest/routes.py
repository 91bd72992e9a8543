"""Routes of accounts under /api/v1/."""

from django.urls import path

from apps.accounts.rest import views

urlpatterns = [
    path("auth/register", views.RegisterView.as_view()),
    path("auth/login", views.LoginView.as_view()),
    path("auth/refresh", views.RefreshView.as_view()),
    path("auth/logout", views.LogoutView.as_view()),
    path("auth/password-reset", views.PasswordResetView.as_view()),
    path("auth/password-reset/confirm", views.PasswordResetConfirmView.as_view()),
    path("users/me", views.MeView.as_view()),
    path("users/me/addresses", views.AddressesView.as_view()),
    path("users/me/addresses/<uuid:address_id>", views.AddressView.as_view()),
]
