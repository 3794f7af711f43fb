"""Try a reward policy on facts in a file, or on a year of the site (docs/reward-policy.md)."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from instrument_share.kernel.errors import DomainError, NotFound
from instrument_share.web import clock
from rewards.assessment.domain.outcome import Outcome, settle_year
from rewards.assessment.domain.simulation import FactsRefused, Simulation, simulate
from rewards.policy.domain.document import parse_toml
from rewards.policy.domain.figures import format_exact
from rewards.policy.domain.policy import RewardPolicy
from rewards.policy.domain.policy_document import PolicyRefused, read_policy
from rewards.trials.domain.comparison import Present, compare
from rewards.trials.domain.search import BUDGET, STEPS, Aim, Count, Terms, search_policy, searchable_figures
from rewards.trials.selectors import get_tried_year, present_result
from rewards.trials.services import open_count


class Command(BaseCommand):
    """Print the awards that a policy gives for facts in JSON, or for a year of the site."""

    help = (
        "Compute awards from a policy (TOML) and facts (JSON), which reads no database, or from a year of "
        "the site, beside the present ones. Changes nothing."
    )
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--policy", required=True, help="the policy, a TOML file")
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--facts", help="the facts, a JSON file")
        source.add_argument("--year", type=int, help="a year of this site, frozen or running")
        parser.add_argument("--budget", type=Decimal, help="of a year; by default the year's own")
        parser.add_argument(
            "--search", help="budget, or a figure of the policy such as caps.unit or rules[0].rate"
        )
        parser.add_argument("--from", dest="low", type=Fraction, help="the lowest value to try")
        parser.add_argument("--to", dest="high", type=Fraction, help="the highest value to try")
        parser.add_argument("--step", type=Fraction, help="how exact; by default a thousandth of the range")
        parser.add_argument("--most-loss", type=Fraction, help="aim: nobody loses more percent than this")
        parser.add_argument("--spend-at-most", type=Decimal, help="aim: no more yuan in all")
        parser.add_argument("--format", choices=("json", "text"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        policy_path = Path(options["policy"])
        try:
            policy = read_policy(_content(policy_path))
        except PolicyRefused as refused:
            raise CommandError(_listed(policy_path, refused)) from refused
        if options["year"] is not None:
            self._try_year(policy_path, policy, options)
            return
        facts_path = Path(options["facts"])
        try:
            simulation = simulate(policy, _content(facts_path))
        except FactsRefused as refused:
            raise CommandError(_listed(facts_path, refused)) from refused
        if options["format"] == "json":
            self.stdout.write(json.dumps(simulation.as_json(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(_as_text(simulation))

    def _try_year(self, path: Path, policy: RewardPolicy, options: dict[str, Any]) -> None:
        try:
            now = clock.now()
            tried = get_tried_year(options["year"], now)
        except NotFound as error:
            text = gettext("The year {year} is neither frozen nor forecast.")
            raise CommandError(text.format(year=options["year"])) from error
        budget = tried.basis.budget_yuan if options["budget"] is None else options["budget"]
        try:
            with open_count(tried, now) as (_, count):
                present = present_result(tried, count)
                if options["search"]:
                    outcome = self._search(path, budget, count, present, options)
                else:
                    outcome = settle_year(policy, count(policy), budget)
        except PolicyRefused as refused:
            raise CommandError(_listed(path, refused)) from refused
        except DomainError as refused:
            raise CommandError(gettext(refused.message).format(**refused.params)) from refused
        result = compare(outcome, present)
        if options["format"] == "json":
            self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(_beside(result))

    def _search(
        self, path: Path, budget: Decimal, count: Count, present: Present, options: dict[str, Any]
    ) -> Outcome:
        document = parse_toml(_content(path))
        terms = _read_terms(document, options)
        awards = {uscc: amount for uscc, (_, amount) in present.items()}
        found = search_policy(terms, document, budget, count, awards)
        text = gettext("{name} = {value} reaches the aim; {edge} does not.")
        if found.edge is None:
            text = gettext("Every value of {name} that was tried reaches the aim, {value} too.")
        edge = "" if found.edge is None else format_exact(found.edge)
        self.stderr.write(text.format(name=terms.figure, value=format_exact(found.value), edge=edge))
        return found.outcome


def _read_terms(document: Mapping[str, Any], options: dict[str, Any]) -> Terms:
    low, high, name = options["low"], options["high"], options["search"]
    percent, most = options["most_loss"], options["spend_at_most"]
    if low is None or high is None or low >= high or (percent is None and most is None):
        raise CommandError(gettext("A search needs --from below --to, and --most-loss or --spend-at-most."))
    names = [BUDGET, *searchable_figures(document)]
    if name not in names:
        text = gettext("“{name}” is no figure of the policy: {names}")
        raise CommandError(text.format(name=name, names=", ".join(names)))
    aim = Aim(None if percent is None else percent / 100, most)
    return Terms(name, low, high, options["step"] or (high - low) / STEPS, aim)


def _beside(result: dict[str, Any]) -> str:
    """Return a line for each unit: present award, award then, difference, name."""
    lines = [
        f"{row['now']:>16}  {row['then']:>16}  {row['difference']:>16}  {row['uscc']}  {row['name_zh']}"
        for row in result["rows"]
    ]
    total = f"{result['now']:>16}  {result['then']:>16}  {result['difference']:>16}  {gettext('total')}"
    return "\n".join([*lines, total])


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from error


def _listed(path: Path, refused: DomainError) -> str:
    """Return one line for each problem: file, path in the document, message."""
    lines = [gettext(refused.message).format(**refused.params)]
    for problem in refused.problems:
        lines.append(f"  {path}: {problem.field or '.'}: {gettext(problem.message).format(**problem.params)}")
    return "\n".join(lines)


def _as_text(simulation: Simulation) -> str:
    result = simulation.as_json()
    policy = result["policy"]
    lines = [f"{policy['title_zh']} ({policy['code']} {policy['version']})"]
    if policy["draft"]:
        lines.append(policy["draft_notice_zh"])
    for award in result["awards"]:
        score = award["score"] or "—"
        label = f"{award['uscc']}  {award['name_zh']}".rstrip()
        lines.append(f"{award['amount']:>16}  {score:>7}  {award['grade'] or '—':<10}  {label}")
    lines.append(f"{result['total']:>16}  {gettext('total')}")
    if result["unallocated"] is not None:
        lines.append(f"{result['unallocated']:>16}  {gettext('unallocated')}")
    return "\n".join(lines)
