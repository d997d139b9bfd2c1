"""Settings of the REST API: DRF, tokens and the OpenAPI document."""

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    # JWT first: the first authenticator's challenge decides between 401 and 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.JWTAuthentication",
        "accounts.api.authentication.APIKeyAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["catalog_project.api.permissions.ModelPermissions"],
    "DEFAULT_PARSER_CLASSES": ["catalog_project.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["catalog_project.api.renderers.ORJSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "catalog_project.api.negotiation.PromptNegotiation",
    "DEFAULT_SCHEMA_CLASS": "catalog_project.api.schema.CatalogSchema",
    # A name that no body can hold: a client's own key never passes for the whole.
    "NON_FIELD_ERRORS_KEY": "\x00",
    "EXCEPTION_HANDLER": "catalog_project.api.exceptions.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    # `?format=` would be one more parameter that nobody documents.
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

# Lifetimes stand in the settings package. The keys do too, as JWT_KEYS: the token classes of accounts/ use those alone.
SIMPLE_JWT: dict[str, Any] = {
    "ISSUER": "catalog",
    "AUDIENCE": "catalog",
    "UPDATE_LAST_LOGIN": False,
    # By itself simplejwt would take SECRET_KEY. With no key its own classes, which we do not use, sign nothing.
    "SIGNING_KEY": None,
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Catalog",
    "DESCRIPTION": "A product catalog: products, variants, prices, categories and brands.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    # Read and write shapes differ, so each has a component of its own.
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SORT_OPERATIONS": True,
    "ENUM_NAME_OVERRIDES": {
        "ProductStatus": "products.models.product.Product.Status",
        "NewProductStatus": ["draft", "active"],
    },
}
