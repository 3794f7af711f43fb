"""What names of the API mean that mean the same in every schema or address in which they stand."""

from collections.abc import Mapping

from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.descriptions import Descriptions

FIELDS: Mapping[str, str] = {
    "code": _("stable code, the same in every language"),
    "content": _("what was done, in a few words"),
    "detail": _("what is wrong and how to mend it, in the reader's language"),
    "direction": _("what the hours serve"),
    "earliest": _("from when on the time may start"),
    "ends_at": _("the end of the time, which is no longer part of it"),
    "first_date": _("the first day on which a booking may start for it; null: no bound"),
    "for_all_members": _("whether every member of the organization may use it"),
    "funding": _("from where the money of the project comes"),
    "hazards": _("dangers of the sample for those who handle it; empty: none"),
    "holder": _("the person who answers for the project"),
    "id": _("public id: opaque, and the same for ever"),
    "idle_seconds": _("seconds in which nothing was done; they are not effective"),
    "instrument": _("the instrument that is booked, used or billed"),
    "invoice_date": _("day of the invoice"),
    "invoice_number": _("number of the invoice"),
    "items": _("the rows of this page, in the order of the list"),
    "last_date": _("the last day on which a booking may start for it; null: no bound"),
    "made_at": _("when it was made"),
    "minutes": _("the length that is needed, in minutes"),
    "name_en": _("name in English; empty where none was given"),
    "name_zh": _("name in Chinese"),
    "next_cursor": _("`cursor` of the next page; null on the last"),
    "organization": _("the organization that holds the voucher or asks for it"),
    "payer_organization": _("the organization that pays; null: the person pays"),
    "payer_person": _("the person who pays; null: an organization pays"),
    "post_seconds": _("seconds of post-processing; they count as effective"),
    "project": _("the project in the user's own words; empty: none"),
    "samples": _("how many samples are measured"),
    "scheme": _("the batch of innovation vouchers"),
    "service_mode": _(
        "who operates: the user, the unit, the unit on samples handed in, or the user from afar"
    ),
    "setup_seconds": _("seconds of setting up; they count as effective"),
    "starts_at": _("the first instant of the time"),
    "storage": _("how the sample is to be kept until it is measured"),
    "subject": _("what is to be measured"),
    "submitted_at": _("when it was handed in"),
    "title": _("name of the paper, patent, standard or product"),
    "unit": _("the unit that owns the instrument"),
    "user": _("the person who books, waits or uses"),
}
"""By the name of a field."""
PARAMETERS: Mapping[str, str] = {
    "application_id": _("public id of the application"),
    "booking_id": _("public id of the booking"),
    "claim_id": _("public id of the claim"),
    "correction_id": _("public id of the correction"),
    "device_id": _("public id of the device"),
    "dispute_id": _("public id of the dispute"),
    "event_id": _("public id of the credit event"),
    "finding_id": _("public id of the finding"),
    "from": _("from when on, as RFC 3339"),
    "instrument": _("only rows of this instrument, by its public id"),
    "instrument_id": _("public id of the instrument"),
    "list_id": _("public id of the payout list"),
    "log_id": _("public id of the usage log"),
    "order_id": _("public id of the sample order"),
    "organization": _("only rows of this organization, by its public id"),
    "project_id": _("public id of the project"),
    "result_id": _("public id of the result"),
    "sort": _("the order of the rows"),
    "state": _("only rows in this state"),
    "statement_id": _("public id of the statement"),
    "unit": _("only rows of this unit, by its public id"),
    "voucher_id": _("public id of the voucher"),
    "wait_id": _("public id of the entry on the waiting list"),
    "year": _("the year of the assessment"),
}
"""By the name of a parameter of an address."""
DESCRIPTIONS = Descriptions(FIELDS, PARAMETERS)
