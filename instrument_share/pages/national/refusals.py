"""What the national platform would refuse, as a table in the reader's language."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instrument_share.pages.national.records import NationalRecord
from instrument_share.web.responses.problem import told
from providers.domain import RecordType

WORDS = {
    RecordType.UNIT: gettext_lazy("Unit, the year"),
    RecordType.INSTRUMENT: gettext_lazy("Instruments"),
    RecordType.CUSTOMS: gettext_lazy("Customs supervision"),
    RecordType.SERVICE: gettext_lazy("Service records"),
}


def refusal_heads() -> list[str]:
    """Return the headings of `refusal_rows`."""
    return [_("Record"), _("Kind"), _("Field"), _("Value"), _("What is wrong"), _("What to do")]


def refusal_rows(records: Iterable[NationalRecord]) -> Iterator[list[object]]:
    """Yield a row for each reason for which a record would be refused."""
    for record in records:
        for one in record.refusals:
            yield [
                told("{name}", {"name": record.name}),
                WORDS[record.kind],
                told("{meaning} {field}", {"meaning": one.meaning, "field": one.field}),
                one.value,
                told(one.reason.message, one.reason.params),
                told(one.remedy.message, one.remedy.params),
            ]
