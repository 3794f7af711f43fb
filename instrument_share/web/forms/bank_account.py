"""Form of a bank account."""

from django import forms
from django.utils.translation import gettext_lazy as _


class BankAccountForm(forms.Form):
    """户名、开户行、账号; `BankAccount.parse` judges them."""

    holder = forms.CharField(
        label=_("Account holder"), max_length=100, help_text=_("As the bank has it, usually the unit’s name.")
    )
    bank = forms.CharField(label=_("Bank and branch"), max_length=100)
    number = forms.CharField(
        label=_("Account number"),
        max_length=48,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "numeric"}),
    )
