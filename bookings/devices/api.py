"""What devices report: one operation, signed with the device's key."""

import hashlib
from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from ninja.security import APIKeyHeader

from bookings.devices.domain import SignatureMissing
from bookings.devices.schemas import EventIn, EventOut, serialize_answer
from bookings.devices.selectors import get_device_secret, get_signed_device
from bookings.devices.services.events import device_event_receive
from bookings.feeds.domain.webhooks import SIGNATURE, sign
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web import clock
from instrument_share.web.api.fields import PublicId
from instrument_share.web.api.openapi import error_responses

if TYPE_CHECKING:
    from bookings.devices.models import Device


class DeviceKey(APIKeyHeader):
    """`X-Instrument-Share-Signature`: the time and an HMAC-SHA256 over it, a dot and the body."""

    param_name = SIGNATURE

    def authenticate(self, request: HttpRequest, key: str | None) -> "Device":
        if key is None:
            raise SignatureMissing(header=SIGNATURE)
        device_id = request.resolver_match.kwargs["device_id"]  # type: ignore[union-attr]
        return get_signed_device(device_id, key, request.body.decode(errors="replace"), clock.now())


router = Router(tags=["devices"], auth=DeviceKey())
SIGNED: dict[str, Any] = {
    "responses": {
        200: {
            "headers": {
                SIGNATURE: {
                    "schema": {"type": "string"},
                    "required": True,
                    "description": gettext_noop(
                        "`t=…,v1=…` over this answer, made with the device's key as that of the event"
                    ),
                }
            }
        }
    }
}


@router.post(
    "/{device_id}/events",
    response={200: EventOut, **error_responses(403, 404, 409)},
    operation_id="device_event",
    summary=gettext_noop("Report what happens at an instrument"),
    openapi_extra=SIGNED,
)
def device_event(
    request: HttpRequest,
    device_id: Annotated[PublicId, Path()],  # noqa: ARG001 (the signature was checked by it)
    data: EventIn,
) -> HttpResponse:
    """Signed with the device's key. An event that is sent again gets the same answer and does nothing twice.

    The answer is signed too, so that an interlock may trust it.
    """
    now = clock.now()
    device: Device = request.auth  # type: ignore[attr-defined]
    answer = device_event_receive(
        device_id=device.pk,
        event=data.to_event(),
        digest=hashlib.sha256(request.body).hexdigest(),
        now=now,
    )
    body = serialize_answer(answer).model_dump_json()
    signature = sign(get_device_secret(device), now, body)
    return HttpResponse(body, content_type="application/json", headers={SIGNATURE: signature})
