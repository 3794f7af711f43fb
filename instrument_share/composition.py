"""What the site is made of, wherever it runs: rooms, apps, middleware and templates, each in its order."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

ROOMS = [
    "providers.revisions",
    "providers.instruments",
    "providers.terms",
    "providers.search",
    "providers.units",
    "providers.exchange",
    "bookings.projects",
    "bookings.requests",
    "bookings.credit",
    "bookings.groups",
    "bookings.proposals",
    "bookings.waiting",
    "bookings.usage",
    "bookings.budgets",
    "bookings.statistics",
    "bookings.samples",
    "bookings.statements",
    "bookings.feeds",
    "bookings.devices",
    "bookings.kiosk",
    "rewards.policy",
    "rewards.cycle",
    "rewards.declarations",
    "rewards.findings",
    "rewards.inspections",
    "rewards.objections",
    "rewards.assessment",
    "rewards.forecast",
    "rewards.trials",
    "rewards.report",
    "rewards.payments",
    "rewards.vouchers",
    "rewards.year",
]
"""The rooms of the apps: Django looks into each for templates, template tags and translations."""
ROOM_DIRS = [ROOT.joinpath(*room.split(".")) for room in ROOMS]

INSTALLED_APPS = [
    "instrument_share",
    "instrument_share.journal",
    "instrument_share.accounts",
    "instrument_share.jobs",
    "instrument_share.mails",
    "instrument_share.demo",  # before web: it adds its accounts to the login page
    "instrument_share.web",
    "instrument_share.documents",
    "instrument_share.transparency",
    "instrument_share.personal",
    "providers",
    "bookings",
    "rewards",
    "instrument_share.people",
    "instrument_share.operations",
    "instrument_share.bootstrap",
    "instrument_share.pages",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "csp",
    "django_htmx",
    "django_structlog",
    "django_tasks",
    "django_tasks_db",
    "ninja",
    "rules",
    "schedule",
    "simple_history",
]

MIDDLEWARE = [
    "instrument_share.web.edge.security_headers.SecurityHeadersMiddleware",
    "instrument_share.web.middleware.NoNulMiddleware",
    "instrument_share.web.middleware.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "instrument_share.metrics.MetricsMiddleware",
    "instrument_share.web.middleware.RequestLogMiddleware",  # static files leave no line
    "instrument_share.web.middleware.CompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "instrument_share.web.responses.replica_pages.WrittenMiddleware",
    "instrument_share.web.safeguards.SafeguardMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "instrument_share.web.login.sessions.SessionAgeMiddleware",
    "instrument_share.web.middleware.AddressMiddleware",
    "instrument_share.web.edge.limits.LimitMiddleware",
    "instrument_share.web.middleware.DomainErrorMiddleware",
    "instrument_share.web.login.agreement.AgreementMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": [folder / "templates" for folder in ROOM_DIRS],
        "OPTIONS": {
            "libraries": {
                tags.stem: f"{room}.templatetags.{tags.stem}"
                for room, folder in zip(ROOMS, ROOM_DIRS, strict=True)
                for tags in folder.glob("templatetags/[!_]*.py")
            },
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "instrument_share.web.context.site",
            ],
        },
    }
]
