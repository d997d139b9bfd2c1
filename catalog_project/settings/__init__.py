"""Django's settings, all from the environment. The README lists every variable; `env` reads and checks them."""

import sys
from datetime import timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.retry import Retry

from catalog_project.settings import env
from catalog_project.settings.jwt_keys import read_keys

env.read_dotenv()

BASE_DIR = env.BASE_DIR

# --- Who we are and whom we answer -----------------------------------------------------------------------------
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.secret("SECRET_KEY")
# The one that signs comes first.
JWT_KEYS = read_keys()
if any(key.signing == SECRET_KEY for key in JWT_KEYS):
    # One leaked key must not forge both sessions and tokens.
    raise ImproperlyConfigured("JWT_SIGNING_KEY and JWT_ACCEPTED_KEY must differ from SECRET_KEY.")
ALLOWED_HOSTS = env.hosts(debug=DEBUG)
ADMIN_PATH = env.text("ADMIN_PATH", "admin/").strip("/") + "/"
DEFAULT_CURRENCY = env.currency("DEFAULT_CURRENCY", "USD")

# --- Workers (read by gunicorn.conf.py too) --------------------------------------------------------------------
WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", 2, least=1, most=256)
# Requests that a worker works at side by side, and those that it lets wait; it refuses the rest.
WEB_THREADS = env.number("WEB_THREADS", 4, least=1, most=256)
WEB_WAITING = env.number("WEB_WAITING", 400, least=1, most=900)
# For so long a stopping server still takes requests while it says that it is not ready for them.
DRAIN_SECONDS = env.number("DRAIN_SECONDS", 5, most=300)
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
# In seconds. A read takes milliseconds: the defaults begin at ten, where it is already slow.
PROMETHEUS_LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

# --- Apps ------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "catalog_project",
    "catalog_project.idempotency",
    "catalog_project.jobs",
    "products",
    "accounts",
    "accounts.apps.CatalogAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "corsheaders",
    "django_prometheus",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
AUTH_USER_MODEL = "accounts.User"
ROOT_URLCONF = "catalog_project.urls"
WSGI_APPLICATION = "catalog_project.wsgi.application"

MIDDLEWARE = [
    "catalog_project.observability.request_id.RequestIDMiddleware",
    "catalog_project.security.SecurityHeadersMiddleware",
    "catalog_project.observability.logs.AccessLogMiddleware",
    "catalog_project.observability.metrics.HTTPMetricsMiddleware",
    "catalog_project.health.ProbeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "catalog_project.api.cache_control.CacheControlMiddleware",
    "catalog_project.api.middleware.TrailingSlashMiddleware",
    "catalog_project.api.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "catalog_project.api.middleware.AuthenticationMiddleware",
    "catalog_project.api.middleware.MessageMiddleware",
    "accounts.api.middleware.NoteKeyUseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Data ------------------------------------------------------------------------------------------------------
DB_POOL_TIMEOUT = env.number("DB_POOL_TIMEOUT", 2, least=1, most=60)
DATABASES = {"default": env.database(threads=WEB_THREADS, patience=DB_POOL_TIMEOUT)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis_url()
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # What all workers share of catalog_project.reading; each remembers for itself beside it.
    "reads": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}
# redis-py would wait 5 s on a hung server, on every call, and try again after that.
REDIS_OPTIONS: dict[str, Any] = {
    "socket_timeout": 0.1,
    "socket_connect_timeout": 0.1,
    "retry": Retry(NoBackoff(), 0),
}
if REDIS_URL:
    CACHES["reads"] = {
        "BACKEND": "catalog_project.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "catalog-reads",
        # Django's own serializer would unpickle whatever lies in Redis.
        "OPTIONS": {**REDIS_OPTIONS, "serializer": "catalog_project.cache.BytesSerializer"},
    }
# Whether reads of anonymous callers are remembered, and for how many seconds a CDN may keep them.
READ_CACHE = env.flag("READ_CACHE", default=True)
CACHE_SHARED_SECONDS = env.number("CACHE_SHARED_SECONDS", 5, most=31_536_000)

# --- Jobs ------------------------------------------------------------------------------------------------------
# What is uploaded waits here for `manage.py run_jobs`: servers and workers share it.
UPLOAD_DIR = env.folder("UPLOAD_DIR", BASE_DIR / "uploads")
IMPORT_MAX_BYTES = env.number("IMPORT_MAX_BYTES", 512_000_000, least=1, most=1_000_000_000_000)
# Mappings that an upload may name, as NAME.toml.
MAPPING_DIR = env.folder("MAPPING_DIR", BASE_DIR / "mappings")
# What does the work of each kind of job: see catalog_project.jobs.kinds.
JOB_KINDS = {"bulk": "products.bulk.jobs.BulkKind", "import": "products.exchange.jobs.ImportKind"}

# --- Writing ---------------------------------------------------------------------------------------------------
# Whether edits, publishing, archiving and deleting must say which version they are meant for.
REQUIRE_IF_MATCH = env.flag("REQUIRE_IF_MATCH", default=False)

# --- People ----------------------------------------------------------------------------------------------------
# Not in Redis: one that was away while somebody signed out would bring the session back.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)
REFRESH_TOKEN_LIFETIME = timedelta(days=14)

# --- Limits ----------------------------------------------------------------------------------------------------
# Of failures to sign in: of an account from an address, and from an address.
RATE_LIMIT_LOGIN_ACCOUNT = env.rate("RATE_LIMIT_LOGIN_ACCOUNT", "10/15m")
RATE_LIMIT_LOGIN_ADDRESS = env.rate("RATE_LIMIT_LOGIN_ADDRESS", "30/15m")
# Of requests of one caller, by their kind. A number that is right for everybody does not exist, and behind a proxy of
# which TRUSTED_PROXY_HOPS does not know, all anonymous callers are one.
RATE_LIMITS = {
    "read": env.rate("RATE_LIMIT_READ", "off"),
    "write": env.rate("RATE_LIMIT_WRITE", "off"),
    "search": env.rate("RATE_LIMIT_SEARCH", "off"),
}
# So many proxies of ours stand before us, and each adds its peer to X-Forwarded-For. With 0 the header is ignored.
TRUSTED_PROXY_HOPS = env.number("TRUSTED_PROXY_HOPS", 0, most=10)

# --- Transport -------------------------------------------------------------------------------------------------
BEHIND_TLS = env.flag("BEHIND_TLS", default=False)
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BEHIND_TLS
SECURE_HSTS_PRELOAD = BEHIND_TLS
SESSION_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if BEHIND_TLS else []
X_FRAME_OPTIONS = "DENY"

CORS_ALLOWED_ORIGINS = env.origins("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "prefer",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-ID",
    "X-Served-Stale",
]

# --- Language, time, static files ------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "static"
# Hashed names let browsers keep a file for ever; tests and DEBUG work without a collected manifest.
_STATICFILES = "whitenoise.storage.CompressedManifestStaticFilesStorage"
if DEBUG or "pytest" in sys.modules:
    _STATICFILES = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATICFILES},
}

# Bodies larger than this are refused before they are parsed.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# Bulk calls alone may be larger.
BULK_MAX_BYTES = env.number("BULK_MAX_BYTES", 10_000_000, least=1_000)
# The admin's form of a product holds up to 100 variants, each with a dozen fields and three for every price.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

from catalog_project.settings.api import REST_FRAMEWORK, SIMPLE_JWT, SPECTACULAR_SETTINGS  # noqa: E402, F401
from catalog_project.settings.logging import LOGGING  # noqa: E402, F401

SIMPLE_JWT |= {
    "ACCESS_TOKEN_LIFETIME": ACCESS_TOKEN_LIFETIME,
    "REFRESH_TOKEN_LIFETIME": REFRESH_TOKEN_LIFETIME,
}
