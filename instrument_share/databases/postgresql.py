"""How every connection to PostgreSQL is set up, whatever its address."""

from typing import Any


def configure_postgresql(
    database: dict[str, Any], *, pool: int, pool_seconds: int, lock_seconds: int
) -> None:
    """Add to Django's settings of a database what its address (`DATABASE_URL`) does not say itself."""
    options = database.setdefault("OPTIONS", {})
    # A page of the catalogue takes 7 ms; compiling its statement took another 60. Who waits for a lock longer
    # than that is answered 503, as on SQLite, rather than hold a connection for good.
    options.setdefault("options", f"-c jit=off -c lock_timeout={lock_seconds}s")
    # A machine that dies says no goodbye. Without these a connection to it would be waited for by the
    # quarter of an hour, in the middle of a statement too.
    options.setdefault("connect_timeout", 5)
    options.setdefault("keepalives_idle", 10)
    options.setdefault("keepalives_interval", 5)
    options.setdefault("keepalives_count", 3)
    options.setdefault("tcp_user_timeout", 15_000)
    # Looked at before each request, and replaced if the other end is gone.
    database["CONN_HEALTH_CHECKS"] = True
    if pool:
        options["pool"] = {
            "min_size": 1,
            "max_size": pool,
            "timeout": pool_seconds,
            # Its pauses between attempts double; beginning anew keeps them short.
            "reconnect_timeout": 3,
        }
    else:
        database["CONN_MAX_AGE"] = None
