"""The OpenAPI document: kept in docs/, complete, and what the API really does."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation
from ninja import Schema

from bookings.devices.domain import NotSigned
from bookings.feeds.domain.webhooks import SIGNATURE
from bookings.requests.domain.check_in import CHECK_IN_LEAD_MINUTES
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.accounts.services.documents import check_uploads
from instrument_share.api import api, descriptions
from instrument_share.api.examples import EXAMPLES
from instrument_share.kernel.errors import IllegalMove
from instrument_share.management.commands.openapi import document
from instrument_share.web.api.errors import MISTAKES
from instrument_share.web.idempotency import IDEMPOTENT
from rewards.findings.domain.errors import DecidedMeanwhile
from tests.api.described import DOCUMENT, KEPT

pytestmark = pytest.mark.quick

OPERATIONS = [
    (path, method, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
NAMES = [operation["operationId"] for _, _, operation in OPERATIONS]


def test_openapi_file_in_docs_matches_api():
    """After a change: `python manage.py openapi`, and commit what it wrote."""
    assert document() == KEPT


WITHOUT_SCOPE = {
    "post /api/v1/me/tokens": "SessionAuth",
    "post /api/v1/devices/{device_id}/events": "DeviceKey",
}
"""A token makes no tokens, and a device signs with its key."""


def test_every_operation_names_the_scope_of_its_tokens_unless_anybody_may_read_it():
    without = {}
    for path, method, operation in OPERATIONS:
        named = {scheme: scopes for way in operation["security"] for scheme, scopes in way.items()}
        if {} in operation["security"]:
            assert method == "get" or operation["operationId"] in READS, path
        elif len(named.get("PersonalToken", [])) != 1:
            without[f"{method} {path}"] = ", ".join(named)
        else:
            assert named["PersonalToken"][0] in set(TokenScope)
    assert without == WITHOUT_SCOPE


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=NAMES)
def test_every_operation_declares_its_refusals_as_problem_details_with_an_example(path, method, operation):
    refusals = {status: one for status, one in operation["responses"].items() if status >= "400"}
    needed = {"401", "422"} | ({"404"} if "{" in path else set())
    assert needed <= set(refusals)
    assert operation["summary"]
    assert operation["tags"]
    for status, response in refusals.items():
        content = response["content"]["application/problem+json"]
        assert content["schema"] == {"$ref": "#/components/schemas/ProblemDetails"}
        assert content["example"]["status"] == int(status)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=NAMES)
def test_every_body_and_answer_has_an_example_that_fits_its_schema(path, method, operation):
    from jsonschema import Draft202012Validator  # it reads grammars for seconds

    bodies = operation.get("requestBody", {}).get("content", {})
    answers = [one.get("content", {}) for one in operation["responses"].values()]
    for content in (one for kinds in (bodies, *answers) for one in kinds.values()):
        whole = {**content["schema"], "components": DOCUMENT["components"]}
        Draft202012Validator(whole).validate(content["example"])


BODIES = {
    operation["operationId"]: operation["requestBody"]["content"]["application/json"]
    for _, _, operation in OPERATIONS
    if "requestBody" in operation
}


@pytest.mark.parametrize("content", BODIES.values(), ids=BODIES)
def test_every_example_of_a_body_is_taken_as_it_is(content):
    models = {schema.__name__: schema for schema in _schemas(Schema)}
    read = models[content["schema"]["$ref"].rpartition("/")[2]].model_validate(content["example"])
    uploads = [one.as_upload() for one in getattr(read, "documents", [])]
    good, problems = check_uploads(uploads)
    assert ([one.name for one in good], problems) == (["invoice.pdf"] * len(uploads), [])


def test_examples_of_steps_that_must_not_be_taken_unread_say_what_was_read():
    assert BODIES["usage_confirm"]["example"] == {"seen": 12}
    assert {"seen_decision_number", "read_at"} <= BODIES["findings_decide"]["example"].keys()


CODE = re.compile(r'(?:code = |code=|Problem\(\s*|return 50[03], )"([a-z_]+(?:\.[a-z_]+)*)"')
"""How a code of a refusal stands in the program."""
APPS = ("bookings", "instrument_share", "providers", "rewards")


def _codes():
    files = [path for app in APPS for path in (Path(settings.BASE_DIR) / app).rglob("*.py")]
    found = {code for path in files for code in CODE.findall(path.read_text(encoding="utf-8"))}
    return found | {f"field.{kind}" for kinds in MISTAKES for kind in kinds}


def _refusals(part):
    """Every object of an example that says by a code and in words what was refused."""
    if isinstance(part, dict):
        if part.get("code") and part.get("detail"):
            yield part
        for one in part.values():
            yield from _refusals(one)
    elif isinstance(part, list):
        for one in part:
            yield from _refusals(one)


def test_every_code_in_an_example_of_an_answer_is_one_that_the_program_gives():
    told = {
        one["code"]
        for _, _, operation in OPERATIONS
        for answer in operation["responses"].values()
        for content in answer.get("content", {}).values()
        for one in _refusals(content["example"])
    }
    assert told - _codes() == set()
    assert {"reward.decided_meanwhile", "booking.slot_taken", "field.missing", "not_found"} <= told


def test_joint_decision_answers_what_it_was_asked_for_and_each_refusal_beside_its_finding():
    responses = DOCUMENT["paths"]["/api/v1/findings/decide"]["post"]["responses"]
    told = responses["200"]["content"]["application/json"]["example"]
    refused = told["refused"][0]
    assert [*told["decided"], refused["finding"]] == BODIES["findings_decide"]["example"]["findings"]
    assert len({*told["decided"], refused["finding"]}) == 2
    assert (refused["code"], "no. 2" in refused["detail"]) == (DecidedMeanwhile.code, True)
    assert "409" not in responses


REFUSED = {
    (operation["operationId"], status): answer["content"]["application/problem+json"]["example"]
    for _, _, operation in OPERATIONS
    for status, answer in operation["responses"].items()
    if status >= "400"
}


def test_example_of_what_the_state_rules_out_names_the_move_of_its_operation():
    told = {name: one for (name, status), one in REFUSED.items() if status == "409"}
    moves = defaultdict(set)
    for name, one in told.items():
        if one["code"] == IllegalMove.code:
            moves[one["detail"]].add(name)
    shared = [names for names in moves.values() if len(names) > 1]
    assert shared == [{"booking_cancel", "booking_cancel_cost", "series_cancel"}]


def test_example_of_a_mistake_names_a_field_that_is_needed_or_a_parameter_that_there_is_not():
    for _, _, operation in OPERATIONS:
        part = (REFUSED[operation["operationId"], "422"]["problems"] or [{}])[0]
        taken = {one["name"]: one.get("required") for one in operation["parameters"]}
        bodies = operation.get("requestBody", {}).get("content", {}).values()
        for body in bodies:
            schema = _schema(body["schema"]["$ref"].rpartition("/")[2])
            taken |= {name: name in schema.get("required", ()) for name in schema["properties"]}
        if part.get("code") == "field.missing":
            assert taken[part["field"]], operation["operationId"]
        elif part.get("code") == "parameter.unknown":
            assert part["field"] not in taken, operation["operationId"]


def test_several_that_are_booked_at_once_are_refused_together_with_the_name_of_each():
    assert {name for name, status in REFUSED if status == "409"}.isdisjoint({"basket_book", "series_book"})
    told = {name: REFUSED[name, "422"]["problems"][0]["detail"] for name in ("basket_book", "series_move")}
    assert told["basket_book"].startswith("Field-emission scanning electron microscope")
    why = "A booking lasts at most 8 hours. Choose an earlier end."
    assert all(one.endswith(why) for one in told.values())


def test_interlock_reads_that_answers_are_signed_and_when_it_may_switch_on():
    answers = DOCUMENT["paths"]["/api/v1/devices/{device_id}/events"]["post"]["responses"]
    assert answers["200"]["headers"][SIGNATURE]["required"]
    assert answers["403"]["content"]["application/problem+json"]["example"]["code"] == NotSigned.code
    told = answers["200"]["content"]["application/json"]["example"]
    assert (told["kind"], told["recorded"], told["may_start"], told["code"]) == ("start", True, True, "ok")
    assert (told["sequence"], told["next_sequence"], told["log"]) == (117, 118, None)


def test_examples_name_fields_that_there_are():
    fields = {name for name, _ in FIELDS}
    assert {name for name in EXAMPLES.values if "." in name} - fields == set()


FIELDS = [
    (f"{schema}.{name}", field)
    for schema, one in DOCUMENT["components"]["schemas"].items()
    for name, field in one.get("properties", {}).items()
]


def test_every_field_parameter_and_header_is_described_and_answers_say_what_null_means():
    assert [name for name, field in FIELDS if not field.get("description")] == []
    told = [
        (f"{operation['operationId']} {one.get('name')}", one.get("description"))
        for _, _, operation in OPERATIONS
        for one in (*operation["parameters"], *_headers(operation))
    ]
    assert [name for name, description in told if not description] == []
    answers = [(name, field) for name, field in FIELDS if not name.split(".")[0].endswith("In")]
    nullable = [
        (name, field["description"]) for name, field in answers if {"type": "null"} in field.get("anyOf", ())
    ]
    assert [name for name, description in nullable if "null" not in description] == []
    assert len(nullable) > 50


def _headers(operation):
    for response in operation["responses"].values():
        yield from ({"name": name, **one} for name, one in response.get("headers", {}).items())


def test_what_several_schemas_mean_is_described_once_and_in_one_place():
    own = defaultdict(int)
    for schema in _schemas(Schema):
        for name, field in schema.model_fields.items():
            shared = descriptions.FIELDS.get(field.alias or name)
            if name in schema.__annotations__ and not field.description:
                own[field.alias or name] += 1
            assert field.description is None or field.description != shared, f"{schema.__name__}.{name}"
    assert {name: own[name] for name in descriptions.FIELDS if own[name] < 2} == {}
    used = {one["name"] for _, _, operation in OPERATIONS for one in operation["parameters"]}
    assert descriptions.PARAMETERS.keys() - used == set()


def test_schemas_have_names_of_their_own():
    """Of two with one name the document has one, and describes the other wrongly."""
    named = Counter(schema.__name__ for schema in _schemas(Schema))
    assert [name for name in DOCUMENT["components"]["schemas"] if named[name] > 1] == []


def _schemas(base):
    for schema in base.__subclasses__():
        yield schema
        yield from _schemas(schema)


CHINESE = re.compile("[\u4e00-\u9fff]")


def test_everything_that_the_document_says_is_in_the_language_of_the_reader():
    with translation.override("zh-hans"):
        chinese = json.loads(json.dumps(api.get_openapi_schema(), cls=DjangoJSONEncoder))
    assert [where for where, text in _said(chinese) if not CHINESE.search(text)] == []
    assert [where for where, text in _said(DOCUMENT) if CHINESE.search(text)] == []
    assert IDEMPOTENT["parameters"][0]["description"].startswith(
        "the same key"
    )  # what they share is as it was
    told = chinese["paths"]["/api/v1/bookings/{booking_id}/check-in"]["post"]["description"]
    assert told.startswith(f"开始前 {CHECK_IN_LEAD_MINUTES} 分钟起")


def test_refusals_are_shown_in_the_words_in_which_they_are_answered():
    with translation.override("zh-hans"):
        chinese = _refused(api.get_openapi_schema())
    assert {told for told in chinese if not CHINESE.search(told)} == set()
    assert {told for told in _refused(DOCUMENT) if CHINESE.search(told)} == set()
    assert {"该时段（含两次使用之间的间隔）已被占用，请选择空闲时段。", "情况已变化"} <= chinese


def _refused(document):
    """Title and every detail of the examples of refusals."""
    answers = (
        one
        for path in document["paths"].values()
        for operation in path.values()
        for status, one in operation["responses"].items()
        if int(status) >= 400
    )
    examples = [one["content"]["application/problem+json"]["example"] for one in answers]
    parts = (part for one in examples for part in one["problems"])
    return {one["title"] for one in examples} | {one["detail"] for one in (*examples, *parts)}


WORDS = re.compile("[A-Za-z]{3,} [a-z]{2,}")


def test_what_a_user_wrote_in_an_example_is_in_the_language_of_the_reader():
    with translation.override("zh-hans"):
        chinese = {text for name, text in _examples(api.get_openapi_schema()) if not name.endswith("en")}
    assert {text for text in chinese if WORDS.search(text)} == set()
    assert {"钛合金疲劳研究", "样品尚未备好。", "两种涂层的表面"} <= chinese
    english = {text for name, text in _examples(DOCUMENT) if not name.endswith("zh")}
    assert {text for text in english if CHINESE.search(text)} == set()


def _examples(document):
    """Every text of the examples of bodies and of what succeeds, with the name of its field."""
    for path in document["paths"].values():
        for operation in path.values():
            succeeded = (one for status, one in operation["responses"].items() if int(status) < 400)
            for part in (operation.get("requestBody", {}), *succeeded):
                for content in part.get("content", {}).values():
                    yield from _texts(content.get("example"))


def _texts(part, name=""):
    match part:
        case dict():
            for key, one in part.items():
                yield from _texts(one, str(key))
        case list():
            for one in part:
                yield from _texts(one, name)
        case str():
            yield name, part


def _said(part, where=""):
    """Every summary and description below a part, but for examples and the names of statuses."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name in {"summary", "description"} and isinstance(value, str):
                if not where.rpartition("/")[0].endswith("/responses"):
                    yield f"{where}/{name}", value
            elif name not in {"example", "examples"}:
                yield from _said(value, f"{where}/{name}")
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from _said(value, f"{where}/{index}")


NOTHING = "is posted, and changes nothing"
ADDS = "adds a row, and writes over nothing"
ONCE = "is done once: in the state that it leaves it is refused"
WRITES = {operation["operationId"]: operation for _, method, operation in OPERATIONS if method != "get"}
READS = {"instrument_quote", "series_check", "basket_check"}
WITHOUT_KEY = {
    **dict.fromkeys(READS, NOTHING),
    "token_create": "answers with a secret, and answers are kept",
    "device_event": "has a number of its own, by which it is known again",
}
WITHOUT_REVISION = {
    "instrument_quote": NOTHING,
    "waiting_leave": ONCE,
    "offer_accept": ONCE,
    "offer_decline": ONCE,
    "misuse_record": ONCE,
    "credit_appeal": ONCE,
    "credit_answer": ONCE,
    "usage_confirm": "confirms an entry that never changes, once",
    "usage_result_state": ADDS,
    "usage_result_withdraw": ONCE,
    "usage_correction_withdraw": ONCE,
    "usage_dispute": ADDS,
    "usage_dispute_answer": ONCE,
    "device_event": ADDS,
    "voucher_grant": ONCE,
    "voucher_application_refuse": ONCE,
    "voucher_claim_check": ONCE,
    "voucher_claim_audit": ONCE,
    "voucher_claim_refuse": ONCE,
}
"""Of what happens to a thing that is there already."""


def _takes(operation, name):
    return name in {one["name"] for one in operation["parameters"]}


def test_every_write_takes_an_idempotency_key_or_has_a_reason_not_to():
    without = {name for name, operation in WRITES.items() if not _takes(operation, "Idempotency-Key")}
    assert without == WITHOUT_KEY.keys()


def test_what_takes_an_idempotency_key_says_how_an_answer_given_again_is_known():
    for name, operation in WRITES.items():
        done = [one for status, one in operation["responses"].items() if status < "400"]
        again = {"Idempotent-Replayed" in one.get("headers", {}) for one in done}
        assert again == {_takes(operation, "Idempotency-Key")}, name


def test_every_change_of_a_thing_takes_its_revision_or_has_a_reason_not_to():
    on_a_thing = [operation for path, _, operation in OPERATIONS if "{" in path]
    changes = {one["operationId"]: one for one in on_a_thing if one["operationId"] in WRITES}
    without = {name for name, operation in changes.items() if not _takes(operation, "If-Match")}
    assert without == WITHOUT_REVISION.keys()
    for name in changes.keys() - without:
        assert "412" in changes[name]["responses"], name
    decided = DOCUMENT["components"]["schemas"]["JointDecisionIn"]["properties"]
    # Its revision, as the findings that it changes are in the body, and when they were read.
    assert {"seen_decision_number", "read_at"} <= decided.keys()


def test_what_is_edited_is_made_read_and_changed_with_its_etag_and_edits_need_it():
    edits = [(path, one) for path, method, one in OPERATIONS if method in {"put", "patch"}]
    assert {path for path, _ in edits} == {"/api/v1/bookings/{booking_id}", "/api/v1/projects/{project_id}"}
    for path, edit in edits:
        assert {"412", "428"} <= edit["responses"].keys()
        made = DOCUMENT["paths"][path.rpartition("/")[0]]["post"]["responses"]["201"]
        read = DOCUMENT["paths"][path]["get"]["responses"]["200"]
        assert all("ETag" in answer["headers"] for answer in (made, read, edit["responses"]["200"]))


ASKED_AS_A_BOOKING = {"RequestIn"}
"""The body of a booking asks for its price too, with whatever else it says."""


def test_what_is_written_takes_no_name_that_it_does_not_know():
    """A misspelt `payer_organization` was passed over, and the person paid."""
    open_to_all = {name for name in _bodies(DOCUMENT["paths"]) if "additionalProperties" not in _schema(name)}
    assert open_to_all == ASKED_AS_A_BOOKING


def _schema(name):
    return DOCUMENT["components"]["schemas"][name]


def _bodies(paths):
    """The schemas of objects in requests, nested ones too."""
    found, waiting = set(), [one.get("requestBody", {}) for path in paths.values() for one in path.values()]
    while waiting:
        for name in re.findall(r"#/components/schemas/(\w+)", json.dumps(waiting.pop())):
            if name not in found and "properties" in _schema(name):
                found.add(name)
                waiting.append(_schema(name))
    return found
