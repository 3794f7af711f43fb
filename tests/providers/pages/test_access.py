"""Who gets a unit's and a review's pages."""

import pytest
from django.urls import reverse

from providers.instruments.services.instruments import instrument_create, instrument_submit
from providers.instruments.services.people import keeper_assign
from providers.units.domain.publications import PublicationKind
from providers.units.services.publications import publication_publish
from tests.providers.conftest import INSTRUMENT, NOW, published

WHO = ["manager", "keeper", "other_manager", "officer", "auditor", "user", None]
LOGIN = 302


@pytest.fixture
def addresses(world):
    live = published(world)
    waiting = instrument_create(
        actor=world.manager,
        organization_id=world.unit.pk,
        values={**INSTRUMENT, "inner_number": "A-2"},
        now=NOW,
    )
    instrument_submit(actor=world.manager, instrument_id=waiting.pk, now=NOW)
    keeper_assign(actor=world.manager, instrument_id=live.pk, user_id=world.keeper.pk, now=NOW)
    news = publication_publish(
        actor=world.manager,
        kind=PublicationKind.NEWS,
        organization_id=world.unit.pk,
        values={"title_zh": "开放日", "body_zh": "欢迎。"},
        now=NOW,
    )
    unit = world.unit.public_id
    return {
        "profile": reverse("unit_profile_edit", args=[unit]),
        "instruments": reverse("unit_instruments", args=[unit]),
        "new": reverse("instrument_new", args=[unit]),
        "edit": reverse("instrument_edit", args=[live.public_id]),
        "rule": reverse("rule_new", args=[live.public_id]),
        "people": reverse("instrument_people", args=[live.public_id]),
        "suspend": reverse("instrument_suspend", args=[live.public_id]),
        "import": reverse("sheet_import", args=[unit]),
        "publish": reverse("publication_new", args=[unit, "news"]),
        "change": reverse("publication_edit", args=["news", news.public_id]),
        "withdraw": reverse("publication_withdraw", args=["news", news.public_id]),
        "review": reverse("bureau_review", args=[waiting.public_id]),
        "accept": reverse("review_publish", args=[waiting.public_id]),
    }


@pytest.mark.parametrize(
    ("page", "answers"),
    [
        #               manager keeper other officer auditor user visitor
        ("profile", [200, 403, 403, 403, 403, 403, LOGIN]),
        ("instruments", [200, 403, 403, 403, 403, 403, LOGIN]),
        ("new", [200, 403, 403, 403, 403, 403, LOGIN]),
        ("edit", [200, 403, 403, 403, 403, 403, LOGIN]),
        ("rule", [200, 403, 403, 403, 403, 403, LOGIN]),
        ("people", [200, 200, 403, 403, 403, 403, LOGIN]),
        ("suspend", [200, 200, 403, 200, 403, 403, LOGIN]),
        ("import", [200, 200, 403, 403, 403, 403, LOGIN]),
        ("publish", [200, 403, 403, 403, 403, 403, LOGIN]),
        ("change", [200, 403, 403, 403, 403, 403, LOGIN]),
        ("withdraw", [200, 403, 403, 200, 403, 403, LOGIN]),
        ("review", [404, 404, 404, 200, 200, 404, LOGIN]),
        ("accept", [404, 404, 404, 200, 403, 404, LOGIN]),
    ],
)
def test_page_access_depends_on_role(at, addresses, page, answers):
    assert [at(who).get(addresses[page]).status_code for who in WHO] == answers


def test_draft_of_other_unit_is_not_found(at, world, draft):
    address = reverse("instrument_edit", args=[draft.public_id])
    assert [at(who).get(address).status_code for who in ("manager", "other_manager", "officer")] == [
        200,
        404,
        404,
    ]
