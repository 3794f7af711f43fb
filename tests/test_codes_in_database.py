"""What the database holds of codes and amounts, whatever the code does."""

import pytest
from django.apps import apps
from django.db import IntegrityError, OperationalError, connection, models, transaction

from bookings.requests.models import Booking
from instrument_share.journal import guards
from rewards.cycle.models import AssessmentCycle
from tests.bookings.requests.booking import book
from tests.factories import city as make_city

OWN = ("bookings.", "instrument_share.", "providers.", "rewards.")


def closed_columns():
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if field.choices and model.__module__.startswith(OWN) and not hasattr(model, "history_id"):
                yield model, field


def test_every_column_of_codes_is_held_to_its_list():
    unguarded = []
    for model, field in closed_columns():
        values = [value for value, _label in field.choices] + [""] * field.blank
        lists = [
            list(value)
            for constraint in model._meta.constraints
            if isinstance(constraint, models.CheckConstraint)
            for name, value in (one for one in constraint.condition.children if isinstance(one, tuple))
            if name == f"{field.name}__in"
        ]
        if not any(sorted(one) == sorted(values) for one in lists):
            unguarded.append(f"{model._meta.label}.{field.name}")
    assert not unguarded


@pytest.mark.django_db
@pytest.mark.parametrize("values", [{"state": "aproved"}, {"charged_yuan": -1}])
def test_database_refuses_unknown_state_and_negative_charge_of_booking(values):
    booking = book(make_city())
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(**values)


def rebuild_cycles():
    with connection.schema_editor() as editor:
        editor._remake_table(AssessmentCycle)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL alters a table in place")
def test_migration_may_rebuild_a_table_that_guards_of_others_read():
    with pytest.raises(OperationalError, match="error in trigger"):
        rebuild_cycles()
    guards.let_tables_be_rebuilt()
    try:
        rebuild_cycles()
    finally:
        guards.create_all()
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger'")
        (found,) = cursor.fetchone()
    assert found == sum(one.sqlite is not None for one in guards.registered_guards())
