"""The WSGI entry point: `gunicorn catalog_project.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog_project.settings")

# Before any import of ours: what they need is set up here.
_django = get_wsgi_application()

from catalog_project.hot_reads import HotReads  # noqa: E402

application = HotReads(_django)
