"""Template tags of findings."""

from django import template

from rewards.findings.reports import get_kind_text

register = template.Library()

register.filter("finding_kind", get_kind_text)
