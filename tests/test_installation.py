"""A site as docs/operations.md has it: PostgreSQL, nginx with TLS, the systemd units, a first officer.

The files in docs/site are taken as they are: `install` places them below a folder of the test, and the
programs run that the units name.
"""

import json
import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psycopg
import pytest
import requests
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection

from instrument_share.kernel.uscc import compute_check_character
from tests import migrated, programs
from tests.served import free_port

PATIENCE = 120
PASSWORD = "Vorlage-für-den-Anfang"
FORGED = "203.0.113.9"
USCC = "12990000000000777" + compute_check_character("12990000000000777")
WANTED = ("nginx", "openssl", "psql", "pg_dump")
EXPECTED_OF_NEW_SITE = {"signing_key", "policy", "holidays", "log", "backup", "records"}
"""What the doctor still says: nothing signed, saved, verified; no policy, no second place; a year to come."""
TABLE = """
[categories]
version = "2024"
file = "categories.csv"
"""
NGINX = """
daemon off;
user root;
pid {root}/nginx.pid;
error_log stderr;
events {{}}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {root}/body;
    proxy_temp_path {root}/proxy;
    include {root}/etc/nginx/sites-enabled/*;
}}
"""

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="a site stands on PostgreSQL"),
]


@pytest.fixture
def _programs():
    programs.find(*WANTED)


class Unit:
    """A systemd unit, as far as the documented ones go."""

    def __init__(self, path):
        pairs = [
            line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines() if "=" in line[:40]
        ]
        self.values = {}
        for name, value in pairs:
            self.values.setdefault(name, []).append(value)

    @property
    def environment(self):
        settings = read_settings(Path(self.values["EnvironmentFile"][0]))
        return settings | dict(one.split("=", 1) for one in self.values.get("Environment", []))

    def run(self, command, **more):
        return {
            "args": shlex.split(command),
            "cwd": self.values["WorkingDirectory"][0],
            "env": {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **self.environment, **more},
        }


def read_settings(path):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "=" in line and line[0] != "#"]
    return {name: shlex.split(value)[0] for name, value in (line.split("=", 1) for line in lines)}


class Site:
    """What the test knows of the installed site."""

    def __init__(self, root, base, ports, database):
        self.root, self.base, self.ports, self.database = root, base, ports, database
        self.address = f"https://localhost:{ports['HTTPS_PORT']}"
        self.mails = root / "mails"
        self.running = []

    def unit(self, name):
        return Unit(self.root / f"etc/systemd/system/{name}.service")

    def manage(self, *arguments, check=True, **more):
        command = shlex.join([f"{self.base}/.venv/bin/python", "manage.py", *map(str, arguments)])
        done = self.unit("instrument-share-worker").run(command, **more)
        return subprocess.run(**done, check=check, capture_output=True, text=True).stdout

    def start(self, command):
        with (self.root / f"log{len(self.running)}").open("w") as log:
            self.running.append(
                subprocess.Popen(**command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
            )

    def stop(self):
        for one in reversed(self.running):
            os.killpg(one.pid, signal.SIGTERM)
        for one in self.running:
            one.wait(timeout=PATIENCE)

    def ask(self, statement, *values):
        with psycopg.connect(self.unit("instrument-share").environment["DATABASE_URL"]) as there:
            return there.execute(statement, values).fetchall()

    def find_link(self, address, pattern):
        """The link in the mail to this address, once the worker has sent it."""

        def look():
            for file in sorted(self.mails.glob("*")) if self.mails.exists() else []:
                text = file.read_text(encoding="utf-8")
                for part in re.split(r"(?m)^-{79}$", text):
                    if f"To: {address}" in part and (found := re.search(pattern, part)):
                        return found[0]
            return None

        return wait_for(look)


def wait_for(ask):
    for _ in range(4 * PATIENCE):
        if found := ask():
            return found
        time.sleep(0.25)
    pytest.fail("It did not happen.")


def owner_environment():
    there = connection.settings_dict
    return {
        **os.environ,
        "PGHOST": there["HOST"] or "127.0.0.1",
        "PGPORT": str(there["PORT"] or 5432),
        "PGUSER": there["USER"],
        "PGPASSWORD": there["PASSWORD"],
    }


def sql(statement, database="postgres"):
    command = ["psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement]
    subprocess.run(command, env=owner_environment(), check=True, capture_output=True)


@pytest.fixture
def site(_programs, tmp_path):
    """The site, installed and running behind nginx."""
    from django.conf import settings

    root, base = tmp_path, settings.BASE_DIR
    ports = {name: str(free_port()) for name in ("PORT", "HTTP_PORT", "HTTPS_PORT")}
    one = Site(root, base, ports, f"site_{secrets.token_hex(4)}")
    try:
        install(one)
        serve(one)
        yield one
    finally:
        one.stop()
        sql(f"DROP DATABASE IF EXISTS {one.database} WITH (FORCE)")
        sql(f"DROP DATABASE IF EXISTS {one.database}_restored WITH (FORCE)")
        sql(f"DROP ROLE IF EXISTS {one.database}")


def install(one):
    certificates = one.root / "etc/ssl/instrument-share"
    certificates.mkdir(parents=True)
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", certificates / "privkey.pem", "-out", certificates / "fullchain.pem"),
        ],
        check=True,
        capture_output=True,
    )
    chosen = {"HOST": "localhost", "ROOT": str(one.root), "DATABASE": one.database, **one.ports}
    place = one.root / "etc/instrument-share.env"
    for found in ("nothing", "settings from the safe", "all of it"):
        if found == "settings from the safe":
            kept = place.read_text(encoding="utf-8")
            sql(f"DROP DATABASE {one.database}")
            sql(f"DROP ROLE {one.database}")
        subprocess.run(
            [one.base / "docs/site/install"],
            env={**owner_environment(), **chosen},
            check=True,
            capture_output=True,
        )
    assert place.read_text(encoding="utf-8") == kept
    if not socket.has_dualstack_ipv6():
        listening = one.root / "etc/nginx/sites-available/instrument-share"
        listening.write_text(re.sub(r"(?m)^.*\[::\].*\n", "", listening.read_text()))
    text = re.sub(r"(?m)^EMAIL_URL=.*", f"EMAIL_URL=filemail://{one.mails}", kept)
    # On another port than 443 the address has it.
    place.write_text(re.sub(r"(?m)^SITE_URL=.*", f"SITE_URL={one.address}", text), encoding="utf-8")


def serve(one):
    web, worker = one.unit("instrument-share"), one.unit("instrument-share-worker")
    (one.root / "run/instrument-share").mkdir()  # RuntimeDirectory
    before = [
        subprocess.run(**web.run(command), check=True, capture_output=True, text=True).stdout
        for command in web.values["ExecStartPre"]
    ]
    assert re.search(rf"{one.address}/setup/\s+one-time code: \S+", "".join(before))
    one.start(web.run(web.values["ExecStart"][0]))
    one.start(worker.run(worker.values["ExecStart"][0]))
    configuration = one.root / "nginx.conf"
    configuration.write_text(NGINX.format(root=one.root))
    (nginx,) = programs.find("nginx")
    one.start({"args": [nginx, "-e", "stderr", "-c", str(configuration)], "cwd": one.root})
    browser = Browser(one)

    def is_ready():
        try:
            return browser.get("/readyz").status_code == 200
        except requests.ConnectionError:
            return False

    wait_for(is_ready)


class Browser(requests.Session):
    """A browser that trusts the test's certificate."""

    def __init__(self, site):
        super().__init__()
        self.address = site.address
        self.verify = str(site.root / "etc/ssl/instrument-share/fullchain.pem")
        self.trust_env = False

    def request(self, method, path, *args, **kwargs):
        address = path if path.startswith("http") else self.address + path
        return super().request(method, address, *args, timeout=PATIENCE, **kwargs)

    def send(self, request, **kwargs):
        return super().send(request, **{**kwargs, "verify": self.verify})

    def fill(self, path, files=None, headers=None, **typed):
        """Open a form and send it; where to is what the page was redirected to."""
        return self.answer(self.get(path), files, headers, **typed)

    def answer(self, page, files=None, headers=None, **typed):
        """Send the form of a page that is open."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
        seen = dict(re.findall(r'name="(seen)" value="([^"]+)"', page.text))
        sent = self.post(
            page.url,
            data={**seen, **typed, "csrfmiddlewaretoken": token},
            files=files,
            headers={"Referer": page.url, **(headers or {})},
        )
        assert sent.status_code == 200, sent.text
        return sent


def bootstrap(site):
    """Bring in the people of the documented example and a category table."""
    folder = site.root / "first"
    folder.mkdir()
    example = (site.base / "docs/bootstrap.example.toml").read_text(encoding="utf-8")
    (folder / "site.toml").write_text(example + TABLE, encoding="utf-8")
    (folder / "categories.csv").write_text("parent,code,name\n,010000,分析仪器\n", encoding="utf-8")
    site.manage("bootstrap", folder / "site.toml")


def test_a_site_stands_serves_and_comes_back_as_the_manual_says(site):
    """One site, since to install takes a minute."""
    nginx_passes_on_what_the_site_compresses_and_leads_to_https(site)
    request_has_an_id_in_the_log(site)
    bootstrap(site)
    doctor_finds_nothing_missing_but_what_comes_later(site)
    officer_admits_a_unit_and_addresses_are_those_of_the_readers(site)
    backup_restores_into_a_site_without_faults(site)


def doctor_finds_nothing_missing_but_what_comes_later(site):
    wait_for(lambda: "worker" not in said_by_doctor(site))
    assert said_by_doctor(site) <= EXPECTED_OF_NEW_SITE


def said_by_doctor(site, **more):
    results = json.loads(site.manage("doctor", "--json", check=False, **more))
    return {one["check"] for one in results if one["level"] != "ok"}


def nginx_passes_on_what_the_site_compresses_and_leads_to_https(site):
    browser = Browser(site)
    page = browser.get("/", headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    style = re.search(r'href="(/static/[^"]+\.css)"', page.text)[1]
    for coding in ("br", "gzip"):
        answer = browser.get(style, headers={"Accept-Encoding": coding}, stream=True)
        assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, coding)
        answer.close()
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
    login = browser.get("/accounts/login/")
    cookies = [one for one in login.raw.headers.getlist("Set-Cookie") if one.startswith("__Host-csrf=")]
    assert cookies and all("Secure" in one for one in cookies)
    plain = browser.get(f"http://localhost:{site.ports['HTTP_PORT']}/units/?page=2", allow_redirects=False)
    assert plain.status_code == 301
    assert plain.headers["Location"] == "https://localhost/units/?page=2"


def request_has_an_id_in_the_log(site):
    Browser(site).get("/verify/?code=secret")
    lines = wait_for(lambda: re.findall(r'^{.*"GET /verify/".*$', (site.root / "log0").read_text(), re.M))
    assert re.fullmatch(r"[0-9a-f-]{36}", json.loads(lines[0])["request_id"])
    assert "secret" not in lines[0]


def set_up_app(browser):
    """The role counts once the account has a second factor, as on every site."""
    app = "/accounts/2fa/totp/activate/"
    browser.fill(f"/accounts/reauthenticate/?next={app}", password=PASSWORD)
    page = browser.get(app)  # each look at it makes another secret
    secret = re.search(r'id="secret"[^>]*>\s*(\w+)', page.text)[1]
    browser.answer(page, code=format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def officer_admits_a_unit_and_addresses_are_those_of_the_readers(site):
    officer = Browser(site)
    officer.fill("/accounts/password/reset/", email="officer@example.org")
    link = site.find_link("officer@example.org", r"https://\S+/password/reset/key/\S+")
    officer.fill(link, password1=PASSWORD, password2=PASSWORD)
    asked = officer.fill("/accounts/login/", login="officer", password=PASSWORD)
    assert asked.url.endswith("/me/agreement/?next=%2Faccounts%2F2fa%2F")
    assert officer.fill("/me/agreement/?next=/accounts/2fa/", privacy="on").url.endswith("/accounts/2fa/")
    set_up_app(officer)

    founder = Browser(site)
    founder.fill(
        "/accounts/signup/",
        headers={"X-Forwarded-For": FORGED},
        username="founder",
        name="冷叙白",
        email="founder@example.org",
        password1=PASSWORD,
        password2=PASSWORD,
        privacy="on",
    )
    founder.fill(site.find_link("founder@example.org", r"https://\S+/confirm-email/\S+"))
    paper = ("paper.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    registered = founder.fill(
        "/organizations/register/",
        files={"documents": paper},
        uscc=USCC,
        name_zh="示例大学",
        kind="university",
        size_class="none",
        district="990101",
        owns_instruments="on",
        contact="冷叙白",
        phone="0999-0000002",
    )
    organization = re.search(r"ORG-\w+", registered.url)[0]
    officer.fill(f"/bureau/organizations/{organization}/admit/")
    assert founder.get("/unit/").status_code == 200
    rows = site.ask("SELECT state FROM accounts_organization WHERE public_id = %s", organization)
    assert rows == [("admitted",)]
    addresses = site.ask("SELECT DISTINCT address FROM journal_auditentry WHERE action = 'user.signed_up'")
    assert addresses == [("127.0.0.1",)]


def backup_restores_into_a_site_without_faults(site):
    folder = site.root / "backup"
    site.manage("backup", folder, "--unencrypted-for-everybody-to-read")
    (file,) = folder.iterdir()
    restored = f"{site.database}_restored"
    sql(f"CREATE DATABASE {restored} OWNER {site.database} ENCODING 'UTF8' TEMPLATE template0")
    sql("CREATE EXTENSION IF NOT EXISTS btree_gist", restored)
    address = re.sub(r"/\w+$", f"/{restored}", site.unit("instrument-share").environment["DATABASE_URL"])
    other = {"DATABASE_URL": address, "VAR_DIR": str(site.root / "restored")}
    migrated.fill(address)  # the web server's unit migrates when it starts
    assert "restored and checked in" in site.manage("restore", file, **other)
    # As `collectstatic` made them for the site; to compress them again takes long.
    shutil.copytree(site.root / "var/lib/instrument-share/static", site.root / "restored/static")
    assert said_by_doctor(site, **other) <= EXPECTED_OF_NEW_SITE | {"worker"}, "none runs there"
    count = "SELECT count(*) FROM accounts_user"
    with psycopg.connect(address) as there:
        assert there.execute(count).fetchall() == site.ask(count)
    assert (site.root / "var/lib/instrument-share/last-backup").exists()
