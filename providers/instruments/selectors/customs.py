"""Read the customs supervision of instruments."""

from providers.instruments.models import CustomsSupervision


def customs_supervision(instrument_id: int) -> CustomsSupervision | None:
    """Return the instrument's customs supervision, if any; the caller checks the viewer."""
    return CustomsSupervision.objects.filter(instrument_id=instrument_id).first()
