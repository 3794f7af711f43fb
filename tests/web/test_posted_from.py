"""Addresses that take the form of another page: opened by a change of the language or after a new login."""

import pytest
from django.urls import reverse

from tests.permission_addresses import arguments
from tests.permission_world import build_world

FORMS = {
    "basket_add": "book",
    "usage_review": "usage_log",
    "keepers_set": "instrument_people",
    "qualification_new": "instrument_people",
    "picture_add": "instrument_media",
    "attachment_add": "instrument_media",
    "finding_decide": "finding",
    "finding_answer": "finding",
    "falsification_propose": "finding",
    "falsification_answer": "finding",
    "falsification_decide": "finding",
    "findings_decide": "findings",
    "objection_answer": "objection",
    "objection_comment": "objection",
}


@pytest.mark.django_db
def test_opened_without_sending_they_lead_to_the_page_of_their_form(client):
    world = build_world()
    client.force_login(world.people["offic"])
    given = arguments(world)
    led = {name: client.get(reverse(name, args=given[name]) + "?state=open") for name in FORMS}
    expected = {name: reverse(page, args=given[name]) + "?state=open" for name, page in FORMS.items()}
    assert {name: (answer.status_code, answer["Location"]) for name, answer in led.items()} == {
        name: (302, address) for name, address in expected.items()
    }


@pytest.mark.django_db
def test_after_a_refused_form_the_language_can_be_changed(client):
    world = build_world()
    client.force_login(world.people["mgr"])
    address = reverse("qualification_new", args=[world.instrument.public_id])
    refused = client.post(address, {"person": "nobody", "until": ""})
    assert refused.status_code == 422
    language = {"language": "en", "next": refused.context["platform"].path}
    page = client.post(reverse("set_language"), language, follow=True)
    assert (page.status_code, page.request["PATH_INFO"]) == (
        200,
        reverse("instrument_people", args=[world.instrument.public_id]),
    )
    assert 'lang="en"' in page.content.decode()
