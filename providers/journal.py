"""How the journal tells what is done to instruments, terms and publications."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q, QuerySet

from instrument_share.journal.addresses import page_address
from instrument_share.journal.registry import Subject, SubjectKind
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual
from providers.exchange.domain.national.values import LABELS as NATIONAL_FIELDS
from providers.instruments.domain.customs import CUSTOMS_FIELDS
from providers.instruments.domain.fields import FIELDS as INSTRUMENT_FIELDS
from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import instruments
from providers.terms.models import Closure, OpenServiceRule
from providers.units.domain.profiles import PROFILE_FIELDS
from providers.units.domain.publications import FIELDS as PUBLICATION_FIELDS
from providers.units.models import OpennessStatement, Regulation, ServiceCase, UnitNews, UnitProfile

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

ACTS: dict[str, str] = {
    "category_table.loaded": gettext_noop("Category table loaded"),
    "instrument.created": gettext_noop("Instrument entered"),
    "instrument.updated": gettext_noop("Instrument changed"),
    "instrument.submitted": gettext_noop("Instrument submitted for review"),
    "instrument.published": gettext_noop("Instrument published"),
    "instrument.returned": gettext_noop("Instrument returned with a reason"),
    "instrument.confirmed": gettext_noop("Instrument details confirmed"),
    "instrument.suspended": gettext_noop("Instrument suspended"),
    "instrument.resumed": gettext_noop("Instrument put back into service"),
    "instrument.retired": gettext_noop("Instrument retired"),
    "instrument.removed": gettext_noop("Draft of an instrument removed"),
    "instrument.changes_accepted": gettext_noop("Changes of an instrument accepted"),
    "instrument.changes_refused": gettext_noop("Changes of an instrument refused"),
    "instrument.category_kept": gettext_noop("Category code kept"),
    "instrument.picture_added": gettext_noop("Picture of an instrument added"),
    "instrument.picture_described": gettext_noop("Picture of an instrument described"),
    "instrument.picture_moved": gettext_noop("Pictures of an instrument reordered"),
    "instrument.picture_removed": gettext_noop("Picture of an instrument removed"),
    "instrument.file_attached": gettext_noop("File attached to an instrument"),
    "instrument.file_removed": gettext_noop("File of an instrument removed"),
    "instrument.customs_entered": gettext_noop("Customs supervision entered"),
    "instrument.customs_removed": gettext_noop("Customs supervision removed"),
    "instrument.linked": gettext_noop("Linked instruments set"),
    "instrument_group.saved": gettext_noop("Instrument group saved"),
    "instrument_group.removed": gettext_noop("Instrument group dissolved"),
    "keeper.assigned": gettext_noop("Keeper appointed"),
    "keeper.removed": gettext_noop("Keeper relieved"),
    "qualification.granted": gettext_noop("Qualification granted"),
    "qualification.revoked": gettext_noop("Qualification revoked"),
    "qualification.expired": gettext_noop("Qualification expired"),
    "rule.published": gettext_noop("Booking rules published"),
    "rule.withdrawn": gettext_noop("Version of the booking rules withdrawn"),
    "closure.recorded": gettext_noop("Closure recorded"),
    "closure.lifted": gettext_noop("Closure lifted"),
    "calendar_year.set": gettext_noop("Public holidays of a year set"),
    "synonyms.added": gettext_noop("Synonyms added"),
    "synonyms.changed": gettext_noop("Synonyms changed"),
    "synonyms.removed": gettext_noop("Synonyms removed"),
    "synonyms.loaded": gettext_noop("Synonyms loaded"),
    "unit_profile.saved": gettext_noop("Unit profile saved"),
    "unit_profile.submitted": gettext_noop("Unit profile submitted for review"),
    "unit_profile.published": gettext_noop("Unit profile published"),
    "unit_profile.returned": gettext_noop("Unit profile returned with a reason"),
    "unit_profile.confirmed": gettext_noop("Unit profile confirmed"),
    "news.drafted": gettext_noop("Draft of a news item begun"),
    "news.updated": gettext_noop("News item changed"),
    "news.scheduled": gettext_noop("News item scheduled"),
    "news.unscheduled": gettext_noop("Schedule of a news item withdrawn"),
    "news.published": gettext_noop("News item published"),
    "news.withdrawn": gettext_noop("News item withdrawn"),
    "news.discarded": gettext_noop("Draft of a news item discarded"),
    "regulation.drafted": gettext_noop("Draft of a regulation begun"),
    "regulation.updated": gettext_noop("Regulation changed"),
    "regulation.scheduled": gettext_noop("Regulation scheduled"),
    "regulation.unscheduled": gettext_noop("Schedule of a regulation withdrawn"),
    "regulation.published": gettext_noop("Regulation published"),
    "regulation.withdrawn": gettext_noop("Regulation withdrawn"),
    "regulation.discarded": gettext_noop("Draft of a regulation discarded"),
    "case.drafted": gettext_noop("Draft of a service case begun"),
    "case.updated": gettext_noop("Service case changed"),
    "case.scheduled": gettext_noop("Service case scheduled"),
    "case.unscheduled": gettext_noop("Schedule of a service case withdrawn"),
    "case.published": gettext_noop("Service case published"),
    "case.withdrawn": gettext_noop("Service case withdrawn"),
    "case.discarded": gettext_noop("Draft of a service case discarded"),
    "openness.drafted": gettext_noop("Draft of an openness statement begun"),
    "openness.updated": gettext_noop("Openness statement changed"),
    "openness.scheduled": gettext_noop("Openness statement scheduled"),
    "openness.unscheduled": gettext_noop("Schedule of an openness statement withdrawn"),
    "openness.published": gettext_noop("Openness statement published"),
    "openness.withdrawn": gettext_noop("Openness statement withdrawn"),
    "openness.discarded": gettext_noop("Draft of an openness statement discarded"),
    "picture.added": gettext_noop("Picture for publications added"),
    "reminder.sent": gettext_noop("Reminder sent to a unit"),
    "sheet_words.remembered": gettext_noop("Words of sheets given a meaning"),
    "instruments.imported": gettext_noop("Instruments imported"),
    "rules.imported": gettext_noop("Booking rules imported"),
    "prices.imported": gettext_noop("Prices imported"),
    "news.imported": gettext_noop("News imported"),
    "instruments.import_taken_back": gettext_noop("Import of instruments undone"),
    "rules.import_taken_back": gettext_noop("Import of booking rules undone"),
    "prices.import_taken_back": gettext_noop("Import of prices undone"),
    "news.import_taken_back": gettext_noop("Import of news undone"),
    "national_year.saved": gettext_noop("Records for the national platform saved"),
    "national_check.started": gettext_noop("Check of a region's records for the national platform started"),
}
FIELDS: dict[str, str] = {
    **{name: field.label for fields in PUBLICATION_FIELDS.values() for name, field in fields.items()},
    **{name: field.label for name, field in PROFILE_FIELDS.items()},
    **{name: field.label for name, field in CUSTOMS_FIELDS.items()},
    **{name: field.label for name, field in INSTRUMENT_FIELDS.items()},
    # `project` is also a field of usage logs, under another word.
    **{name: label for name, label in NATIONAL_FIELDS.items() if name != "project"},
}
"""What is changed of them; a name that several have means the same."""


def _instruments(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    visible = _visible(viewer, ids)
    rows = Instrument.objects.filter(public_id__in=ids)
    return {row.public_id: Subject(_name(row), visible.get(row.public_id, "")) for row in rows}


def _of_instruments(model: type[Model]) -> "Callable[[Viewer, Collection[str]], Mapping[str, Subject]]":
    """Return how to look up rows that belong to one instrument each: they are told by its name."""

    def look_up(viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
        rows: list[Any] = list(model._default_manager.filter(public_id__in=ids).select_related("instrument"))
        visible = _visible(viewer, {row.instrument.public_id for row in rows})
        return {
            row.public_id: Subject(_name(row.instrument), visible.get(row.instrument.public_id, ""))
            for row in rows
        }

    return look_up


def _publications(model: type[Model]) -> "Callable[[Viewer, Collection[str]], Mapping[str, Subject]]":
    """Return how to look up publications; those that are out have a page that everybody opens."""

    def look_up(_viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
        rows: list[Any] = list(model._default_manager.filter(public_id__in=ids))
        return {
            row.public_id: Subject(
                Bilingual(row.title_zh, row.title_en),
                page_address("publication", row.public_id) if row.published_at else "",
            )
            for row in rows
        }

    return look_up


def _profiles(_viewer: "Viewer", ids: Collection[str]) -> Mapping[str, Subject]:
    rows = UnitProfile.objects.filter(public_id__in=ids).select_related("organization")
    return {row.public_id: Subject(_name(row.organization)) for row in rows}


def _visible(viewer: "Viewer", ids: Collection[str]) -> dict[str, str]:
    found = instruments(viewer).filter(public_id__in=ids).values_list("public_id", flat=True)
    return {public_id: page_address("instrument", public_id) for public_id in found}


def _name(row: Any) -> Bilingual:
    return Bilingual(row.name_zh, row.name_en)


def _search(text: str) -> QuerySet[Any, Any]:
    named = Q(name_zh__icontains=text) | Q(name_en__icontains=text) | Q(inner_number=text)
    return Instrument.objects.filter(named).values("public_id")


KINDS: dict[str, SubjectKind] = {
    "providers.Instrument": SubjectKind(gettext_noop("Instrument"), _instruments, _search),
    "providers.OpenServiceRule": SubjectKind(gettext_noop("Booking rules"), _of_instruments(OpenServiceRule)),
    "providers.Closure": SubjectKind(gettext_noop("Closure"), _of_instruments(Closure)),
    "providers.UnitProfile": SubjectKind(gettext_noop("Unit profile"), _profiles),
    "providers.UnitNews": SubjectKind(gettext_noop("News item"), _publications(UnitNews)),
    "providers.Regulation": SubjectKind(gettext_noop("Regulation"), _publications(Regulation)),
    "providers.ServiceCase": SubjectKind(gettext_noop("Service case"), _publications(ServiceCase)),
    "providers.OpennessStatement": SubjectKind(
        gettext_noop("Openness statement"), _publications(OpennessStatement)
    ),
    "providers.PublicationPicture": SubjectKind(gettext_noop("Picture")),
    "providers.Reminder": SubjectKind(gettext_noop("Reminder")),
    "providers.InstrumentGroup": SubjectKind(gettext_noop("Instrument group")),
    "providers.InstrumentCategory": SubjectKind(gettext_noop("Category table")),
    "providers.CalendarYear": SubjectKind(gettext_noop("Public holidays")),
    "providers.SynonymGroup": SubjectKind(gettext_noop("Synonyms")),
    "providers.NationalYear": SubjectKind(gettext_noop("Records for the national platform")),
    "providers.NationalCheck": SubjectKind(gettext_noop("Check of the records for the national platform")),
}
