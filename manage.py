#!/usr/bin/env python
"""Run a management command: `./manage.py help` lists them."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Run the command named on the command line; a faulty setting ends it with one sentence and exit code 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog_project.settings")
    # A command is no worker: it must not leave its numbers among those of the server.
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    try:
        # Django would postpone a faulty setting to a stranger error later on.
        _ = settings.SECRET_KEY
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        print(f"catalog: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
