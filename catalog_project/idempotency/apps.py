"""The idempotency app."""

from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    """Answers kept under the keys of their requests."""

    name = "catalog_project.idempotency"
