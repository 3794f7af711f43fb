"""What a drill's site holds at the beginning: people with tokens, instruments that are open day and night.

python -m deploy.drill.town MAILS   fill the database, queue so many mails; print JSON
"""

import json
import sys
from datetime import datetime, timedelta

import django

django.setup()

# isort: split
from django.core.mail import EmailMessage

from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.accounts.domain import OrganizationKind
from instrument_share.accounts.models import User
from instrument_share.accounts.services import api_token_create
from instrument_share.mails.services import mails_enqueue
from instrument_share.web import clock
from providers.instruments.models import Instrument
from tests import factories

PEOPLE, INSTRUMENTS = 8, 4
BOOKER, PASSWORD = "甲", "drill-of-a-whole-site"
DAY = timedelta(days=1)


def fill(mails: int) -> dict[str, object]:
    """What is there already, from the drill before, is taken as it is; tokens and mails are new."""
    now = clock.now()
    midnight = now.replace(minute=0, second=0, microsecond=0) + DAY
    if not Instrument.objects.exists():
        build(midnight)
    people = list(User.objects.filter(name=BOOKER).order_by("pk"))
    tokens = [api_token_create(actor=one, name="drill", now=now)[1] for one in people]
    for number in range(mails):
        message = EmailMessage(f"drill {number}", "text", to=[people[number % PEOPLE].email])
        mails_enqueue([message], now=clock.now())
    return {
        "tokens": tokens,
        "instruments": list(Instrument.objects.order_by("pk").values_list("public_id", flat=True)),
        "midnight": midnight.isoformat(),
        "login": people[0].username,
    }


def build(midnight: datetime) -> None:
    unit = factories.organization(owns_instruments=True)
    company = factories.organization("云屏测试科技有限公司", kind=OrganizationKind.ENTERPRISE.value)
    for _ in range(INSTRUMENTS):
        one = factories.instrument(unit)
        factories.rule(one, horizon_days=120, min_minutes=30, cancel_deadline_minutes=0)
        factories.keeper(one)
        factories.windows(one, first=midnight, days=100, length=DAY)
    people = [factories.member(company, name=BOOKER) for _ in range(PEOPLE)]
    people[0].set_password(PASSWORD)
    people[0].save()
    next_free_rebuild(midnight - DAY)


if __name__ == "__main__":
    json.dump(fill(int(sys.argv[1])), sys.stdout)
