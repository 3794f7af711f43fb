"""A number that is too large ends in a sentence, in every form and in every operation of the API."""

import ast
import importlib
import json
from collections.abc import Iterator
from inspect import isclass
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import Client, RequestFactory

from bookings.devices.selectors import get_device_secret
from bookings.devices.services.keys import device_key_make
from bookings.requests.forms.cancelling import CancelForm
from bookings.samples.forms import build_rows
from instrument_share.accounts.services import api_token_create
from providers.instruments.forms.instrument import KeepersForm
from providers.units.views.reviews import UNREAD, _get_seen
from tests import factories
from tests.api.described import DOCUMENT
from tests.bookings.devices import signing
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import book, use
from tests.factories import NOW, slot

pytestmark = pytest.mark.quick
ROOT = Path(settings.BASE_DIR)
HUGE = ("1" + "0" * 32, "9" * 32, "-" + "9" * 32, "1E+999999", "9" * 5000)
NUMBER_FIELDS = {"IntegerField", "DecimalField", "FloatField", "HoursField", "WholeLengthField"}
BOUNDS = {"max_value", "max_digits"}
FORM_MODULES = sorted(
    path
    for app in ("instrument_share", "providers", "bookings", "rewards")
    for path in (ROOT / app).rglob("*.py")
    if "forms" in path.relative_to(ROOT).with_suffix("").parts
)


def number_fields() -> Iterator[object]:
    """Yield the number fields of all form classes."""
    for path in FORM_MODULES:
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for name, form in vars(module).items():
            if isclass(form) and issubclass(form, forms.Form) and form.__module__ == module.__name__:
                for field_name, field in form.base_fields.items():
                    if isinstance(field, forms.IntegerField):
                        yield pytest.param(field, id=f"{module.__name__}.{name}.{field_name}")


@pytest.mark.parametrize("field", list(number_fields()))
def test_every_number_field_of_a_form_refuses_what_is_too_large_with_a_sentence(field):
    for text in HUGE:
        with pytest.raises(ValidationError) as refused:
            field.clean(text)
        assert all(refused.value.messages)


@pytest.mark.parametrize("path", FORM_MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_number_field_has_a_bound_where_it_is_made(path):
    """Fields that a form makes when it is called are in no list of a class, so their code is read."""
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call):
            names = {getattr(part, "attr", getattr(part, "id", "")) for part in (call.func, *call.args)}
            if names & NUMBER_FIELDS:
                assert BOUNDS & {keyword.arg for keyword in call.keywords}, ast.unparse(call)


@pytest.mark.parametrize("text", ["9" * 5000, "²"])
def test_hidden_number_that_no_page_has_sent_counts_as_none(text):
    assert not CancelForm({"late": text}, bookings=[], late=1, required=False).is_valid()
    assert len(build_rows(QueryDict(f"act=drop&samples-TOTAL_FORMS={text}"))) == 1
    keepers = KeepersForm({"shown": f"7 {text}"}, people=[])
    assert (keepers.is_valid(), keepers.get_shown()) == (True, {7})
    assert _get_seen(RequestFactory().post("/", {"seen": text})) == UNREAD


@pytest.mark.django_db
@pytest.mark.parametrize("text", HUGE)
def test_correction_with_a_number_too_large_is_told_why(text, see, send):
    city = factories.city()
    log = use(city, setup_seconds=600, idle_seconds=1200)
    after = slot(hour=12).start
    form = see(city.keeper, "usage_correct", log.public_id, now=after).context["form"]
    typed = {name: form[name].value() for name in form.fields} | {"reason": "核对"}
    typed |= {"starts_at": "2026-03-03T09:00:00", "ends_at": "2026-03-03T11:00:00"}
    for name in (
        "setup_seconds",
        "measuring_seconds",
        "post_seconds",
        "idle_seconds",
        "samples",
        "amount_yuan",
    ):
        answer = send(city.keeper, "usage_correct", log.public_id, now=after, **(typed | {name: text}))
        assert answer.status_code == 422
        assert answer.context["form"].errors[name]


def inputs() -> Iterator[object]:
    """Yield each number that an operation takes: method, path, where, name and its schema."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            properties = resolve(body.get("schema", {})).get("properties", {})
            for name, schema in properties.items():
                if number := number_in(schema):
                    yield pytest.param(method, path, "body", name, number, id=f"{method} {path} {name}")
            for one in operation["parameters"]:
                if number := number_in(one["schema"]):
                    yield pytest.param(
                        method, path, "query", one["name"], number, id=f"{method} {path}?{one['name']}"
                    )


def resolve(schema):
    if "$ref" in schema:
        return DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return next((resolve(one) for one in schema.get("anyOf", ()) if "$ref" in one), schema)


def number_in(schema):
    """The number that may be anything between bounds; one from a list has no other values."""
    kinds = (schema, *schema.get("anyOf", ()))
    return next(
        (one for one in kinds if one.get("type") in {"integer", "number"} and "enum" not in one), None
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "where", "name", "number"), list(inputs()))
def test_every_number_of_the_api_refuses_what_is_too_large_with_a_sentence(
    method, path, where, name, number, clock
):
    assert number["type"] == "number" or "maximum" in number
    clock.set(NOW)
    city = factories.city()
    _, secret = api_token_create(actor=city.keeper, name="test", now=NOW)
    ids = {
        "instrument_id": city.instrument.public_id,
        "booking_id": book(city, slot(day=2)).public_id,
        "log_id": use(city, slot(day=1)).public_id,
        "project_id": add_project(city).public_id,
    }
    device = device_key_make(actor=city.keeper, instrument_id=city.instrument.pk, now=NOW)
    ids["device_id"] = device.public_id
    query = f"?{name}={10**32}" if where == "query" else ""
    body = json.dumps({name: 10**32}) if where == "body" else ""
    answer = Client().generic(
        method.upper(),
        path.format(**ids) + query,
        body,
        content_type="application/json",
        headers={
            "Authorization": f"Bearer {secret}",
            signing.HEADER: signing.sign(get_device_secret(device), NOW, body),
        },
    )
    assert answer.status_code == 422
    assert name in [one.get("field") for one in answer.json()["problems"]]
