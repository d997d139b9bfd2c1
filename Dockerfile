ARG PYTHON_IMAGE=python:3.13-slim

# --- everything that is made once: the packages, the static files, the bytecode
FROM ${PYTHON_IMAGE} AS build
RUN python -m venv /opt/venv
COPY requirements/base.txt /tmp/base.txt
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/base.txt
WORKDIR /app
COPY . .
# As in production, but with secrets that end with this step.
RUN PATH=/opt/venv/bin:$PATH deploy/as-production python manage.py collectstatic --noinput --verbosity 0 \
 && python -m compileall -q .
# Where no environment gives the secrets, the settings read them from the volume that deploy/make_secrets.py fills.
RUN ln -s /var/lib/catalog/env .env

# --- what serves
FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --no-create-home catalog \
 && install -d -o catalog -g catalog -m 0755 /var/lib/catalog \
 && install -d -o catalog -g catalog -m 0700 /var/lib/catalog-uploads
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app .
USER catalog
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=6 \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/readyz', timeout=3)"]
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "catalog_project.wsgi:application"]
