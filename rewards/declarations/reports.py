"""Kinds of declared facts as text, and the sheet in which units fill them in."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from instrument_share.documents.content import Column, Table
from instrument_share.documents.tables import to_xlsx
from instrument_share.web.text.formats import bilingual
from rewards.declarations.domain.facts import LABELS, FactKind
from rewards.declarations.domain.sheet import HEADS, Known

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from providers.models import Instrument
    from rewards.policy.domain.policy import Grade, Qualification

Codes = Sequence[tuple[FactKind, "Qualification | Grade"]]
"""Qualifications and grades as policies word them, those of newer ones first."""

KINDS: dict[str, str | Promise] = {kind: gettext_lazy(text) for kind, text in LABELS[FactKind].items()}


def get_titles(codes: Codes) -> dict[tuple[FactKind, str], str]:
    """Return the newest title of each code; the code stands beside a title that may mean another code too."""
    meant: dict[tuple[FactKind, str], set[str]] = defaultdict(set)
    for kind, each in codes:
        for word in (bilingual(each, "title"), each.code):
            meant[kind, word.lower()].add(each.code)
    titles: dict[tuple[FactKind, str], str] = {}
    for kind, each in codes:
        title = bilingual(each, "title")
        is_shared = len(meant[kind, title.lower()]) > 1
        titles.setdefault((kind, each.code), f"{title} · {each.code}" if is_shared else title)
    return titles


def build_fact_sheet(
    units: "Iterable[Organization]", instruments: "Iterable[Instrument]", codes: Codes, now: datetime
) -> bytes:
    """Return a workbook with a row for each fact that could be declared, in the reader's language."""
    is_chinese = (get_language() or "").startswith("zh")
    titles = get_titles(codes).items()
    of_unit = [
        *((kind, title) for (kind, _code), title in titles if kind is FactKind.QUALIFICATION),
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
    columns = [Column(heads[0] if is_chinese else heads[1].capitalize()) for heads in HEADS.values()]
    title = _("Declared facts")
    return to_xlsx([(title, Table(columns=columns, rows=rows))], title=title, created_at=now)


def get_known(units: "Iterable[Organization]", instruments: "Iterable[Instrument]", codes: Codes) -> Known:
    """Return what names in a sheet mean, in both languages."""
    units = list(units)
    uscc = {unit.pk: unit.uscc for unit in units}
    kinds: dict[str, FactKind] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            kinds |= {str(text).lower(): FactKind(kind) for kind, text in KINDS.items()}
    return Known(
        units={unit.uscc: unit.pk for unit in units},
        kinds=kinds,
        codes=_words(codes),
        instruments={(uscc[each.organization_id], each.inner_number): each.public_id for each in instruments},
    )


def _words(codes: Codes) -> dict[tuple[FactKind, str], str]:
    """Return what codes, shown titles and all titles mean; a newer policy's title comes first."""
    words = {(kind, each.code.lower()): each.code for kind, each in codes}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for (kind, code), title in get_titles(codes).items():
                words.setdefault((kind, title.lower()), code)
    for kind, each in codes:
        for title in filter(None, (each.title_zh, each.title_en)):
            words.setdefault((kind, title.lower()), each.code)
    return words
