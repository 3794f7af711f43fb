"""What if: another policy or budget on a year, beside the present result and without touching it."""

from decimal import Decimal
from fractions import Fraction
from io import StringIO
from types import SimpleNamespace as Bag

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Organization
from instrument_share.kernel.errors import Forbidden, NotFound
from rewards.assessment.models import Award
from rewards.findings.models import Finding
from rewards.findings.services.deciding import finding_decide
from rewards.forecast.models import UnitForecast
from rewards.forecast.services import forecast_compute
from rewards.policy.domain.document import parse_toml
from rewards.policy.services import policy_load
from rewards.policy.views.reading import PRESETS
from rewards.trials import services
from rewards.trials.domain.errors import SearchIncomplete
from rewards.trials.domain.search import Aim, Terms, require_terms, search
from rewards.trials.forms import SearchForm
from rewards.trials.models import PolicyTrial
from rewards.trials.services import KEPT, trial_start, trial_work
from tests.rewards.builders import AFTER, POLICY, YEAR, local
from tests.rewards.conftest import DAY
from tests.rewards.reading import text_of

OTHER = POLICY.replace('version = "1"', 'version = "2"').replace('floor = "pass"', "floor = 0")
# 100.00, 63.51 and 38.17 points share 100,000: 49,583.50, 31,490.48 and 18,926.02


def start(steps, budget=100_000, document=OTHER, year=YEAR, search=None):
    policy = policy_load(actor=steps.city.officer, document=document, now=AFTER)
    return trial_start(
        actor=steps.city.officer,
        year=year,
        policy_id=policy.pk,
        budget_yuan=Decimal(budget),
        search=search,
        now=AFTER,
    )


@pytest.fixture(autouse=True)
def _after_the_year(clock):
    clock.set(AFTER)


def test_a_trial_gives_the_awards_beside_the_present_ones_and_changes_none(steps, run_jobs):
    cycle = steps.through("score")
    before = list(Award.objects.order_by("id").values())
    trial = start(steps)
    run_jobs()
    trial.refresh_from_db()
    assert [(row["now"], row["then"], row["score_then"]) for row in trial.result["rows"]] == [
        ("91933.00", "49584.00", "100.00"),
        ("8067.00", "31490.00", "63.51"),
        ("0.00", "18926.00", "38.17"),
    ]
    assert (trial.result["then"], trial.result["difference"]) == ("100000.00", "0.00")
    assert (trial.job_id, trial.problem) == (None, {})
    assert list(Award.objects.order_by("id").values()) == before
    assert steps.cycle.state == cycle.state


def test_a_unit_whose_code_has_changed_since_the_freeze_keeps_its_present_award(steps, year, run_jobs):
    steps.through("score")
    Organization.objects.filter(pk=year.first.pk).update(uscc=f"99{year.first.uscc[2:]}")
    trial = start(steps)
    run_jobs()
    trial.refresh_from_db()
    assert [row["now"] for row in trial.result["rows"]] == ["91933.00", "8067.00", "0.00"]


def test_a_year_that_is_not_scored_is_compared_with_what_its_own_policy_gives(steps, run_jobs):
    steps.freeze()
    trial = start(steps)
    run_jobs()
    trial.refresh_from_db()
    assert [row["now"] for row in trial.result["rows"]] == ["91933.00", "8067.00", "0.00"]


def test_a_trial_on_outdated_scores_differs_by_policy_and_budget_alone(small, run_jobs):
    """The decisions since the scores are counted on both sides."""
    small.city.log(small.instrument, local(YEAR, 1, 2, 9), payer=small.client, external=True, amount=1000)
    steps = small.steps
    steps.through("check")
    finding = Finding.objects.get()
    small.city.answer(finding, AFTER)
    decided = {"actor": steps.city.auditor, "finding_id": finding.pk, "reason": "记录不实"}
    finding_decide(uphold=False, now=AFTER + DAY, **decided)
    cycle = steps.score()
    finding_decide(uphold=True, now=AFTER + 3 * DAY, **decided)
    small.city.prove_falsified(finding, AFTER + 3 * DAY)
    assert [each.amount_yuan for each in Award.objects.all()] != [0]
    trial = trial_start(
        actor=steps.city.officer,
        year=YEAR,
        policy_id=cycle.policy_id,
        budget_yuan=cycle.budget_yuan,
        now=AFTER,
    )
    run_jobs()
    trial.refresh_from_db()
    assert [(row["now"], row["then"]) for row in trial.result["rows"]] == [("0.00", "0.00")]
    assert trial.result["difference"] == "0.00"


def test_a_running_year_is_tried_as_its_forecast_counts_it(steps, run_jobs, monkeypatch):
    spooled = []
    spool = services.SpooledYear
    monkeypatch.setattr(services, "SpooledYear", lambda *more: spooled.append(more[0]) or spool(*more))
    forecast_compute(year=YEAR, now=AFTER)
    forecast = UnitForecast.objects.order_by("organization__uscc")
    trial = start(steps)
    run_jobs()
    trial.refresh_from_db()
    rows = trial.result["rows"]
    assert [Decimal(row["now"]) for row in rows] == [each.award_yuan for each in forecast]
    assert [row["then"] for row in rows] == ["49584.00", "31490.00", "18926.00"]
    assert spooled == [YEAR]  # once for both policies
    assert steps.cycle.state == "collecting"


def test_a_year_that_is_not_opened_is_tried_beside_the_policy_of_the_last_one(steps, run_jobs):
    steps.through("score")
    trial = start(steps, year=YEAR + 1)
    run_jobs()
    trial.refresh_from_db()
    assert trial.result["now"] == "0.00"  # nobody has used anything yet
    assert [row["then"] for row in trial.result["rows"]] == ["0.00"] * 3


def test_a_trial_needs_a_year_with_facts_and_an_officer(steps):
    with pytest.raises(NotFound):
        start(steps, year=YEAR + 2)
    with pytest.raises(Forbidden):
        trial_start(
            actor=steps.city.auditor,
            year=YEAR,
            policy_id=steps.policy.pk,
            budget_yuan=Decimal(1),
            now=AFTER,
        )


def test_a_person_keeps_the_last_trials_only_and_a_repeated_job_changes_nothing(steps, run_jobs):
    steps.freeze()
    trials = [start(steps, budget=number) for number in range(KEPT + 1)]
    assert not PolicyTrial.objects.filter(pk=trials[0].pk).exists()
    assert PolicyTrial.objects.count() == KEPT
    trial_work(trial_id=trials[0].pk, job_id=str(trials[0].job_id), now=AFTER)


def test_a_refusal_is_kept_and_shown(login, steps, run_jobs, settings, tmp_path):
    steps.freeze()
    trial = start(steps)
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    run_jobs()
    page = login(steps.city.officer).get(reverse("trial", args=[trial.public_id]))
    assert "未作任何计算" in text_of(page)
    assert PolicyTrial.objects.get().problem["code"] == "reward.snapshot_damaged"


def test_an_officer_tries_a_policy_and_sees_table_and_picture_alone(login, steps, run_jobs, clock):
    clock.set(AFTER)
    steps.through("score")
    policy = policy_load(actor=steps.city.officer, document=OTHER, now=AFTER)
    client = login(steps.city.officer)
    typed = {"policy": policy.pk, "budget_yuan": "200000"}
    waiting = client.post(reverse("trials", args=[YEAR]), typed, follow=True)
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    run_jobs()
    address = reverse("trial", args=[PolicyTrial.objects.get().public_id])
    shown = client.get(address)
    assert "1. 云屏大学 100.00 100.00 ¥91,933.00" in text_of(shown)
    assert shown.content.decode().count("<rect") == 6
    other = steps.city.person(
        "另一经办", steps.city.officer.memberships.get().organization, Role.BUREAU_OFFICER
    )
    assert login(other).get(address).status_code == 404


def terms(figure, low, high, step, loss="0.1", most=None):
    return Terms(figure, *map(Fraction, (low, high, step)), Aim(loss and Fraction(loss), most))


def test_a_search_is_a_job_that_finds_what_the_command_finds(login, steps, run_jobs):
    steps.through("score")
    trial = start(steps, search=terms("budget", 0, 400_000, 100))
    run_jobs()
    trial.refresh_from_db()
    found = trial.result["found"]
    assert (found["value"], found["edge"]) == ("166900", "166800")  # 91,933 × 0.9 ÷ 0.495835
    assert ["166800", "166800.00", False] in found["tried"]
    page = login(steps.city.officer).get(reverse("trial", args=[trial.public_id]))
    shown = text_of(page)
    assert "预算 = ¥166,900.00 达到目标，¥166,800.00 未达到。" in shown
    assert "1. 云屏大学 100.00 100.00 ¥91,933.00" in shown
    assert page.content.decode().count("<rect") == 6


def test_a_search_is_entered_on_a_page_with_the_figures_of_the_chosen_policy(login, steps, run_jobs):
    steps.through("score")
    policy = policy_load(actor=steps.city.officer, document=OTHER, now=AFTER)
    client = login(steps.city.officer)
    address = reverse("trial_search", args=[YEAR]) + f"?policy={policy.public_id}"
    assert 'value="rules[0].floor"' in client.get(address).content.decode()
    typed = {"figure": "rules[0].floor", "low": "60", "high": "0", "step": "1", "budget_yuan": "100000"}
    refused = client.post(address, typed)
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"high", "most_loss"}
    client.post(address, typed | {"low": "0", "high": "60", "most_loss": "10"})
    run_jobs()
    trial = PolicyTrial.objects.get()
    assert (trial.policy, trial.result["found"]["value"]) == (policy, "54")
    shown = text_of(client.get(reverse("trials", args=[YEAR])))
    assert "0 至 60" in shown


def test_a_searched_budget_has_whole_fen(steps, run_jobs):
    """The range and its steps follow; where neither end reaches the aim, values between them are tried."""
    steps.through("score")
    search = terms("budget", "166899.995", "166900.105", "0.0001")
    assert (search.low, search.high, search.step) == (166_900, Fraction("166900.1"), Fraction("0.01"))
    between = terms("budget", 0, 400_000, Fraction(1, 3), most=Decimal(200_000))
    for asked in (search, between):
        trial = start(steps, search=asked)
        run_jobs()
        trial.refresh_from_db()
        tried = [Fraction(value) for value, _total, _reached in trial.result["found"]["tried"]]
        assert all((value * 100).denominator == 1 for value in tried)


@pytest.mark.parametrize(
    ("search", "code"),
    [
        (terms("budget", 0, 9, 1, loss="0"), "reward.nothing_found"),
        (terms("rules[0].floor", 50, 200, 1, loss="0"), "reward.value_refused"),
    ],
)
def test_a_search_that_finds_nothing_says_so(login, steps, run_jobs, search, code):
    steps.freeze()
    trial = start(steps, search=search)
    run_jobs()
    trial.refresh_from_db()
    assert trial.problem["code"] == code
    page = login(steps.city.officer).get(reverse("trial", args=[trial.public_id]))
    assert "note-error" in page.content.decode()


@pytest.mark.parametrize(
    "search",
    [
        terms("caps.unheard", 0, 1, 1),
        terms("budget", 1, 1, 1),
        terms("budget", 0, 1, 0),
        terms("budget", 0, 1, 1, loss=None),
    ],
)
def test_a_search_needs_a_figure_a_range_and_an_aim(steps, search):
    with pytest.raises(SearchIncomplete):
        start(steps, search=search)


def test_the_budget_that_a_policy_names_is_no_figure_to_search_for():
    """The budget of the year or the trial takes its place: no value of it would change an award."""
    document = parse_toml((PRESETS / "yunping-draft.toml").read_text("utf-8"))
    choices = SearchForm(document=document, budget=Decimal(9)).fields["figure"].choices
    offered = [value for value, _ in choices]
    assert ("budget" in offered, "caps.unit" in offered, "money.budget" in offered) == (True, True, False)
    require_terms(terms("budget", 0, 9, 1), document)
    with pytest.raises(SearchIncomplete):
        require_terms(terms("money.budget", 0, 9, 1), document)


class Outcomes:
    """Outcomes whose awards are the value, half of it, and none."""

    def __init__(self):
        self.tried = []

    def __call__(self, value):
        self.tried.append(value)
        awards = [Bag(uscc="A", amount=Decimal(int(value))), Bag(uscc="B", amount=Decimal(int(value)) / 2)]
        return Bag(allocation=Bag(awards=awards, total=sum(each.amount for each in awards)))


PRESENT = {"A": Decimal(1000), "B": Decimal(500)}


def find(aim, low=0, high=4000, step=1):
    return search(Outcomes(), aim, PRESENT, low=Fraction(low), high=Fraction(high), step=Fraction(step))


def test_the_search_finds_the_lowest_value_at_which_nobody_loses_more():
    found = find(Aim(most_loss=Fraction(1, 10)))
    assert (found.value, found.edge) == (900, 899)


def test_the_search_finds_the_highest_value_that_is_not_too_dear():
    found = find(Aim(spend_at_most=Decimal(3000)))
    assert (found.value, found.edge) == (2000, 2001)


def test_the_search_finds_a_value_between_two_ends_that_miss():
    found = find(Aim(most_loss=Fraction(1, 10), spend_at_most=Decimal(3000)))
    assert 900 <= found.value <= 2000


def test_the_search_says_that_no_value_or_every_value_reaches_the_aim():
    assert find(Aim(most_loss=Fraction(0), spend_at_most=Decimal(1499))) is None
    assert find(Aim(spend_at_most=Decimal(10_000))).edge is None


def test_the_search_tries_few_values():
    outcomes = Outcomes()
    search(outcomes, Aim(Fraction(0)), PRESENT, low=Fraction(0), high=Fraction(10**6), step=Fraction(1))
    assert len(outcomes.tried) < 30


@pytest.fixture
def simulate(steps, tmp_path):
    steps.through("score")
    path = tmp_path / "policy.toml"
    path.write_text(OTHER, "utf-8")

    def simulate(*arguments):
        out, told = StringIO(), StringIO()
        call_command(
            "reward_simulate", "--policy", str(path), "--year", str(YEAR), *arguments, stdout=out, stderr=told
        )
        return out.getvalue(), told.getvalue()

    return simulate


def test_the_command_shows_a_year_under_another_policy(simulate):
    out, _ = simulate()
    first, *_others, total = out.splitlines()
    assert first.split()[:3] == ["91933.00", "49584.00", "-42349.00"]
    assert total.split()[:3] == ["100000.00", "100000.00", "0.00"]


def test_the_command_searches_for_a_budget_and_for_a_figure(simulate):
    aim = ("--most-loss", "10", "--from", "0", "--to", "400000", "--step", "100")
    _, told = simulate("--search", "budget", *aim)
    assert told == "budget = 166900 达到目标，166800 未达到。\n"  # 91,933 × 0.9 ÷ 0.495835
    _, told = simulate(
        "--search", "rules[0].floor", "--most-loss", "10", "--from", "0", "--to", "60", "--step", "1"
    )
    assert told == "rules[0].floor = 54 达到目标，53 未达到。\n"  # 46 : 9.51, 47 : 10.51
    with pytest.raises(CommandError, match="没有达到目标的取值"):
        simulate(
            "--search", "budget", "--most-loss", "0", "--spend-at-most", "10", "--from", "0", "--to", "9"
        )
    with pytest.raises(CommandError, match=r"caps\.unit|floor"):
        simulate("--search", "caps.unheard", *aim)
