"""Refusals of the rules, put where a form shows them."""

from django import forms

from instrument_share.kernel.errors import DomainError
from instrument_share.web import problem


def add_problems(form: forms.BaseForm, error: DomainError) -> None:
    """Each problem beside the field that it names, the others on top; without any, the error itself."""
    problems = problem.problems_told(error.problems)
    if not problems:
        problems = [problem.Told(error.code, problem.told(error.message, error.params))]
    for one in problems:
        form.add_error(one.field if one.field in form.fields else None, one.detail)
