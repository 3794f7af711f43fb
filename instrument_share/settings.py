"""All settings, read from the environment; the defaults run the demo on SQLite.

A site sets at least SECRET_KEY, DEBUG=false, ALLOWED_HOSTS, SITE_URL and DATABASE_URL (docs/operations.md).
"""

import logging
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from instrument_share import composition
from instrument_share.databases.postgresql import configure_postgresql
from instrument_share.environment import SiteEnv
from instrument_share.file_store import build_storage
from instrument_share.logs import build_logging, configure_structlog

BASE_DIR = Path(__file__).resolve().parent.parent
env = SiteEnv()

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
"""Shows the demo accounts on the login page. Never set on a real site."""

SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not (DEBUG or DEMO or env.bool("BUILDING", default=False)):
        raise ImproperlyConfigured("Set SECRET_KEY (see docs/operations.md).")
    SECRET_KEY = "for-development-and-demonstration-only-never-on-a-real-site"  # noqa: S105

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "instrument_share.web.responses.failures.token_refused"
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

ROOMS = composition.ROOMS
INSTALLED_APPS = composition.INSTALLED_APPS
MIDDLEWARE = composition.MIDDLEWARE
TEMPLATES = composition.TEMPLATES
ROOT_URLCONF = "instrument_share.urls"
WSGI_APPLICATION = "instrument_share.wsgi.application"

DATABASE_POOL = env.int("DATABASE_POOL", default=4)
"""Connections to PostgreSQL that a process keeps at most; 0: one for each thread, without a bound."""
DATABASE_POOL_SECONDS = 5
"""So long a request waits for a connection; then the answer is 503."""
DATABASE_LOCK_SECONDS = 20
"""So long a statement waits for a row or table that another transaction has locked."""
DATABASE_REPLICA_LAG_SECONDS = env.int("DATABASE_REPLICA_LAG_SECONDS", default=15)
"""A replica that is further behind is not read. The worker writes every five seconds: a good one is near."""
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if _password := env.str("DATABASE_PASSWORD", default=""):
    DATABASES["default"]["PASSWORD"] = _password
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A power cut loses no booking that a site has answered; trying the demo is not worth the wait.
    synchronous = "NORMAL" if DEBUG or DEMO else "FULL"
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=DATABASE_LOCK_SECONDS,
        init_command=(
            f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; "
            "PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON; PRAGMA cache_size=-65536;"
        ),
    )
else:
    if replica_url := env.str("DATABASE_REPLICA_URL", default=""):
        DATABASES["replica"] = env.db_url_config(replica_url) | {"TEST": {"MIRROR": "default"}}
    for name, database in DATABASES.items():
        configure_postgresql(
            database,
            pool=DATABASE_POOL,
            # Whoever finds no replica reads the primary, and need not wait long for that.
            pool_seconds=DATABASE_POOL_SECONDS if name == "default" else 1,
            lock_seconds=DATABASE_LOCK_SECONDS,
        )
DATABASE_ROUTERS = ["instrument_share.databases.replica.ReplicaRouter"] if "replica" in DATABASES else []
# In the database, so that all server processes and machines count together: allauth's limits stand in it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_shared_count",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
    # Each process keeps its own; what is in it can be made anew at any time.
    "pages": {
        "BACKEND": f"django.core.cache.backends.{'dummy.DummyCache' if DEBUG else 'locmem.LocMemCache'}",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
    )
] + [{"NAME": "instrument_share.accounts.passwords.SiteWordsValidator"}]
# Older hashes are replaced at the next login.
PASSWORD_HASHERS = [
    f"django.contrib.auth.hashers.{name}" for name in ("Argon2PasswordHasher", "PBKDF2PasswordHasher")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_SIGNUP_REDIRECT_URL = "my_organizations"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_USERNAME_VALIDATORS = "instrument_share.accounts.forms.USER_NAMES"
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
# Nobody gets in with an address that they haven't shown to be theirs: invitations, qualifications and hours
# are given to people by their address.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_CHANGE_EMAIL = True
# Who finds a browser that is logged in can't take the account over: the password is asked for again.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
# allauth's own limits by address and account; failed logins are counted by axes, in the database.
ACCOUNT_RATE_LIMITS = {"login_failed": None, "second_factor": "5/15m/key"}
ACCOUNT_FORMS = {
    "login": "instrument_share.accounts.forms.LoginForm",
    "signup": "instrument_share.accounts.forms.SignupForm",
    "add_email": "instrument_share.accounts.forms.AddressForm",
    "reauthenticate": "instrument_share.accounts.forms.ReauthenticateForm",
    "change_password": "instrument_share.accounts.forms.ChangePasswordForm",
    "reset_password": "instrument_share.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "instrument_share.accounts.forms.NewPasswordForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "instrument_share.web.login.reset.ResetTokens"  # noqa: S105 - a class
ACCOUNT_ADAPTER = "instrument_share.web.login.adapter.AccountAdapter"
MFA_ADAPTER = "instrument_share.web.login.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "instrument_share.web.login.second_factor.CodeForm",
    "reauthenticate": "instrument_share.web.login.second_factor.CodeAgainForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
# A new address counts once its link is opened, so that accounts with a factor may ask for one too.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SITE_URL.startswith("http://")
SOCIALACCOUNT_ADAPTER = "instrument_share.web.login.city.CityLoginAdapter"
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
# The city's identity provider (OpenID Connect), which opens accounts that are linked to it; empty: none.
OIDC_URL = env.str("OIDC_URL", default="")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET_FILE = env.str("OIDC_CLIENT_SECRET_FILE", default="")
OIDC_NAME = {
    "zh": env.str("OIDC_NAME_ZH", default="统一身份认证"),
    "en": env.str("OIDC_NAME_EN", default="City login"),
}
SECOND_FACTOR_ROLES = env.list(
    "SECOND_FACTOR_ROLES",
    default=[] if DEMO else ["bureau_officer", "bureau_auditor", "finance_officer", "sysadmin"],
)
"""Roles that count only for accounts that log in with a second factor."""
AXES_VERBOSE = False
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "instrument_share.accounts.selectors.logins.login_name"
AXES_LOCKOUT_TEMPLATE = "429.html"
PROXIES = env.int("PROXIES", default=0)
"""How many web servers stand before this one; so many entries at the end of X-Forwarded-For are theirs."""
LIMIT_FACTOR = env.int("LIMIT_FACTOR", default=1)
"""How many times as often as usual one may search, export, verify and call the API; 0: without a limit."""
# Inner hosts that webhooks and external calendars may lead to, each with its port: lims.example.org:443.
OUTGOING_ALLOWED = env.list("OUTGOING_ALLOWED", default=[])

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
MEDIA_ROOT = VAR_DIR / "files"
STORAGES = {
    "default": build_storage(env.str("FILES_URL", default="")),
    # Names with a hash, compressed by `collectstatic`; with DEBUG plain names from the source tree.
    "staticfiles": {"BACKEND": "instrument_share.web.assets.HashedStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]  # nobody waits for those
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

BACKUP_RECIPIENT = env.str("BACKUP_RECIPIENT", default="")
"""The public key for which `manage.py backup` encrypts, as age writes it; empty: none is made."""
BACKUP_KEPT_DAYS = env.int("BACKUP_KEPT_DAYS", default=30)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
"""The bearer with which Prometheus reads /metrics; empty: there is no such address and nothing is counted."""
LOG_FORMAT = env.str("LOG_FORMAT", default="console" if DEBUG or DEMO else "json")
LOG_LEVEL = env.str("LOG_LEVEL", default="WARNING" if DEMO else "INFO").upper()
LOGGING = build_logging(LOG_FORMAT, LOG_LEVEL)
configure_structlog()
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG

EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
# django-environ drops the first slash of the path: filemail:///var/mail would be a folder of wherever one is.
EMAIL_FILE_PATH = str(Path("/", EMAIL_CONFIG["EMAIL_FILE_PATH"]))
# Mails wait in a queue; the worker sends them by what EMAIL_URL names, with a limit in seconds for answers.
MAIL_TRANSPORT = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_BACKEND = "instrument_share.mails.backend.QueueBackend"
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="noreply@example.org")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, *(["{0.scheme}://{0.netloc}".format(urlsplit(OIDC_URL))] if OIDC_URL else [])],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "report-uri": "/csp-report/",
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "instrument_share.accounts.sessions"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "instrument_share.web.safeguards.MessageStorage"
MESSAGES_COOKIE_NAME = "messages"
KIOSK_COOKIE_NAME = "kiosk"
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=120)
"""After so long without a request a session asks for the password again; 0: never."""
SESSION_IDLE_MINUTES_OFFICIAL = env.int("SESSION_IDLE_MINUTES_OFFICIAL", default=30)
"""The same for who holds one of SECOND_FACTOR_ROLES."""
SESSION_LIFETIME_DAYS = env.int("SESSION_LIFETIME_DAYS", default=7)
"""So long after its login a session ends, however much it is used; 0: when the browser's cookie does."""
if SITE_URL.startswith("https://"):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    # Browsers take these from this host alone, by HTTPS, and send them to no other.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    LANGUAGE_COOKIE_NAME, MESSAGES_COOKIE_NAME = "__Host-language", "__Host-messages"
    KIOSK_COOKIE_NAME = (
        "__Secure-kiosk"  # it is sent to the kiosk's pages only, which the other prefix forbids
    )
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_SSL_REDIRECT = True

# Whether browsers know of HTTPS before the first visit is not for this site to say; SQLite does well without
# the columns that an index carries along.
SILENCED_SYSTEM_CHECKS = ["security.W021", "models.W040"]


def _site_text(name: str, invented: str) -> str:
    """Read a text about the site, which may be empty; the demo's are invented."""
    return env.str(name, default=invented if DEMO else "")


# Whom visitors ask, and the numbers under which the site is registered; what is empty is not shown.
CONTACT = {
    "phone": _site_text("CONTACT_PHONE", "0999-0000-0100"),
    "email": _site_text("CONTACT_EMAIL", "service@example.org"),
    "address_zh": _site_text("CONTACT_ADDRESS_ZH", "云屏市示例路 1 号政务服务中心（虚构）"),
    "address_en": _site_text("CONTACT_ADDRESS_EN", "1 Example Road, Yunping (invented)"),
    "hours_zh": _site_text("CONTACT_HOURS_ZH", "工作日 9:00–17:00"),
    "hours_en": _site_text("CONTACT_HOURS_EN", "working days, 9:00–17:00"),
}
ICP_RECORD = _site_text("ICP_RECORD", "某ICP备00000000号-1（示例）")
POLICE_RECORD = _site_text("POLICE_RECORD", "某公网安备00000000000000号（示例）")

# What the city decides.
CITY = {"zh": env.str("CITY_NAME_ZH", default="云屏市"), "en": env.str("CITY_NAME_EN", default="Yunping")}
PROVINCE_NAME_ZH = env.str("PROVINCE_NAME_ZH", default="")
OPEN_DATA_LICENCE = {
    "name": env.str("OPEN_DATA_LICENCE", default="CC BY 4.0"),
    "url": env.str("OPEN_DATA_LICENCE_URL", default="https://creativecommons.org/licenses/by/4.0/"),
}
REGISTRATION_THRESHOLD_YUAN = env.int("REGISTRATION_THRESHOLD_YUAN", default=200_000)
BOOKING_NO_SHOW_MINUTES = 30
STATEMENT_DUE_DAYS = 30
"""So long after a statement is sent, or a question about it answered, it is paid in time."""
_statements_since = env.str("STATEMENTS_SINCE", default="")
STATEMENTS_SINCE = date.fromisoformat(_statements_since) if _statements_since else None
"""Uses and charges that start on earlier days are billed by the system that was there before, or nowhere."""
PUBLIC_NOTICE_WORKING_DAYS = 5
MANUAL_ENTRY_LIMIT_DAYS = 92
CREDIT_APPEAL_DAYS = env.int("CREDIT_APPEAL_DAYS", default=14)
"""So long after an event on their credit a person may appeal it, and a unit after a use record its misuse."""
CREDIT_ANSWER_WORKING_DAYS = 10
"""So long a unit may take to answer an appeal; then the bureau answers it."""
RETENTION_DAYS = {
    name: env.int(f"RETENTION_{name.upper()}_DAYS", default=days)
    for name, days in {
        "logins": 183,
        "notifications": 180,
        "invitations": 180,
        "mails": 30,
        "failed_mails": 90,
        "webhooks": 30,
        "uploads": 1,
        "answers": 7,
        "archives": 7,
    }.items()
}
"""So many days what is not kept for good is kept. The Cybersecurity Law asks for six months of logins."""
USAGE_DISPUTE_DAYS = 30
USAGE_DISPUTE_ANSWER_DAYS = 7
USAGE_CONFIRM_DAYS = env.int("USAGE_CONFIRM_DAYS", default=14)
"""So long after a use is recorded, or a question about it answered, it counts as confirmed; 0: never."""
_usage_confirm_since = env.str("USAGE_CONFIRM_SINCE", default="")
USAGE_CONFIRM_SINCE = date.fromisoformat(_usage_confirm_since) if _usage_confirm_since else None
"""Uses recorded on earlier days are confirmed by people only: nobody told their users of a deadline."""

# A site's own typefaces for official papers (TrueType files); empty: the fonts that set-up brings.
PDF_FONT_FANGSONG = env.str("PDF_FONT_FANGSONG", default="")
PDF_FONT_KAI = env.str("PDF_FONT_KAI", default="")
PDF_FONT_TITLE = env.str("PDF_FONT_TITLE", default="")
# The broker of devices that speak MQTT (docs/devices.md): mqtts://user@host:port; empty: they speak HTTP.
MQTT_URL = env.str("MQTT_URL", default="")
MQTT_PASSWORD_FILE = env.str("MQTT_PASSWORD_FILE", default="")
# Certificates that the broker's has to lead to (PEM); empty: those that the machine trusts.
MQTT_CA_FILE = env.str("MQTT_CA_FILE", default="")
# By which the broker knows the bridge again; empty: the machine's name.
MQTT_CLIENT_ID = env.str("MQTT_CLIENT_ID", default="")
# The key that signs papers: a PKCS#12 file. Empty: one is made under VAR_DIR at first use.
SIGNING_KEY_FILE = env.str("SIGNING_KEY_FILE", default="")
SIGNING_KEY_PASSWORD = env.str("SIGNING_KEY_PASSWORD", default="")
# The hashes of seals and sealed packages: sha256, or sha256 and sm3 (GB/T 32905).
SEAL_HASHES = env.list("SEAL_HASHES", default=["sha256"])
# The key that signs checkpoints of the log: Ed25519, PKCS #8 as PEM. Empty: one is made under VAR_DIR.
LOG_KEY_FILE = env.str("LOG_KEY_FILE", default="")
# Where each day's checkpoint is kept besides the database: a file, an address.
CHECKPOINT_FILE = env.str("CHECKPOINT_FILE", default="")
CHECKPOINT_MAIL = env.str("CHECKPOINT_MAIL", default="")
# An authority that stamps signatures and checkpoints with the time (RFC 3161, http or https); empty: none.
TIMESTAMP_URL = env.str("TIMESTAMP_URL", default="")
# Certificates that signatures and time stamps have to lead to (PEM); with them reports carry the proof of it.
TRUST_ROOTS_FILE = env.str("TRUST_ROOTS_FILE", default="")
