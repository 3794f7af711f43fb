"""The filter of an organization's projects."""

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.lists.filters import MAX_TEXT, FilterForm


class ProjectFilterForm(FilterForm):
    """The filter of the list of projects; the state stands beside it as tabs."""

    q = forms.CharField(label=_("Name, project number or holder"), max_length=MAX_TEXT)
