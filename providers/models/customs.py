from django.db import models
from simple_history.models import HistoricalRecords


class CustomsSupervision(models.Model):
    """海关监管: what an instrument imported free of duty is declared with (record type 5 of the platform)."""

    instrument = models.OneToOneField(
        "providers.Instrument", on_delete=models.CASCADE, related_name="customs_supervision"
    )
    exemption_code = models.CharField(max_length=12, help_text="codeCpd: five fixed, two of the year, five")
    exemption_number = models.CharField(max_length=50, blank=True, help_text="numberCpd")
    declaration_number = models.CharField(
        max_length=18, help_text="declarationNumber: customs 4, year 4, import 1, serial 9"
    )
    contract_number = models.CharField(max_length=50, blank=True)
    import_port = models.CharField(max_length=50)
    responsible_customs = models.CharField(max_length=50)
    import_date = models.DateField()
    shared = models.BooleanField(default=False, help_text="Share: the customs know that it is shared")
    fees_approved = models.BooleanField(default=False)
    hs_code = models.CharField(max_length=50, blank=True)
    record_zh = models.CharField(max_length=200, blank=True, help_text="Record: what was put on record")
    history = HistoricalRecords()

    def __str__(self) -> str:
        return self.exemption_code
