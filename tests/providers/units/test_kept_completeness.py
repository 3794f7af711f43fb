"""Kept completeness is what is judged anew, after any mix of writes and passing days."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instrument_share.accounts import services as accounts
from instrument_share.kernel.errors import DomainError
from instrument_share.kernel.wording import Bilingual, Sentence, Words, from_plain, to_plain
from providers.instruments.models import Instrument
from providers.instruments.services.instruments import (
    instrument_changes_accept,
    instrument_confirm,
    instrument_create,
    instrument_publish,
    instrument_submit,
    instrument_update,
)
from providers.instruments.services.removal import instrument_remove
from providers.revisions.models import RevisedUnit
from providers.terms.openings import local_date
from providers.terms.services.retirement import instrument_retire
from providers.units.domain.completeness_plain import kept_days
from providers.units.domain.publications import PublicationKind
from providers.units.models import KeptCompleteness, Regulation, ServiceCase, UnitNews
from providers.units.selectors.completeness import (
    completeness_at,
    completeness_of,
    judge_completeness,
    kept_completeness,
)
from providers.units.services.kept_completeness import (
    completeness_differing,
    completeness_keep,
    completeness_rebuild,
)
from providers.units.services.profiles import (
    unit_profile_confirm,
    unit_profile_publish,
    unit_profile_save,
    unit_profile_submit,
)
from providers.units.services.publications import publication_publish, publication_withdraw
from tests.engines import drawn
from tests.providers.conftest import INSTRUMENT, NOW, PROFILE, published

pytestmark = pytest.mark.django_db
KINDS = list(PublicationKind)
MODELS = {
    PublicationKind.NEWS: UnitNews,
    PublicationKind.CASE: ServiceCase,
    PublicationKind.REGULATION: Regulation,
}
WRITES = st.one_of(
    st.tuples(st.just("publish"), st.sampled_from(KINDS)),
    st.tuples(st.just("withdraw"), st.sampled_from(list(MODELS))),
    st.tuples(st.sampled_from(["profile", "confirm_profile"])),
    st.tuples(st.just("instrument"), st.sampled_from(["create", "submit", "publish"])),
    st.tuples(st.just("value"), st.sampled_from([100_000, 2_000_000])),
    st.tuples(st.sampled_from(["confirm", "retire", "remove", "district", "keep"])),
    st.tuples(st.just("wait"), st.sampled_from([1, 40, 200, 366])),
)


class Writes:
    """Writes of one unit on a clock of its own; what is refused leaves no trace."""

    def __init__(self, world):
        self.world, self.now, self.number = world, NOW, 0

    def do(self, name, *values):
        try:
            getattr(self, name)(*values)
        except DomainError:
            return

    def publish(self, kind):
        more = {
            PublicationKind.REGULATION: {"effective_date": local_date(self.now)},
            PublicationKind.OPENNESS: {"year": self.now.year - 1, "networkable_count": 1},
        }
        publication_publish(
            kind=kind,
            organization_id=self.world.unit.pk,
            values={"title_zh": "标题", "body_zh": "正文", **more.get(kind, {})},
            **self._by_manager,
        )

    def withdraw(self, kind):
        last = MODELS[kind].objects.filter(withdrawn_at=None).last()
        publication_withdraw(kind=kind, publication_id=last and last.pk, reason="有误", **self._by_manager)

    def profile(self):
        unit = {"organization_id": self.world.unit.pk}
        unit_profile_save(values={**PROFILE, "picture": "units/a.png"}, **unit, **self._by_manager)
        unit_profile_submit(**unit, **self._by_manager)
        unit_profile_publish(actor=self.world.officer, now=self.now, **unit)

    def confirm_profile(self):
        unit_profile_confirm(organization_id=self.world.unit.pk, **self._by_manager)

    def instrument(self, until):
        self.number += 1
        values = {**INSTRUMENT, "inner_number": f"A-{self.number}", "name_zh": f"仪器{self.number}"}
        made = instrument_create(organization_id=self.world.unit.pk, values=values, **self._by_manager)
        if until != "create":
            instrument_submit(instrument_id=made.pk, **self._by_manager)
        if until == "publish":
            instrument_publish(actor=self.world.officer, instrument_id=made.pk, now=self.now)

    def value(self, yuan):
        one = {"instrument_id": self._last()}
        instrument_update(values={"value_yuan": yuan}, **one, **self._by_manager)
        instrument_changes_accept(actor=self.world.officer, now=self.now, **one)

    def confirm(self):
        instrument_confirm(instrument_id=self._last(), **self._by_manager)

    def retire(self):
        instrument_retire(instrument_id=self._last(), reason="报废", **self._by_manager)

    def remove(self):
        instrument_remove(instrument_id=self._last(), **self._by_manager)

    def district(self):
        """An administrator enters where the unit sits, which no revision tells."""
        unit = type(self.world.unit).objects.get(pk=self.world.unit.pk)
        unit.district = None if unit.district else self.world.district
        unit.save()

    def keep(self):
        completeness_keep(self.now)

    def wait(self, days):
        self.now += timedelta(days=days)

    @property
    def _by_manager(self):
        return {"actor": self.world.manager, "now": self.now}

    def _last(self):
        return Instrument.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


@pytest.fixture
def placed(world):
    world.district = accounts.district_create(
        actor=None, code="330101", name_zh="城东区", name_en="East", now=NOW
    )
    return world


@settings(max_examples=drawn(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes=st.lists(WRITES, min_size=1, max_size=12))
def test_what_is_kept_is_what_is_judged_after_any_mix_of_writes_and_days(placed, writes):
    done = Writes(placed)
    for write in [("keep",), *writes]:
        done.do(*write)
    ids, days = [placed.unit.pk, placed.other.pk], sorted(kept_days(local_date(done.now)))
    one_by_one = {pk: tuple(judge_completeness([pk], [day])[pk][0] for day in days) for pk in ids}
    assert completeness_differing(done.now) == []
    assert completeness_at(ids, days) == one_by_one
    done.keep()
    assert completeness_at(ids, days) == one_by_one
    assert {pk: tuple(kept[day] for day in days) for pk, kept in kept_completeness(ids, days).items()} == (
        one_by_one
    )
    assert completeness_keep(done.now) == 0
    kept = list(KeptCompleteness.objects.order_by("organization", "day").values_list("day", "kinds"))
    completeness_rebuild(done.now)
    assert list(KeptCompleteness.objects.order_by("organization", "day").values_list("day", "kinds")) == kept


def test_units_of_which_all_is_kept_take_one_statement(placed, statements):
    published(placed)
    completeness_keep(NOW)
    ids, days = [placed.unit.pk, placed.other.pk], [local_date(NOW) - timedelta(days=7), local_date(NOW)]
    assert len(statements.of(lambda: completeness_at(ids, days))) == 1
    published(placed, inner_number="A-2")
    assert len(statements.of(lambda: completeness_at(ids, days))) == 10


def test_a_change_shows_at_once_and_a_mark_that_comes_later_stays(placed):
    completeness_keep(NOW)
    today = local_date(NOW)
    before = completeness_of([placed.unit.pk], today)
    published(placed)
    assert completeness_of([placed.unit.pk], today) != before
    assert RevisedUnit.objects.exists()
    completeness_keep(NOW)
    assert not RevisedUnit.objects.exists()


def test_rebuild_completeness_says_what_differs_and_mends_it(placed, clock):
    clock.set(NOW)
    published(placed)
    call_command("rebuild_completeness", verbosity=0)
    call_command("rebuild_completeness", check=True, verbosity=0)
    KeptCompleteness.objects.filter(organization=placed.unit).update(kinds=[])
    with pytest.raises(CommandError, match=rf"ids \[{placed.unit.pk}\]"):
        call_command("rebuild_completeness", check=True, verbosity=0)
    call_command("rebuild_completeness", verbosity=0)
    call_command("rebuild_completeness", check=True, verbosity=0)


def test_sentences_come_back_as_they_were_kept():
    said = Sentence(
        "{a} {date} {names}",
        {
            "a": 1,
            "date": date(2026, 3, 2),
            "length": timedelta(minutes=90),
            "names": (Bilingual("甲", "A"), "…"),
            "of": (Words("District"),),
        },
    )
    back = from_plain(to_plain(said))
    assert back == said
    assert isinstance(back.params["of"][0], Words)
