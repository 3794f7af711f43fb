"""A writing request that is sent twice is carried out once and answered twice with the same.

API: the header `Idempotency-Key` with `idempotent_operation`. Pages: a hidden token (`{% form_token %}`) with
`idempotent_form`. Only answers that changed something (2xx, 3xx) are kept; after a refusal the same key may
be used again. The claim on the key stands in the transaction of the work itself: two requests at the same
moment meet at the unique constraint, and the second waits for the first one's answer.
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.checks import CheckMessage, Error
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from ninja.decorators import decorate_view

from instrument_share.journal.services import readings_outlast_rollback
from instrument_share.kernel.errors import DomainError, gettext_noop
from instrument_share.web import clock
from instrument_share.web.models import IdempotencyRecord

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from instrument_share.accounts.models import User

FIELD = "form_token"
IDEMPOTENCY_KEY = "Idempotency-Key"
_LONGEST_KEY = 64
PROMISED_DAYS = 7
IDEMPOTENT: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": IDEMPOTENCY_KEY,
            "required": False,
            "schema": {"type": "string", "minLength": 1, "maxLength": _LONGEST_KEY},
            "description": gettext_noop(
                "the same key with the same body gives the first answer again, for a week"
            ),
        }
    ]
}
"""How the OpenAPI document names the header of an `idempotent_operation`."""
REPLAYED = "Idempotent-Replayed"
"""The header of an answer that was given before."""


def check_answers_kept(**_: Any) -> list[CheckMessage]:
    """Refuse a site that keeps answers for a shorter time than the API promises."""
    if (days := settings.RETENTION_DAYS["answers"]) >= PROMISED_DAYS:
        return []
    hint = "The API gives an answer again for a week: keep answers for 7 days or more."
    return [Error(f"RETENTION_ANSWERS_DAYS is {days}.", hint=hint, id="web.E004")]


class KeyInvalid(DomainError):
    code = "idempotency.key_invalid"
    message = gettext_noop("An Idempotency-Key has 1 to {longest} characters; a UUID is a good one.")


class KeyReused(DomainError):
    code = "idempotency.key_reused"
    message = gettext_noop(
        "This Idempotency-Key came with another request before. Choose a new key for a new request."
    )


def new_key() -> str:
    return secrets.token_urlsafe(18)


def delete_expired_records(*, now: datetime) -> int:
    """Delete answers that are older than the site keeps them; for a job. Returns how many."""
    kept_for = timedelta(days=settings.RETENTION_DAYS["answers"])
    return IdempotencyRecord.objects.filter(created_at__lt=now - kept_for).delete()[0]


class _Refused(Exception):
    """Leave the transaction without a trace and carry the refusal out of it."""

    def __init__(self, response: HttpResponseBase) -> None:
        self.response = response


def idempotent_form(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For a page's view: the same form sent twice leads to where the first one led.

    What was typed counts towards the key, so a form that is sent again with other contents is a new request.
    """

    @wraps(view)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        token = request.POST.get(FIELD, "") if request.method == "POST" else ""
        if not token or not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        fingerprint = _form_fingerprint(request)
        key = hashlib.sha256(f"{token}:{fingerprint}".encode()).hexdigest()
        with readings_outlast_rollback():
            try:
                with transaction.atomic():
                    record, is_new = _claim(request.user.pk, request.path, key, fingerprint)
                    if not is_new:
                        if record.location:  # the words of the first answer went with it
                            sentence = gettext("This form was sent twice; it was carried out once.")
                            messages.info(request, sentence, fail_silently=True)
                        return _answer(record)
                    response = view(request, *args, **kwargs)
                    if not isinstance(response, HttpResponse) or not _changed_something(response):
                        raise _Refused(response)
                    _keep(record, response)
                    return response
            except _Refused as refused:
                return refused.response

    return once


def derive_secret(request: HttpRequest) -> str:
    """Return the secret that this form makes: the same for the form sent twice, never for another; else "".

    For what is shown once: an answer with a secret is not kept, so a form that makes one can't be idempotent.
    """
    token = request.POST.get(FIELD, "")
    if not token:
        return ""
    made_by = f"{request.user.pk}:{request.path}:{token}:{_form_fingerprint(request)}"
    return urlsafe_b64encode(salted_hmac(FIELD, made_by, algorithm="sha256").digest()).decode().rstrip("=")


def _changed_something(response: HttpResponse) -> bool:
    """A form with mistakes in it may come back as 200; what was done answers with where to go."""
    return response.status_code < 400 and (
        response.status_code >= 300 or response.status_code in {201, 204} or "HX-Redirect" in response
    )


def _form_fingerprint(request: HttpRequest) -> str:
    typed = sorted(
        (name, values) for name, values in request.POST.lists() if name not in {FIELD, "csrfmiddlewaretoken"}
    )
    files = sorted(
        (name, file.name, _digest_of(file)) for name in request.FILES for file in request.FILES.getlist(name)
    )
    return hashlib.sha256(json.dumps([typed, files]).encode()).hexdigest()


def _digest_of(file: "UploadedFile") -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def idempotent_operation(operation: Callable[..., Any]) -> Callable[..., Any]:
    """For an API operation that writes, beneath its router's decorator: honours `Idempotency-Key`.

    The same key with another body, method or `If-Match` is refused (`idempotency.key_reused`). Without the
    header nothing changes. Not for an operation that answers with a secret: answers are kept.
    """

    @wraps(operation)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(IDEMPOTENCY_KEY)
        if key is None:
            return operation(request, *args, **kwargs)
        if not 1 <= len(key) <= _LONGEST_KEY:
            raise KeyInvalid(longest=_LONGEST_KEY)
        fingerprint = _operation_fingerprint(request)
        record, is_new = _claim(_sender(request).pk, request.path, key, fingerprint)
        if is_new:
            request._idempotency_record = record  # type: ignore[attr-defined]
            return operation(request, *args, **kwargs)
        if record.fingerprint != fingerprint:
            raise KeyReused
        return _answer(record)

    decorate_view(_in_one_transaction)(once)
    return once


def _operation_fingerprint(request: HttpRequest) -> str:
    told = f"{request.method} {request.headers.get('If-Match', '')}\n".encode()
    return hashlib.sha256(told + request.body).hexdigest()


def _in_one_transaction(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Run the whole operation in one transaction, where its answer is bytes already."""

    @wraps(run)
    def around(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if IDEMPOTENCY_KEY not in request.headers:
            return run(request, *args, **kwargs)
        try:
            with transaction.atomic():
                response = run(request, *args, **kwargs)
                if response.status_code >= 400:
                    raise _Refused(response)
                record = getattr(request, "_idempotency_record", None)
                if record is not None:
                    _keep(record, response)
                return response
        except _Refused as refused:
            return refused.response

    return around


def _sender(request: HttpRequest) -> "User":
    """Who sends: the person that a token stands for, or the one who is logged in."""
    sender = getattr(request, "auth", None)
    return sender if isinstance(sender, AbstractBaseUser) else request.user  # type: ignore[return-value]


def _claim(user_id: int, route: str, key: str, fingerprint: str) -> tuple[IdempotencyRecord, bool]:
    """Claim the key, or return the record of who has it; new keys are the rule, so writing comes first."""
    unique = {"user_id": user_id, "route": route[:200], "key": key}
    try:
        with transaction.atomic():
            made = IdempotencyRecord(**unique, fingerprint=fingerprint, created_at=clock.now())
            made.save(force_insert=True)
            return made, True
    except IntegrityError:
        if found := IdempotencyRecord.objects.filter(**unique).first():
            return found, False
        raise


def _keep(record: IdempotencyRecord, response: HttpResponse) -> None:
    record.status = response.status_code
    record.location = response.get("HX-Redirect", "") or response.get("Location", "")
    record.content_type = response.get("Content-Type", "")
    record.etag = response.get("ETag", "")
    record.body = response.content.decode()
    record.save(update_fields=["status", "location", "content_type", "etag", "body"])


def _answer(record: IdempotencyRecord) -> HttpResponse:
    response = HttpResponse(record.body, status=record.status, content_type=record.content_type or None)
    if record.location:
        response["Location"] = record.location
    if record.etag:
        response["ETag"] = record.etag
    response[REPLAYED] = "true"
    return response


def delete_records_of(user: "User") -> None:
    """Delete the kept answers to a person, as their account is deleted."""
    IdempotencyRecord.objects.filter(user=user).delete()
