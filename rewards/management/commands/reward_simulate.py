"""Simulate a reward policy without a database (docs/reward-policy.md)."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from instrument_share.kernel.errors import DomainError
from rewards.assessment.domain.simulation import FactsRefused, Simulation, simulate
from rewards.policy.domain.policy_document import PolicyRefused, read_policy


class Command(BaseCommand):
    """Print the awards that a policy gives for facts in JSON."""

    help = "Compute awards from a policy (TOML) and facts (JSON). Reads and writes no database."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--policy", required=True, help="the policy, a TOML file")
        parser.add_argument("--facts", required=True, help="the facts, a JSON file")
        parser.add_argument("--format", choices=("json", "text"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        policy_path, facts_path = Path(options["policy"]), Path(options["facts"])
        try:
            policy = read_policy(_content(policy_path))
        except PolicyRefused as refused:
            raise CommandError(_listed(policy_path, refused)) from refused
        try:
            simulation = simulate(policy, _content(facts_path))
        except FactsRefused as refused:
            raise CommandError(_listed(facts_path, refused)) from refused
        if options["format"] == "json":
            self.stdout.write(json.dumps(simulation.as_json(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(_as_text(simulation))


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from error


def _listed(path: Path, refused: DomainError) -> str:
    """Return one line for each problem: file, path in the document, message."""
    lines = [gettext(refused.message)]
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
