"""The products app."""

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    """Products, variants, prices, categories and brands."""

    name = "products"
