"""What orchestrators and operators ask a running process: /livez, /readyz, /health and /metrics.

They are answered ahead of everything that may refuse or redirect, since an orchestrator calls by address: the Host
header is not looked at, and nothing of the request is reflected.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import nullcontext
from secrets import compare_digest

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, InterfaceError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import ResolverMatch
from redis.exceptions import RedisError

from catalog_project import draining
from catalog_project.api.problems import problem_response
from catalog_project.cache import ForgivingRedisCache
from catalog_project.jobs.metrics import sample_jobs
from catalog_project.observability.metrics import expose_metrics

# A caller waits this long for a database that does not answer; what it was asked is given up by then.
PATIENCE_SECONDS = 2.5
STATEMENT_TIMEOUT_MS = 2000

LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP")

logger = logging.getLogger(__name__)


class Check:
    """A yes-or-no question to the database, asked in a thread of its own so that no caller hangs with it.

    Calls that come while it runs share its answer: however often a probe is called, it costs one connection at most.
    Gives False when the answer is no, an error of the database, or late.
    """

    def __init__(self, ask: Callable[[], bool], patience: float | None = None) -> None:
        self._ask, self._patience = ask, patience
        self._lock = threading.Lock()
        self._answer: Future[bool] | None = None

    def __call__(self) -> bool:
        try:
            return self._pending().result(timeout=self._patience or PATIENCE_SECONDS)
        except (DatabaseError, InterfaceError, TimeoutError) as error:
            logger.warning("the database does not answer", extra={"error": type(error).__name__})
            return False

    def _pending(self) -> Future[bool]:
        with self._lock:
            if self._answer is None or self._answer.done():
                self._answer = Future()
                threading.Thread(target=self._settle, args=(self._answer,), daemon=True).start()
            return self._answer

    def _settle(self, answer: Future[bool]) -> None:
        try:
            answer.set_result(self._ask())
        except Exception as error:  # noqa: BLE001  # whoever waits for the answer raises it
            answer.set_exception(error)
        finally:
            connections.close_all()


def unapplied_migrations() -> list[str]:
    """The migrations that the database still lacks, as `app.name` in their order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _select_one() -> bool:
    is_postgresql = connection.vendor == "postgresql"
    # On SQLite a transaction would take the write lock, which a long import may hold.
    with transaction.atomic() if is_postgresql else nullcontext(), connection.cursor() as cursor:
        if is_postgresql:
            cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


database_answers = Check(_select_one)
_nothing_unapplied = Check(lambda: not unapplied_migrations())
_migrated = threading.Event()


def _jobs_sampled() -> bool:
    sample_jobs()
    return True


# Where the database is busy, metrics do not wait for it: they are wanted most then.
jobs_are_sampled = Check(_jobs_sampled, patience=0.1)


def migrations_applied() -> bool:
    """Whether the database has every migration. A yes is remembered: reading them all is no work for a probe."""
    if not _migrated.is_set() and _nothing_unapplied():
        _migrated.set()
    return _migrated.is_set()


def cache_answers() -> bool:
    """Whether Redis gives a sign of life, within its socket timeout; without one there is nothing to ask."""
    backend = caches["reads"]
    try:
        if isinstance(backend, ForgivingRedisCache):
            backend.ping()
    except (RedisError, OSError) as error:
        logger.warning("the cache does not answer", extra={"error": type(error).__name__})
        return False
    return True


def readiness() -> dict[str, bool]:
    """What this process needs before it may be sent requests, and whether it has it."""
    has_database = database_answers()
    return {"database": has_database, "migrations": has_database and migrations_applied()}


def livez(_request: HttpRequest) -> HttpResponse:
    """The process serves requests. Asks nobody: a restart would mend neither the database nor Redis."""
    return _report("ok", {})


def readyz(_request: HttpRequest) -> HttpResponse:
    """Requests may be sent here: the database answers, holds every migration, and the process is not draining."""
    if draining.is_on():
        return _report("draining", {})
    parts = readiness()
    return _report("ok" if all(parts.values()) else "error", parts)


def health(_request: HttpRequest) -> HttpResponse:
    """How the service fares: `error` without its database, `degraded` without its cache."""
    parts = {"database": database_answers(), "cache": cache_answers()}
    return _report(_overall(parts), parts)


def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics in Prometheus' text format, for who may read them."""
    if not _may_read_metrics(request):
        return problem_response(request, "permission_denied")
    # Without the database the other metrics are wanted all the more.
    jobs_are_sampled()
    return expose_metrics(request)


def _overall(parts: dict[str, bool]) -> str:
    if not parts["database"]:
        return "error"
    return "ok" if parts["cache"] else "degraded"


def _report(status: str, parts: dict[str, bool]) -> HttpResponse:
    body: dict[str, object] = {"status": status}
    if parts:
        body["components"] = {part: {"status": "ok" if is_well else "error"} for part, is_well in parts.items()}
    return JsonResponse(body, status=200 if status in {"ok", "degraded"} else 503)


def _may_read_metrics(request: HttpRequest) -> bool:
    if not settings.METRICS_TOKEN:
        return _is_direct_loopback(request)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and compare_digest(token.encode(), settings.METRICS_TOKEN.encode())


def _is_direct_loopback(request: HttpRequest) -> bool:
    """Whether the caller sits on this machine and speaks for itself: a proxy here brings callers from elsewhere."""
    is_forwarded = any(header in request.headers for header in FORWARDED)
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not is_forwarded


PROBES = {
    f"/{view.__name__}": ResolverMatch(view, (), {}, url_name=view.__name__, route=view.__name__)
    for view in (livez, readyz, health, metrics)
}


class ProbeMiddleware:
    """Answers the probes, with or without a trailing slash, and passes everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a probe; nobody keeps the answer."""
        match = PROBES.get(request.path_info.removesuffix("/"))
        if match is None:
            return self.get_response(request)
        # Logs and metrics name the request by it.
        request.resolver_match = match
        response = _answer(request, match)
        # Whoever counts the bytes of other answers stands behind this.
        response["Content-Length"] = str(len(response.content))
        response["Cache-Control"] = "no-store"
        return response


def _answer(request: HttpRequest, match: ResolverMatch) -> HttpResponse:
    if request.method not in {"GET", "HEAD"}:
        return problem_response(request, "method_not_allowed", headers={"Allow": "GET, HEAD"})
    response: HttpResponse = match.func(request)
    return response
