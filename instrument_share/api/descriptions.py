"""What names of the API mean that mean the same in every schema or address in which they stand."""

from collections.abc import Mapping

from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.descriptions import Descriptions

FIELDS: Mapping[str, str] = {
    "code": _("stable code, the same in every language"),
    "content": _("what was done, in a few words"),
    "detail": _("what is wrong and how to correct it, in the reader's language"),
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
        "who operates: the user, the unit, the unit on samples handed in, or the user remotely"
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
CLOSED_LISTS: Mapping[str, str] = {
    "InstrumentState": _("state of an instrument; only published ones can be booked"),
    "Role": _("role of a person in an organization"),
    "Order": _("orders of the catalogue: by relevance to the words, next free time, price, or name"),
    "ServiceMode": _(
        "way of service: the user operates, the unit measures, samples are handed in, or the user works "
        "remotely"
    ),
    "UserKind": _(
        "kind of user as the unit sees it: of the unit itself, of another organization, of an "
        "enterprise, or on their own"
    ),
    "PriceUnit": _("what a price is for: an hour, a sample or a use"),
    "Condition": _("how well an instrument works, as its unit says"),
    "ProposalOrder": _("what comes first: the soonest or the cheapest"),
    "ProjectState": _("whether bookings may name the project"),
    "FundingSource": _("who funds a project, as service records of the national platform tell it"),
    "BookingState": _("state of a booking, from the request or offer to its end"),
    "Direction": _("what the hours serve: research, development, teaching, or something else"),
    "WaitState": _("how a wait stands: without or with an offer, or how it ended"),
    "Scope": _(
        "which dates of a series a change concerns: the one it begins with and those after it, or all "
        "that lie ahead"
    ),
    "BookingGroupKind": _(
        "what was booked together: one request with its linked instruments, a series or a basket"
    ),
    "CreditKind": _("why an event counts on a person's credit: not coming, cancelling late, or misuse"),
    "CreditOutcome": _("how an appeal is answered: the event goes on counting, or counts no longer"),
    "CreditState": _(
        "whether an event counts, is over by time, or was lifted: after an appeal, or as the person had come"
    ),
    "ResultKind": _("what came of a use: a paper, patent, standard or product"),
    "SampleOrderState": _("state of a sample order, from its submission to its end"),
    "Afterwards": _("what becomes of samples once they are measured: given back or disposed of"),
    "Progress": _(
        "how far the unit is with samples that it has: to be planned, planned, being measured, or measured"
    ),
    "SampleFileKind": _("what a file of an order is: a photo of samples or a report"),
    "SampleHazard": _("what the unit has to protect itself against"),
    "SampleStorage": _(
        "how a sample is kept until it is measured: at room temperature, cool, frozen, dry or dark"
    ),
    "Capture": _("how a use was recorded: at check-out, by hand, from a sheet or by a device"),
    "UsagePurpose": _("what a use was for; `service` is ordinary sharing, the others a policy may leave out"),
    "StatementState": _("state of a statement, from the draft to its payment in full"),
    "NoteKind": _("who says something about a statement: its payer disputes it, or the unit answers"),
    "EventKind": _("what a device reports: the start or stop of a use, that it works, or a fault"),
    "FindingState": _("whether a finding is open, or how it was decided last"),
    "Issuer": _("who gives the money of a scheme: the city or the province"),
    "ApplicationState": _("state of an application for a voucher"),
    "ClaimState": _("state of a claim, from its submission to its payment or refusal"),
    "TokenScope": _("what a token lets a program do: read, book, handle uses, or decide and manage"),
}
"""By the name of a closed list, whose docstring speaks to who reads the code."""
DESCRIPTIONS = Descriptions(FIELDS, PARAMETERS, CLOSED_LISTS)
