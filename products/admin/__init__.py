"""The admin of the catalog: every save and deletion goes through the services, as it does in the API."""

from django.contrib import admin

from products.admin import attribute_definitions, brands, categories, product_types, products, variants

__all__ = ["attribute_definitions", "brands", "categories", "product_types", "products", "variants"]

admin.site.site_header = admin.site.site_title = "Catalog"
admin.site.index_title = "Overview"
admin.site.site_url = None  # the service has no pages but these
