"""What holds for every answer, login and password, whatever page it is."""

import re
import runpy
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bookings.samples.services.files import MOST_AT_ONCE
from instrument_share.accounts.domain.files import MAX_BYTES, MAX_DOCUMENTS
from instrument_share.logs import build_logging
from instrument_share.web import safeguards
from tests import factories

ROOT = Path(settings.BASE_DIR)
PASSWORD = "an-unlikely-phrase-7"
INBOX = "/me/notifications/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def lin():
    return factories.user("林", password=make_password(PASSWORD))


@pytest.fixture
def logged(monkeypatch):
    """The events of logins that the log gets."""
    events = []

    class Log:
        def info(self, event, **values):
            events.append((event, values))

        warning = info

    monkeypatch.setattr(safeguards, "log", Log())
    return events


def logging_in(person, password=PASSWORD):
    return {"login": person.username, "password": password}


def log_in(client, person, password=PASSWORD):
    return client.post("/accounts/login/", logging_in(person, password))


# --- Caches -------------------------------------------------------------------------------------------------


def test_what_is_asked_for_with_a_session_or_token_is_kept_by_no_cache(client, lin):
    assert "Cache-Control" not in client.get("/").headers
    with_token = client.get("/api/v1/instruments", headers={"Authorization": "Bearer x"})
    assert with_token["Cache-Control"] == "private, no-store"
    assert "no-store" in log_in(client, lin)["Cache-Control"]
    for address in ("/", INBOX, "/me/settings/"):
        said = client.get(address)["Cache-Control"]
        assert "private" in said and "no-store" in said, address


@pytest.mark.parametrize(
    ("view_says", "answer_says"),
    [
        (None, "private, no-store"),
        ("no-cache", "no-cache, private"),
        ("private, no-cache", "private, no-cache"),
        ("public, max-age=60", "public, max-age=60"),
    ],
)
def test_a_view_that_says_how_it_is_cached_is_only_made_private(rf, view_says, answer_says):
    def view(_request):
        return HttpResponse(headers={"Cache-Control": view_says} if view_says else {})

    request = rf.get("/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "x"
    assert safeguards.SafeguardMiddleware(view)(request)["Cache-Control"] == answer_says


def test_nothing_of_a_page_stays_in_the_browsers_storage(client):
    assert '"historyCacheSize": 0' in client.get("/").content.decode()
    scripts = [*ROOT.glob("instrument_share/static/instrument_share/js/*.js"), *ROOT.glob("*s/static/*/*.js")]
    keeping = {one.name for one in scripts if "Storage" in one.read_text() or "indexedDB" in one.read_text()}
    # Acts of a tablet without network, until they are sent; and when the browser was last used.
    assert keeping == {"kiosk.js", "idle.js"}


# --- Where a login leads ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("onward", "led_to"),
    [
        ("/instruments/?q=1", "/instruments/?q=1"),
        ("https://[::1", "/desk/"),
        ("https://elsewhere.example/", "/desk/"),
    ],
)
def test_a_login_leads_on_within_the_site(client, lin, onward, led_to):
    answer = client.post(f"/accounts/login/?{urlencode({'next': onward})}", logging_in(lin))
    assert (answer.status_code, answer["Location"]) == (302, led_to)


def test_who_is_logged_in_is_led_on_from_signing_up_whatever_the_address_says(client, lin):
    client.force_login(lin)
    answer = client.get("/accounts/signup/", {"next": "https://[::1"})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")


# --- Methods, cookies, headers ------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG"])
def test_methods_that_nothing_answers_are_refused(client, method):
    assert client.generic(method, "/").status_code == 405


def settings_of(monkeypatch, **values):
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "instrument_share/settings.py"))


def test_a_site_with_https_has_cookies_of_its_own_host_that_no_script_reads(monkeypatch):
    read = settings_of(monkeypatch, SITE_URL="https://share.example.org")
    names = {
        kind: read[f"{kind}_COOKIE_NAME"] for kind in ("SESSION", "CSRF", "LANGUAGE", "MESSAGES", "KIOSK")
    }
    assert names == {
        "SESSION": "__Host-session",
        "CSRF": "__Host-csrf",
        "LANGUAGE": "__Host-language",
        "MESSAGES": "__Host-messages",
        "KIOSK": "__Secure-kiosk",
    }
    for kind in ("SESSION", "CSRF", "LANGUAGE"):
        assert read[f"{kind}_COOKIE_SECURE"] and read[f"{kind}_COOKIE_HTTPONLY"], kind
    assert read["SECURE_SSL_REDIRECT"]
    assert (read["SECURE_HSTS_SECONDS"], read["SECURE_HSTS_INCLUDE_SUBDOMAINS"]) == (31_536_000, True)
    read = settings_of(monkeypatch, SITE_URL="https://share.example.org", HSTS_SUBDOMAINS="false")
    assert read["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is False


def test_cookies_go_to_this_site_alone_and_no_script_reads_them(client, lin):
    log_in(client, lin)
    client.get("/me/settings/")
    assert {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert not cookie.value or (cookie["httponly"] and cookie["samesite"] in ("Lax", "Strict")), name
        assert not cookie["domain"], name


def test_every_answer_forbids_guessing_of_types_and_framing_and_keeps_addresses_to_itself(client):
    for address in ("/", "/healthz", "/api/v1/instruments", "/not-there/", "/accounts/login/"):
        answer = client.get(address)
        assert answer["X-Content-Type-Options"] == "nosniff", address
        assert answer["Referrer-Policy"] == "same-origin", address
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", address
        policy = answer["Content-Security-Policy"]
        for word in ("frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"):
            assert word in policy, address
        assert "Access-Control-Allow-Origin" not in answer, address
        kind = answer["Content-Type"]
        assert "charset=utf-8" in kind or "json" in kind, address


@pytest.mark.parametrize("file", ["docs/site/nginx.conf", "docker/nginx.conf"])
def test_the_web_server_of_the_documents_speaks_tls_with_forward_secrecy_only(file):
    site = (ROOT / file).read_text()
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in site
    assert "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;" in site
    assert "location /api/ { return 403; }" in site
    assert "server_tokens off;" in site
    assert "autoindex" not in site


@pytest.mark.parametrize(
    ("file", "places"),
    [
        ("docs/site/nginx.conf", {"http://127.0.0.1:8000"}),
        ("docker/nginx.conf", {"http://site", "http://web-$1:8000/metrics"}),
    ],
)
def test_the_web_server_of_the_documents_passes_requests_to_this_site_alone(file, places):
    site = (ROOT / file).read_text()
    assert set(re.findall(r"proxy_pass ([^;]+);", site)) == places
    assert set(re.findall(r"^ +server ([^ ;]+)", site, re.M)) <= {"web-1:8000", "web-2:8000"}


@pytest.mark.parametrize("file", ["docs/site/nginx.conf", "docker/nginx.conf"])
def test_the_web_server_of_the_documents_takes_what_forms_take(file):
    most = re.search(r"client_max_body_size (\d+)m;", (ROOT / file).read_text())
    documents = max(MAX_DOCUMENTS, MOST_AT_ONCE) * MAX_BYTES
    assert most and int(most[1]) << 20 > documents + (1 << 20)


# --- Sessions -----------------------------------------------------------------------------------------------


def test_a_login_makes_a_session_of_its_own_and_a_logout_ends_it(client, lin):
    client.get("/accounts/login/")
    planted = client.session
    planted["planted"] = True
    planted.save()
    before = planted.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    log_in(client, lin)
    after = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert after != before
    assert not client.session.exists(before)
    assert len(after) == 32  # of 36 letters and digits: 165 bits
    client.post("/accounts/logout/")
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = after
    assert stolen.get(INBOX).status_code == 302


def test_a_new_password_ends_every_other_session(client, lin):
    elsewhere = Client()
    log_in(elsewhere, lin)
    log_in(client, lin)
    changed = {"oldpassword": PASSWORD, "password1": "quite-another-9", "password2": "quite-another-9"}
    assert client.post(reverse("account_change_password"), changed).status_code == 302
    assert client.get(INBOX).status_code == 200
    assert elsewhere.get(INBOX).status_code == 302


def test_the_way_out_stands_on_every_page_of_somebody_who_is_logged_in(client, lin):
    log_in(client, lin)
    for address in ("/", INBOX, "/me/settings/", "/instruments/"):
        assert reverse("account_logout") in client.get(address, follow=True).content.decode(), address


def test_logins_failures_and_logouts_are_logged_without_what_was_typed(client, lin, logged):
    log_in(client, lin, "wrong-and-secret")
    log_in(client, lin)
    client.post("/accounts/logout/")
    assert logged == [
        ("login_failed", {}),
        ("login", {"actor": lin.public_id, "ways": ["password"]}),
        ("logout", {"actor": lin.public_id}),
    ]


# --- Passwords ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    ["Instrument-Share-2026", "yiqigongxiang88", "云屏仪器共享平台2026!", "share!share!", "admin-platform"],
)
def test_passwords_of_the_sites_own_words_are_refused(password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert "password_of_site_words" in [one.code for one in refused.value.error_list]


@pytest.mark.parametrize(
    "password",
    [
        "8374652391740",
        "ALLES-GROSS-GESCHRIEBEN",
        "instrument of my choice",
        "密码很长而且没有人想得到",
        "ß" * 128,
    ],
)
def test_any_other_long_password_is_good_whatever_it_is_made_of(password):
    validate_password(password)


def test_a_password_counts_as_it_was_typed_to_the_last_character(client):
    long = " Ä" + "x" * 100 + " "
    person = factories.user("周", password=make_password(long))
    for other in (long.strip(), long.lower(), long[:-2] + " "):
        assert log_in(client, person, other).status_code == 200
    assert log_in(client, person, long).status_code == 302


def test_a_change_asks_for_the_old_password_and_forms_let_managers_of_passwords_work(client, lin):
    log_in(client, lin)
    address = reverse("account_change_password")
    page = client.get(address).content.decode()
    assert page.count('type="password"') == 3
    assert 'autocomplete="current-password"' in page and "onpaste" not in page
    new = {"password1": "quite-another-9", "password2": "quite-another-9"}
    assert client.post(address, {"oldpassword": "guessed", **new}).status_code == 200
    lin.refresh_from_db()
    assert lin.check_password(PASSWORD)


# --- The log ------------------------------------------------------------------------------------------------


def test_nobody_writes_a_line_of_their_own_into_the_log():
    script = (
        "import logging, logging.config, structlog\n"
        "from instrument_share.logs import build_logging, configure_structlog\n"
        "logging.config.dictConfig(build_logging('json', 'INFO')); configure_structlog()\n"
        "structlog.get_logger('a').info('told', name='x\\n{\"event\": \"forged\"}\\r\\x1b[31m')\n"
        "logging.getLogger('b').warning('told %s', 'y\\nforged')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT, timeout=60
    )
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert "\x1b" not in done.stderr


def test_lines_bear_the_time_in_utc():
    shared = build_logging("json", "INFO")["formatters"]["line"]["foreign_pre_chain"]
    stamp = next(one for one in shared if type(one).__name__ == "TimeStamper")
    assert (stamp.fmt, stamp.utc) == ("iso", True)
