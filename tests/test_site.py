"""The site as whoever runs it sees it: is it up, and what does it allow a page to do."""

import json
import re
import runpy
from pathlib import Path
from unittest.mock import Mock

import pytest
import yaml
from django.conf import settings
from django.urls import reverse

from instrument_share.web import views
from tests import factories


@pytest.mark.django_db
def test_health_is_one_word(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_a_page_may_load_and_run_only_what_comes_from_the_site(client):
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives == {
        "default-src": "'none'",
        "object-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "report-uri": "/csp-report/",
    }


def refused(page="https://testserver/invitations/a-secret/", blocked="https://evil.example/a.js?token=1"):
    told = {"document-uri": page, "blocked-uri": blocked, "violated-directive": "script-src"}
    return json.dumps({"csp-report": told})


def report(client, body):
    return client.post("/csp-report/", body, content_type="application/csp-report").status_code


def test_what_browsers_refuse_is_a_line_in_the_log_without_secrets(client, monkeypatch):
    log = Mock()
    monkeypatch.setattr(views, "log", log)
    assert report(client, refused()) == 204
    log.warning.assert_called_once_with(
        "csp_violation",
        page="invitations/<str:secret>/",
        blocked="https://evil.example/a.js",
        directive="script-src",
    )


@pytest.mark.parametrize(
    "body", ["", "[]", '{"csp-report": 1}', "[" * 9000, '{"csp-report": {"a": "' + "x" * 9000]
)
def test_unreadable_report_is_refused(client, body):
    assert report(client, body) == 400


def test_report_sent_as_a_form_is_refused(client):
    assert client.post("/csp-report/", {"csp-report": "x"}).status_code == 400


def test_reports_are_limited_by_address(client):
    assert [report(client, refused()) for _ in range(21)][-2:] == [204, 429]


@pytest.mark.parametrize("url", ["filemail:///srv/mail", "filemail:////srv/mail"])
def test_a_folder_for_mail_does_not_depend_on_where_a_command_is_started(monkeypatch, url):
    monkeypatch.setenv("EMAIL_URL", url)
    read = runpy.run_path(str(Path(settings.BASE_DIR) / "instrument_share/settings.py"))
    assert read["MAIL_TRANSPORT"] == "django.core.mail.backends.filebased.EmailBackend"
    assert read["EMAIL_FILE_PATH"] == "/srv/mail"


@pytest.mark.parametrize(("demo", "word"), [("false", "FULL"), ("true", "NORMAL")])
def test_sqlite_of_a_site_waits_for_the_disk(monkeypatch, demo, word):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DEMO", demo)
    read = runpy.run_path(str(Path(settings.BASE_DIR) / "instrument_share/settings.py"))
    assert f"PRAGMA synchronous={word};" in read["DATABASES"]["default"]["OPTIONS"]["init_command"]


def test_compose_passes_every_documented_setting():
    """A setting that the file leaves out has no effect in containers."""
    base = Path(settings.BASE_DIR)
    table = (base / "docs/operations.md").read_text(encoding="utf-8").partition("## With containers")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    services = yaml.safe_load((base / "docker/compose.yaml").read_text(encoding="utf-8"))["services"]
    passed = {name.removesuffix("_FILE") for name in services["worker"]["environment"]}
    passed |= services["worker"]["environment"].keys()
    assert documented - passed == {"BUILDING", "DEBUG", "DEMO", "STATIC_ROOT", "VAR_DIR"}
    for name in ("web-1", "web-2", "prepare", "device-bridge"):
        assert services[name]["environment"] == services["worker"]["environment"]


@pytest.mark.parametrize("file", ["compose.yaml", "compose.patroni.yaml"])
def test_containers_start_without_rights_that_they_do_not_need(file):
    secrets = {"SECRET_KEY", "DATABASE_PASSWORD", "POSTGRES_PASSWORD", "METRICS_TOKEN"}
    text = (Path(settings.BASE_DIR) / "docker" / file).read_text(encoding="utf-8")
    for name, service in yaml.safe_load(text.replace("!override", ""))["services"].items():
        if "image" not in service:
            continue  # its other half is in compose.yaml
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service, name
        assert not secrets & set(service.get("environment", {})), name


def test_secrets_come_from_files_and_a_line_end_is_no_part_of_them(monkeypatch, tmp_path):
    for name in ("SECRET_KEY", "DATABASE_PASSWORD", "METRICS_TOKEN"):
        (tmp_path / name).write_text(f"of-the-file-{name}\n")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
        monkeypatch.setenv(name, "of-the-environment")
    monkeypatch.setenv("DATABASE_URL", "postgres://share@db/share")
    read = runpy.run_path(str(Path(settings.BASE_DIR) / "instrument_share/settings.py"))
    assert read["SECRET_KEY"] == "of-the-file-SECRET_KEY"
    assert read["METRICS_TOKEN"] == "of-the-file-METRICS_TOKEN"
    assert read["DATABASES"]["default"]["PASSWORD"] == "of-the-file-DATABASE_PASSWORD"


def test_a_secret_whose_file_is_missing_stops_the_site(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError):
        runpy.run_path(str(Path(settings.BASE_DIR) / "instrument_share/settings.py"))


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["news_feed", "instrument_feed", "sitemap", "instrument_sheet"])
def test_what_a_browser_shows_in_a_page_of_its_own_may_have_its_style(client, name):
    city = factories.city()
    arguments = [city.instrument.public_id] if name == "instrument_sheet" else []
    answer = client.get(reverse(name, args=arguments))
    answer.close()  # the map is a file
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert (directives["default-src"], directives["script-src"]) == ("'none'", "'self'")
    assert (directives["object-src"], directives["style-src"]) == ("'self'", "'unsafe-inline'")
