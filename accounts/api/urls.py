"""Addresses under `/api/v1/auth/`."""

from django.urls import path

from accounts.api import api_keys, schema, views  # noqa: F401  # the schema registers itself

urlpatterns = [
    path("token/", views.TokenView.as_view(), name="create_token"),
    path("token/refresh/", views.RefreshView.as_view(), name="refresh_token"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
    path("me/", views.MeView.as_view(), name="get_me"),
    path("password/", views.PasswordView.as_view(), name="change_password"),
    path("api-keys/", api_keys.APIKeysView.as_view(), name="api_keys"),
    path("api-keys/<str:ref>/", api_keys.APIKeyView.as_view(), name="api_key"),
]
