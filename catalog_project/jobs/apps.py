"""The jobs app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Work that outlives the request that asked for it."""

    name = "catalog_project.jobs"
