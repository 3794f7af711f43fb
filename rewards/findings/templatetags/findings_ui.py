"""Findings in pages."""

from django import template

from rewards.findings.reports import finding_kind

register = template.Library()

register.filter("finding_kind", finding_kind)
