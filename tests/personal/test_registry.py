"""Every link to a person is declared: it leads into their archive, or says why it does not."""

import pytest
from django.apps import apps
from django.db.models import ForeignKey

from instrument_share.accounts.domain.privacy import PURPOSES, RetentionRule
from instrument_share.accounts.models import User
from instrument_share.personal import registry


def links():
    return {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model is User
    }


def archived():
    return {(kind.model, path) for kind in registry.own_rows() for path in kind.own if "__" not in path}


def test_every_link_to_a_person_is_in_the_archive_or_left_out_with_a_reason():
    left_out = set(registry.left_out_links())
    assert links() - archived() - left_out == set()
    assert left_out - links() == set(), "declared, but no such link"
    assert left_out & archived() == set(), "declared as both"
    assert all(registry.left_out_links().values())


@pytest.mark.parametrize("kind", registry.own_rows(), ids=lambda kind: kind.model)
def test_fields_of_an_archived_kind_exist(kind):
    names = {field.name for field in apps.get_model(kind.model)._meta.concrete_fields}
    assert set(kind.hidden) <= names
    assert {path.split("__")[0] for path in kind.own} <= names


def test_texts_that_may_keep_a_name_exist():
    for model, field in registry.kept_texts():
        apps.get_model(model)._meta.get_field(field)


def test_each_purpose_is_kept_for_a_time_or_by_a_rule_and_each_rule_serves_a_purpose():
    assert all(bool(one.kept) != bool(one.retention) for one in PURPOSES)
    assert {one.retention for one in PURPOSES} - {None} == set(RetentionRule)
