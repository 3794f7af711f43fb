"""Pages that show policies: list, one, two beside each other, and their files."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rules
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from instrument_share.kernel.errors import NotFound
from rewards.policy import selectors
from rewards.policy.domain.policy import RewardPolicy as PolicyRules
from rewards.policy.domain.policy_document import read_policy
from rewards.policy.forms import CompareForm
from rewards.policy.reports.sentences import SECTIONS, Line, compare_policies, describe_policy
from rewards.policy.views.curves import draw_curve

if TYPE_CHECKING:
    from rewards.policy.models import RewardPolicy

PRESETS = Path(settings.BASE_DIR) / "rewards" / "policies"


@dataclass(frozen=True)
class Section:
    """A heading and the lines under it, an indicator's with its curve."""

    title: str
    lines: list[tuple[Line, SafeString | str]]


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """List loaded policies and presets."""
    loaded = list(selectors.policies(request.user))
    context = {
        "policies": loaded,
        "presets": [(path.stem, _preset(path)) for path in sorted(PRESETS.glob("*.toml"))],
        "form": _compare_form(loaded) if len(loaded) > 1 else None,
        "loads": rules.has_perm("rewards.run_cycle", request.user),
    }
    return render(request, "rewards/policy/policies.html", context)


def _compare_form(loaded: "list[RewardPolicy]") -> CompareForm:
    """Return the form with the last two policies chosen."""
    return CompareForm(initial={"before": loaded[1].public_id, "after": loaded[0].public_id}, policies=loaded)


@require_safe
def policy(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a policy as sentences, tables and curves."""
    found = selectors.policy_by_public_id(request.user, public_id)
    context = {
        "policy": found,
        "rules": selectors.get_policy_rules(found),
        "sections": _sections(selectors.get_policy_rules(found)),
        "years": selectors.years_of_policy(found),
        "loads": rules.has_perm("rewards.run_cycle", request.user),
    }
    return render(request, "rewards/policy/policy.html", context)


def _sections(policy: PolicyRules) -> list[Section]:
    lines = describe_policy(policy)
    found = [
        Section(gettext(title), [(line, _curve(line)) for line in lines if line.section == section])
        for section, title in SECTIONS.items()
    ]
    return [section for section in found if section.lines]


def _curve(line: Line) -> SafeString | str:
    return draw_curve(line.indicator, line.text) if line.indicator else ""


@require_safe
def policy_compare(request: HttpRequest) -> HttpResponse:
    """Show what differs between two loaded policies."""
    form = CompareForm(request.GET, policies=selectors.policies(request.user))
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        both = [
            selectors.policy_by_public_id(request.user, form.cleaned_data[name])
            for name in ("before", "after")
        ]
        rows = compare_policies(*(selectors.get_policy_rules(each) for each in both))
        context |= {
            "both": both,
            "rows": [(gettext(SECTIONS[line.section]), line, was, becomes) for line, was, becomes in rows],
        }
    return render(request, "rewards/policy/policy_compare.html", context)


@require_safe
def policy_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the TOML of a policy, to the byte."""
    found = selectors.policy_by_public_id(request.user, public_id)
    return _toml(found.document, f"{found.code}-{found.version}")


@require_safe
def policy_preset(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 (everybody may)
    """Return the TOML of a preset."""
    path = next((path for path in PRESETS.glob("*.toml") if path.stem == name), None)
    if path is None:
        raise NotFound
    return _toml(path.read_text("utf-8"), name)


def _preset(path: Path) -> PolicyRules:
    return read_policy(path.read_text("utf-8"))


def _toml(document: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.toml"'}
    return HttpResponse(document, content_type="application/toml; charset=utf-8", headers=headers)
