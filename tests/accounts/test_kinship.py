"""Why two organizations were related at an instant, from what stands and what the journal keeps."""

from datetime import timedelta

import pytest

from instrument_share.accounts import selectors, services
from instrument_share.journal.services import record
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def registered(name, at=NOW, parent=None):
    """An organization whose registration at an instant is in the journal."""
    organization = factories.organization(name, parent=parent)
    record(actor=None, action="organization.registered", subject=organization, now=at)
    return organization


def revised(organization, before, after, at):
    """The bureau gave the organization another superior one."""
    organization.parent = after
    organization.save(update_fields=["parent"])
    names = [{"parent": str(each)} for each in (before, after)]
    details = dict(zip(("before", "after"), names, strict=True))
    return record(actor=None, action="organization.revised", subject=organization, now=at, details=details)


def grounds(owner, other, at=NOW + 9 * DAY):
    found = selectors.grounds_of_relation(owner.public_id, other.public_id, at)
    return [(one.kind, one.entry and one.entry.at, one.through, one.until) for one in found]


def test_an_organization_is_the_same_legal_person_as_itself():
    one = registered("甲所")
    assert grounds(one, one) == [("same", None, "", None)]


def test_superior_and_subordinate_organizations_are_told_apart():
    above = registered("上级院")
    below = registered("甲所", NOW + DAY, parent=above)
    assert grounds(below, above) == [("parent", NOW + DAY, "", None)]
    assert grounds(above, below) == [("child", NOW + DAY, "", None)]
    assert grounds(below, registered("无关公司")) == []


def test_organizations_of_one_superior_are_related_since_the_later_entry():
    above = registered("上级院")
    first, second = registered("甲所", parent=above), registered("乙所", NOW + DAY, parent=above)
    assert grounds(first, second) == [("same_parent", NOW + DAY, "上级院", None)]
    revised(first, None, above, NOW + 2 * DAY)
    assert grounds(first, second) == [("same_parent", NOW + 2 * DAY, "上级院", None)]


def test_a_superior_organization_that_changed_later_still_counts_for_the_instant():
    above = registered("上级院")
    first, second = registered("甲所", parent=above), registered("乙所", parent=above)
    revised(first, above, None, NOW + 20 * DAY)
    assert grounds(first, second) == [("same_parent", NOW, "上级院", NOW + 20 * DAY)]
    assert grounds(first, second, NOW + 21 * DAY) == []
    revised(first, None, above, NOW + 30 * DAY)
    assert grounds(first, second, NOW + 25 * DAY) == []


def renamed(organization, name, at):
    """The bureau gave the organization another name."""
    details = {"before": {"name_zh": organization.name_zh}, "after": {"name_zh": name}}
    organization.name_zh = name
    organization.save(update_fields=["name_zh"])
    record(actor=None, action="organization.revised", subject=organization, now=at, details=details)


def test_a_superior_organization_that_was_renamed_later_still_counts_for_the_instant():
    above = registered("上级院")
    first, second = registered("甲所", parent=above), registered("乙所", parent=above)
    revised(first, above, None, NOW + 20 * DAY)
    renamed(above, "上级研究总院", NOW + 25 * DAY)
    assert grounds(first, above) == [("parent", NOW, "", NOW + 20 * DAY)]
    assert grounds(above, first) == [("child", NOW, "", NOW + 20 * DAY)]
    assert grounds(first, second) == [("same_parent", NOW, "上级院", NOW + 20 * DAY)]
    assert grounds(second, first) == [("same_parent", NOW, "上级研究总院", NOW + 20 * DAY)]
    assert grounds(first, second, NOW + 26 * DAY) == []


def test_a_declared_relation_counts_from_its_declaration_to_its_end():
    first, second = registered("甲所"), registered("乙公司")
    services.relation_declare(actor=None, first=first, second=second, now=NOW + DAY)
    services.relation_end(
        actor=factories.officer(),
        organization_id=first.pk,
        other_id=second.pk,
        reason="股权已转让",
        now=NOW + 5 * DAY,
    )
    assert grounds(first, second, NOW) == []
    assert grounds(second, first, NOW + 2 * DAY) == [("declared", NOW + DAY, "", NOW + 5 * DAY)]
    assert grounds(first, second, NOW + 5 * DAY) == []
