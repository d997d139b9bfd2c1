"""The WSGI entry point: `gunicorn catalog_project.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog_project.settings")

# Before any import of ours: what they need is set up here.
_django = get_wsgi_application()

from django.conf import settings  # noqa: E402

from catalog_project.admission import Admission, Gate  # noqa: E402
from catalog_project.hot_reads import HotReads  # noqa: E402

_gate = Gate(places=settings.WEB_THREADS, waiting=settings.WEB_WAITING, patience=settings.DB_POOL_TIMEOUT)
application = Admission(HotReads(_django), _gate)
