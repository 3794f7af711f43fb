"""What this process counts of its requests and of its pool of connections, for Prometheus.

With several server processes PROMETHEUS_MULTIPROC_DIR names a folder, empty at start, in which each leaves
what it has counted; any of them then answers for all. Labels are routes, methods and statuses, never what
stood in an address.
"""

import os
from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
NO_ROUTE = "none"
REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "share_http_requests", "Requests answered.", ["route", "method", "status"], registry=REGISTRY
)
SECONDS = Histogram(
    "share_http_request_seconds",
    "Time to an answer.",
    ["route"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
POOL_WAITS = Counter(
    "share_database_pool_waits", "Requests that waited for a database connection.", registry=REGISTRY
)
POOL_WAIT_SECONDS = Counter(
    "share_database_pool_wait_seconds", "Time waited for database connections.", registry=REGISTRY
)
POOL_REFUSALS = Counter(
    "share_database_pool_refusals", "Waits that ended without a connection: answered 503.", registry=REGISTRY
)


class MetricsMiddleware:
    """Counts each answer; does nothing on a site without METRICS_TOKEN."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = perf_counter()
        answer = self.get_response(request)
        route = f"/{request.resolver_match.route}" if request.resolver_match else NO_ROUTE
        method = request.method if request.method in METHODS else OTHER
        REQUESTS.labels(route, method, answer.status_code).inc()
        SECONDS.labels(route).observe(perf_counter() - began)
        _count_waits()
        return answer


def _count_waits() -> None:
    """Move what the pool has counted since the last time into the counters; pools are of one process."""
    pool = getattr(connection, "_connection_pools", {}).get(connection.alias)
    if pool is None:
        return
    counted = pool.pop_stats()
    POOL_WAITS.inc(counted.get("requests_queued", 0))
    POOL_WAIT_SECONDS.inc(counted.get("requests_wait_ms", 0) / 1000)
    POOL_REFUSALS.inc(counted.get("requests_errors", 0))


def render_requests() -> bytes:
    """Return what all server processes have counted, in Prometheus' text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    every_process = CollectorRegistry()
    MultiProcessCollector(every_process)
    return generate_latest(every_process)
