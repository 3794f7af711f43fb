"""PostgreSQL's own programs find the server that the site finds."""

from types import SimpleNamespace

from environ import Env

from instrument_share.upkeep import database

THREE = "postgres://share:s3cret@10.0.0.11:5432,10.0.0.12:5432,10.0.0.13:5432/share"


def test_programs_ask_several_servers_for_the_one_that_the_site_asks_for(monkeypatch):
    address = f"{THREE}?target_session_attrs=read-write&sslmode=verify-full&sslrootcert=/etc/ca.pem"
    there = Env.db_url_config(address)
    there["OPTIONS"] |= {"pool": {"max_size": 4}, "connect_timeout": 5}
    started = {}
    monkeypatch.setattr(database, "connection", SimpleNamespace(settings_dict=there))
    monkeypatch.setattr(database.os, "environ", {})
    monkeypatch.setattr(database.subprocess, "Popen", lambda _command, **facts: started.update(facts))
    database._start(["pg_dump"], stderr=2)
    assert started["env"] == {
        "PGHOST": "10.0.0.11,10.0.0.12,10.0.0.13",
        "PGPORT": "5432,5432,5432",
        "PGUSER": "share",
        "PGPASSWORD": "s3cret",
        "PGDATABASE": "share",
        "PGTARGETSESSIONATTRS": "read-write",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/etc/ca.pem",
    }
