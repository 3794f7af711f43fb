"""Every operation of the API as every role, with what its own schema allows and with what it forbids."""

import json
from collections.abc import Callable
from typing import Any

import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from instrument_share.accounts.services import api_token_create
from instrument_share.management.commands.openapi import document
from instrument_share.wsgi import application
from tests.factories import NOW

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


def find_faults(world: Any, cases: int, number: int, tell: Callable[[str], None]) -> list[str]:
    """What the API answers to so many cases that its document does not allow, each kind once."""
    schema = schemathesis.openapi.from_dict(json.loads(document()))
    schema.app = application
    operations = [one.ok() for one in schema.get_all_operations()]
    headers, ids, found = _headers(world), _ids(world), {}
    strategies = {
        (operation.label, mode): operation.as_strategy(generation_mode=mode)
        for operation in operations
        for mode in GenerationMode
    }
    sent = 0

    @seed(number)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def send(data: Any) -> None:
        nonlocal sent
        sent += 1
        role = data.draw(st.sampled_from(sorted(headers)))
        label, mode = data.draw(st.sampled_from(sorted(strategies)))
        case = data.draw(strategies[label, mode])
        case.headers.update(headers[role])
        for name in case.path_parameters:
            if ids.get(name) and data.draw(st.integers(0, 9)):
                case.path_parameters[name] = data.draw(st.sampled_from(ids[name]))
        try:
            with transaction.atomic():
                try:
                    case.call_and_validate(checks=CHECKS)
                finally:
                    transaction.set_rollback(True)
        except (FailureGroup, AssertionError) as failure:
            parts = getattr(failure, "exceptions", [failure])
            key = f"{label}: {'; '.join(sorted({type(one).__name__ for one in parts}))}"
            if key not in found:
                found[key] = f"{key} ({role})\n{failure!s:.2000}"
                tell(found[key])
        if sent % 1_000 == 0:
            tell(f"-- {sent} cases, {len(found)} kinds of faults")

    send()
    return list(found.values())


def _headers(world: Any) -> dict[str, dict[str, str]]:
    """The headers of each role; what reads the answers here does not unpack compressed ones."""
    made = {}
    for role, person in world.people.items():
        made[role] = {"Accept-Encoding": "identity"}
        if person.is_authenticated:
            _, secret = api_token_create(actor=person, name="cases", now=NOW)
            made[role]["Authorization"] = f"Bearer {secret}"
    return made


def _ids(world: Any) -> dict[str, list[str]]:
    """Ids of the world's things, by what the operations call them."""
    v = world.vouchers
    things = {
        "instrument_id": [world.instrument, world.suspended, world.draft_instrument],
        "booking_id": [world.requested, world.running, world.date, world.offered],
        "log_id": [world.log, world.by_hand, world.disputed],
        "dispute_id": [world.dispute],
        "correction_id": [world.correction],
        "result_id": [world.stated_result],
        "project_id": [world.project, world.closed_project],
        "finding_id": [world.finding],
        "statement_id": [world.statement, world.statement_draft, world.statement_disputed],
        "order_id": [
            world.samples_submitted,
            world.samples_quoted,
            world.samples_accepted,
            world.samples_received,
        ],
        "event_id": [world.credit_event, world.appealed, world.passed_on],
        "wait_id": [world.wait],
        "voucher_id": [v.grant],
        "claim_id": [v.checked_claim],
    }
    return {
        name: [one.public_id for one in ones if hasattr(one, "public_id")] for name, ones in things.items()
    }
