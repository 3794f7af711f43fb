"""Kinds of declared facts as text, and the sheet in which units fill them in."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from instrument_share.documents.content import Column, Table
from instrument_share.documents.tables import to_xlsx
from rewards.declarations.domain.facts import FactKind
from rewards.declarations.domain.sheet import HEADS, Known

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from providers.models import Instrument
    from rewards.policy.domain.policy import Grade, Qualification

Codes = tuple[dict[str, "Qualification"], dict[str, "Grade"]]

KINDS: dict[str, str | Promise] = {
    FactKind.QUALIFICATION: _("Condition of a policy"),
    FactKind.GRADE: _("Grade of another assessment"),
    FactKind.MAJOR_PROJECTS: _("Major projects served"),
    FactKind.NONFISCAL_VALUE: _("Value paid from non-fiscal funds"),
    FactKind.REWARDED_BEFORE: _("One-off reward received before"),
}


def build_fact_sheet(
    units: "Iterable[Organization]", instruments: "Iterable[Instrument]", codes: Codes, now: datetime
) -> bytes:
    """Return a workbook with a row for each fact that could be declared, in the reader's language."""
    is_chinese = (get_language() or "").startswith("zh")
    qualifications, _grades = codes
    titles = [each.title_zh if is_chinese else each.title_en for each in qualifications.values()]
    of_unit = [
        *((FactKind.QUALIFICATION, title) for title in titles),
        (FactKind.GRADE, ""),
        (FactKind.MAJOR_PROJECTS, ""),
    ]
    of_instrument = [kind for kind in FactKind if kind.is_of_instrument]
    owned: dict[int, list[str]] = {}
    for each in instruments:
        owned.setdefault(each.organization_id, []).append(each.inner_number)
    rows = []
    for unit in units:
        name = (unit.name_zh if is_chinese else unit.name_en) or unit.name_zh
        rows += [(name, unit.uscc, str(KINDS[kind]), what, "", "", "", "") for kind, what in of_unit]
        rows += [
            (name, unit.uscc, str(KINDS[kind]), "", number, "", "", "")
            for number in owned.get(unit.pk, ())
            for kind in of_instrument
        ]
    columns = [Column(chinese if is_chinese else english.capitalize()) for chinese, english in HEADS.values()]
    title = str(_("Declared facts"))
    return to_xlsx([(title, Table(columns=columns, rows=rows))], title=title, created_at=now)


def get_known(units: "Iterable[Organization]", instruments: "Iterable[Instrument]", codes: Codes) -> Known:
    """Return what names in a sheet mean, in both languages."""
    units, (qualifications, grades) = list(units), codes
    uscc = {unit.pk: unit.uscc for unit in units}
    kinds: dict[str, FactKind] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            kinds |= {str(text).lower(): FactKind(kind) for kind, text in KINDS.items()}
    words: dict[tuple[FactKind, str], str] = {}
    for kind, known in ((FactKind.QUALIFICATION, qualifications), (FactKind.GRADE, grades)):
        for code, each in known.items():
            words |= {(kind, word.lower()): code for word in (each.title_en, each.title_zh, code) if word}
    return Known(
        units={unit.uscc: unit.pk for unit in units},
        kinds=kinds,
        codes=words,
        instruments={(uscc[each.organization_id], each.inner_number): each.public_id for each in instruments},
    )
