"""Publishing, scheduling, discarding and withdrawing what was read, not what a colleague made of it."""

import re

import pytest
from django.urls import reverse

from instrument_share.journal.models import AuditEntry
from providers.units.domain.publications import PublicationKind
from providers.units.services.publications import (
    publication_draft,
    publication_release,
    publication_update,
)
from tests.page_fixtures import text_of
from tests.providers.conftest import NOW

TYPED = {"title_zh": "开放日", "body_zh": "**欢迎**参观。"}
AT = {"at": "2025-09-02T09:00"}
WHY = {"reason": "日期有误"}


def last_act(row):
    return AuditEntry.objects.filter(subject_id=row.public_id).order_by("-id")[0].action


@pytest.fixture
def draft(world):
    common = {"actor": world.manager, "kind": PublicationKind.NEWS, "now": NOW}
    return publication_draft(organization_id=world.unit.pk, values=TYPED, **common)


@pytest.mark.parametrize(
    ("act", "sent", "done"),
    [
        ("release", {}, "news.published"),
        ("schedule", AT, "news.scheduled"),
        ("discard", {}, "news.discarded"),
        ("withdraw", WHY, "news.withdrawn"),
    ],
)
@pytest.mark.parametrize("page", ["own", "list"])
def test_nothing_is_decided_on_a_text_that_a_colleague_changed_meanwhile(
    at, world, draft, act, sent, done, page
):
    known = {"actor": world.manager, "kind": PublicationKind.NEWS, "publication_id": draft.pk, "now": NOW}
    if act == "withdraw":
        publication_release(**known)
    client = at("manager")
    pages = {
        "own": reverse("publication", args=[draft.public_id]),
        "list": reverse("unit_publications", args=[world.unit.public_id, "news"]),
    }
    there = reverse(f"publication_{act}", args=["news", draft.public_id])
    found = re.findall(rf'href="({there}[^"]*)"', client.get(pages[page]).content.decode())
    if page == "list" and act in ("schedule", "discard"):
        assert found == []
        return
    changed = publication_update(**known, values={"body_zh": "**欢迎**参观，须付费。"})
    refused = client.post(found[0], sent)
    assert (refused.status_code, last_act(draft)) == (409, "news.updated")
    assert "他人已作修改" in text_of(refused)
    assert client.post(f"{there}?seen={changed.revision}", sent).status_code == 302
    assert last_act(draft) == done


@pytest.fixture
def unfinished(world):
    common = {"actor": world.manager, "kind": PublicationKind.NEWS, "now": NOW}
    return publication_draft(organization_id=world.unit.pk, values={"title_zh": "开放日"}, **common)


@pytest.mark.parametrize("page", ["own", "list"])
def test_a_draft_that_cannot_be_published_yet_says_what_is_missing(at, world, unfinished, page):
    client = at("manager")
    address = {
        "own": reverse("publication", args=[unfinished.public_id]),
        "list": reverse("unit_publications", args=[world.unit.public_id, "news"]),
    }[page]
    release, schedule, edit = (
        reverse(f"publication_{act}", args=["news", unfinished.public_id])
        for act in ("release", "schedule", "edit")
    )
    shown = client.get(address)
    assert "发布前尚缺： 请填写中文正文。" in text_of(shown)
    assert [one in shown.text for one in (release, schedule, edit)] == [False, False, True]
    publication_update(
        actor=world.manager,
        kind=PublicationKind.NEWS,
        publication_id=unfinished.pk,
        values=TYPED,
        now=NOW,
    )
    shown = client.get(address)
    assert ("发布前尚缺" in text_of(shown), release in shown.text) == (False, True)


@pytest.mark.parametrize("act", ["publish", "schedule"])
def test_the_editor_leads_on_to_publish_only_what_can_be(at, world, unfinished, act):
    client = at("manager")
    edit = reverse("publication_edit", args=["news", unfinished.public_id])
    refused = client.post(edit, {"title_zh": "开放日活动", "act": act, "revision": "1"})
    assert refused.status_code == 422
    assert "body_zh" in refused.context["form"].errors
    assert 'value="开放日活动"' in refused.text
    new = reverse("publication_new", args=[world.unit.public_id, "news"])
    refused = client.post(new, {"title_zh": "年会", "act": act})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["body_zh"])
    assert client.post(edit, {"title_zh": "开放日活动", "act": "draft", "revision": "1"}).status_code == 302


def test_the_editor_leads_on_with_what_it_saved(at, world, draft):
    client = at("manager")
    edit = reverse("publication_edit", args=["news", draft.public_id])
    leads = client.post(edit, {**TYPED, "act": "publish", "revision": "1"})["Location"]
    publication_update(
        actor=world.manager,
        kind=PublicationKind.NEWS,
        publication_id=draft.pk,
        values={"body_zh": "须付费。"},
        now=NOW,
    )
    assert (client.post(leads).status_code, last_act(draft)) == (409, "news.updated")
