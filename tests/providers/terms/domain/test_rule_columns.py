"""The scalar terms of a rule by the columns of its row, there and back."""

from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal

from providers.terms.domain.choices import Decision, HolidayTreatment, ServiceMode, UserKind
from providers.terms.domain.rule_columns import (
    RULE_COLUMNS,
    terms_from_columns,
    terms_from_input,
    terms_to_columns,
)
from providers.terms.domain.terms import TermsDraft
from providers.terms.models import OpenServiceRule

TERMS = TermsDraft(
    patterns=(),
    prices=(),
    minimum_charge_yuan=Decimal("12.50"),
    user_kinds=frozenset({UserKind.OUTSIDE, UserKind.ENTERPRISE}),
    service_modes=frozenset({ServiceMode.REMOTE}),
    decision=Decision.AT_ONCE,
    min_length=timedelta(hours=1.5),
    horizon=timedelta(days=14),
    holidays=HolidayTreatment.CLOSED,
    accepts_vouchers=True,
)


def test_lengths_are_whole_numbers_of_the_unit_in_the_column_name_and_sets_sorted_codes():
    flat = terms_to_columns(TERMS)
    assert (flat["min_minutes"], flat["horizon_days"]) == (90, 14)
    assert flat["user_kinds"] == ["enterprise", "outside"]
    assert [type(flat[name]) for name in ("decision", "holidays", "minimum_charge_yuan")] == [
        str,
        str,
        Decimal,
    ]


def test_flat_terms_restore_every_term_with_its_type():
    restored = TermsDraft(patterns=(), prices=(), **terms_from_columns(terms_to_columns(TERMS)))
    assert restored == TERMS
    for one in fields(TermsDraft):
        assert type(getattr(restored, one.name)) is type(getattr(TERMS, one.name)), one.name


def test_columns_that_are_missing_keep_the_usual_terms():
    draft = TermsDraft(
        patterns=(),
        prices=(),
        **terms_from_columns({"user_kinds": [], "service_modes": [], "lead_minutes": 90}),
    )
    assert draft.lead == timedelta(minutes=90)
    assert (draft.step, draft.decision_hours) == (timedelta(minutes=30), 24)


def test_every_scalar_term_has_a_column_in_the_row_of_a_rule_with_the_same_default():
    row, usual = OpenServiceRule(), TermsDraft(patterns=(), prices=(), user_kinds=(), service_modes=())
    defaults = {column.name: getattr(row, column.name) for column in RULE_COLUMNS}
    assert defaults == terms_to_columns(usual)


def test_entered_terms_have_members_in_place_of_codes_and_lengths_as_they_are():
    entered = {"decision": "at_once", "user_kinds": ["inside"], "step": timedelta(hours=1), "weekdays": (1,)}
    found = terms_from_input(entered)
    assert found == {
        "decision": Decision.AT_ONCE,
        "user_kinds": frozenset({UserKind.INSIDE}),
        "step": timedelta(hours=1),
    }
    assert type(found["decision"]) is Decision
    assert replace(TERMS, **found).step == timedelta(hours=1)
