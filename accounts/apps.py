"""The accounts app, and the admin with its door."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class AccountsConfig(AppConfig):
    """Users, roles, tokens."""

    name = "accounts"


class CatalogAdminConfig(admin.AdminConfig):
    """Django's admin on a site of our own."""

    default = False
    default_site = "accounts.admin_site.AdminSite"
