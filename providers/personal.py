"""The personal data that units' information holds."""

from instrument_share.kernel.errors import gettext_noop
from instrument_share.personal.registry import (
    ACTED,
    OwnRows,
    register_kept_texts,
    register_links,
    register_own_rows,
)

OWN = (
    OwnRows("providers.Keeper", gettext_noop("Instruments you keep"), ("user",)),
    OwnRows("providers.Qualification", gettext_noop("Qualifications"), ("user",)),
    OwnRows("providers.SheetRun", gettext_noop("Sheets you imported"), ("user",), hidden=("key",)),
)
ACTS_IN_OFFICE = {
    "providers.NationalYear": ["saved_by"],
    "providers.NationalCheck": ["user"],
    "providers.HistoricalCustomsSupervision": ["history_user"],
    "providers.HistoricalInstrument": ["history_user"],
    "providers.HistoricalUnitNews": ["history_user"],
    "providers.HistoricalRegulation": ["history_user"],
    "providers.HistoricalServiceCase": ["history_user"],
    "providers.HistoricalOpennessStatement": ["history_user"],
    "providers.HistoricalUnitProfile": ["history_user"],
    "providers.Qualification": ["granted_by"],
    "providers.InstrumentAttachment": ["created_by"],
    "providers.OpenServiceRule": ["created_by", "withdrawn_by"],
    "providers.Closure": ["created_by"],
    "providers.PublicationPicture": ["created_by"],
    "providers.Reminder": ["sent_by"],
}
WITH_CONTACTS = ("Instrument", "UnitProfile", "OpennessStatement")
CONTACTS = {
    f"providers.{prefix}{name}": ["contact", "phone", *(["email"] if name != "OpennessStatement" else [])]
    for name in WITH_CONTACTS
    for prefix in ("", "Historical")
}


def register() -> None:
    """Declare all of this."""
    register_own_rows(*OWN)
    register_links(ACTS_IN_OFFICE, ACTED)
    register_kept_texts(CONTACTS, "contacts that units publish on purpose, with their revisions")
