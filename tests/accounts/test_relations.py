"""Related organizations are declared by one side, told to the other, and ended by the bureau."""

from datetime import timedelta

import pytest

from instrument_share.accounts import selectors, services
from instrument_share.accounts.domain import Role
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import Forbidden, Invalid
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=9)


@pytest.fixture
def two():
    return factories.organization("甲所"), factories.organization("乙公司")


def declare(actor, first, second, now=NOW):
    return services.relation_declare(actor=actor, first=first, second=second, now=now)


def end(actor, first, second):
    return services.relation_end(
        actor=actor, organization_id=first.pk, other_id=second.pk, reason="股权已转让", now=LATER
    )


def test_declared_relation_applies_to_both_and_notifies_other(two):
    first, second = two
    admin, other = factories.member(first, Role.ORG_ADMIN), factories.member(second, Role.ORG_ADMIN)
    declare(admin, first, second)
    declare(admin, first, second)
    assert selectors.related_ids(first.pk) == selectors.related_ids(second.pk) == {first.pk, second.pk}
    assert len(journal.notifications(other)) == 1
    with pytest.raises(Forbidden):
        declare(other, first, second)


def test_each_of_many_has_its_own_family_with_as_many_statements(two, statements):
    group = factories.organization("集团")
    first, second = (factories.organization(name, parent=group) for name in ("丙厂", "丁厂"))
    declare(factories.member(two[0], Role.ORG_ADMIN), two[0], first)
    related = selectors.related_ids_of_each([group.pk, first.pk, second.pk, two[0].pk, two[1].pk])
    siblings = {group.pk, first.pk, second.pk}
    assert related == {
        group.pk: siblings,
        first.pk: siblings | {two[0].pk},
        second.pk: siblings,
        two[0].pk: {two[0].pk, first.pk},
        two[1].pk: {two[1].pk},
    }
    asked = [group.pk]
    statements.assert_unchanged(
        lambda: selectors.related_ids_of_each(asked), by=lambda: asked.extend([first.pk, two[0].pk])
    )


def test_only_bureau_ends_relation_and_dates_are_kept(two):
    first, second = two
    admin, officer = factories.member(first, Role.ORG_ADMIN), factories.officer()
    declare(admin, first, second)
    with pytest.raises(Forbidden):
        end(admin, first, second)
    end(officer, second, first)
    assert selectors.related_ids(first.pk) == {first.pk}
    (kept,) = selectors.related_to(first)
    assert (kept.organization, kept.since, kept.until, kept.end_reason) == (second, NOW, LATER, "股权已转让")
    declare(admin, first, second, now=LATER)
    assert [one.until for one in selectors.related_to(first)] == [None, LATER]


def test_an_officer_ends_no_relation_of_their_own_organization(two):
    first, second = two
    declare(factories.member(first, Role.ORG_ADMIN), first, second)
    officer = factories.member(second, person=factories.officer())
    for one, other in (two, two[::-1]):
        with pytest.raises(Forbidden):
            end(officer, one, other)
    assert second.pk in selectors.related_ids(first.pk)


def test_organization_cannot_be_related_to_itself(two):
    with pytest.raises(Invalid):
        declare(factories.member(two[0], Role.ORG_ADMIN), two[0], two[0])


def test_kinship_is_seen_from_each_side():
    parent = factories.organization("总院")
    one, other = (factories.organization(name, parent=parent) for name in ("一所", "二所"))
    assert [(row.organization, row.kinship) for row in selectors.related_to(one)] == [
        (other, "same_parent"),
        (parent, "parent"),
    ]
    assert [row.kinship for row in selectors.related_to(parent)] == ["child", "child"]
