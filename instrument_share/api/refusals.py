"""Refusals that single operations answer, for the examples of the API's document."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bookings.credit.domain import AlreadyAppealed, AppealAnswered, MisuseRecorded
from bookings.devices.domain import NotSigned, SequenceGap, SignatureMissing
from bookings.feeds.domain.webhooks import SIGNATURE
from bookings.groups.domain import HandOverRefused, NotPaidByOrganization, tell_refusals
from bookings.projects.domain.errors import ProjectChanged, ProjectNumberTaken
from bookings.requests.domain.admission import build_too_long
from bookings.requests.domain.errors import AlreadyAgreed, BookingChanged, BookingRefused, SlotTaken
from bookings.usage.domain.errors import (
    AlreadyAnswered,
    AlreadyConfirmed,
    AlreadyWithdrawn,
    DisputeOpen,
    ResultStated,
    ResultWithdrawn,
)
from bookings.waiting.domain import AlreadyWaiting, OfferOver, WaitEnded
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError, IllegalMove
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Bilingual, Sentence
from instrument_share.transparency.domain.errors import LogDamaged
from instrument_share.web.api.me import ConfirmationNeeded
from rewards.vouchers.domain.errors import (
    ApplicationDecided,
    AppliedAlready,
    AuditedBySame,
    InvoiceUsed,
    ListChanged,
)

TOO_LONG = build_too_long(timedelta(hours=8))
REFUSED = BookingRefused(problems=[TOO_LONG])
DATE = Interval(
    datetime(2026, 12, 1, 9, tzinfo=CITY_TIME),
    datetime(2026, 12, 1, 19, tzinfo=CITY_TIME),
)
MICROSCOPE = Bilingual("场发射扫描电子显微镜", "Field-emission scanning electron microscope")
ITEM = Sentence("{instrument} {time}", {"instrument": MICROSCOPE, "time": DATE})


def _cannot(move: str) -> IllegalMove:
    """Return the refusal of a move of a booking that was cancelled."""
    return IllegalMove(state="cancelled", move=move)


def _refuse_one_of_two(name: Interval | Sentence) -> BookingRefused:
    return BookingRefused(problems=tell_refusals([(name, [TOO_LONG])], 2))


REFUSALS_OF: Mapping[str, Mapping[int, DomainError]] = {
    "basket_book": {422: _refuse_one_of_two(ITEM)},
    "booking_agree": {409: AlreadyAgreed(), 412: BookingChanged()},
    "booking_approve": {409: _cannot("approve"), 412: BookingChanged()},
    "booking_cancel": {409: _cannot("cancel"), 412: BookingChanged()},
    "booking_cancel_cost": {409: _cannot("cancel")},
    "booking_check_in": {409: _cannot("check_in"), 412: BookingChanged()},
    "booking_check_out": {409: _cannot("check_out"), 412: BookingChanged()},
    "booking_create": {409: SlotTaken(), 422: REFUSED},
    "booking_extend": {409: SlotTaken(), 412: BookingChanged(), 422: REFUSED},
    "booking_hand_over": {409: NotPaidByOrganization(), 412: BookingChanged(), 422: HandOverRefused()},
    "booking_hand_over_options": {409: NotPaidByOrganization()},
    "booking_move": {409: SlotTaken(), 412: BookingChanged(), 422: REFUSED},
    "booking_reject": {409: _cannot("reject"), 412: BookingChanged()},
    "credit_answer": {409: AppealAnswered()},
    "credit_appeal": {409: AlreadyAppealed()},
    "device_event": {
        401: SignatureMissing(header=SIGNATURE),
        403: NotSigned(),
        409: SequenceGap(expected=118),
    },
    "log_consistency": {409: LogDamaged()},
    "misuse_record": {409: MisuseRecorded()},
    "offer_accept": {409: OfferOver()},
    "offer_decline": {409: OfferOver()},
    "project_change": {409: ProjectNumberTaken(), 412: ProjectChanged()},
    "project_close": {409: IllegalMove(state="project.closed", move="project.close"), 412: ProjectChanged()},
    "project_create": {409: ProjectNumberTaken()},
    "project_reopen": {409: IllegalMove(state="project.open", move="project.reopen"), 412: ProjectChanged()},
    "series_book": {422: REFUSED},
    "series_cancel": {409: _cannot("cancel"), 412: BookingChanged()},
    "series_move": {409: _cannot("move"), 412: BookingChanged(), 422: _refuse_one_of_two(DATE)},
    "token_create": {403: ConfirmationNeeded()},
    "usage_confirm": {409: AlreadyConfirmed()},
    "usage_correction_withdraw": {409: AlreadyWithdrawn()},
    "usage_dispute": {409: DisputeOpen()},
    "usage_dispute_answer": {409: AlreadyAnswered()},
    "usage_result_state": {409: ResultStated()},
    "usage_result_withdraw": {409: ResultWithdrawn()},
    "voucher_application_refuse": {409: ApplicationDecided()},
    "voucher_apply": {409: AppliedAlready()},
    "voucher_claim_audit": {409: AuditedBySame()},
    "voucher_claim_check": {
        409: IllegalMove(state="voucher_claim.checked", move="voucher_claim.check"),
    },
    "voucher_claim_create": {409: InvoiceUsed(invoice="26312000000012345678", claim="VCL-7K2M9QX4TB")},
    "voucher_claim_refuse": {
        409: IllegalMove(state="voucher_claim.refused", move="voucher_claim.refuse"),
    },
    "voucher_grant": {409: ApplicationDecided()},
    "voucher_payout_list_make": {409: ListChanged(amount="1,250.00")},
    "waiting_join": {409: AlreadyWaiting(), 422: REFUSED},
    "waiting_leave": {409: WaitEnded()},
}
"""By operation and status; what is not here is answered as everywhere (`web.api.openapi.REFUSALS`)."""
