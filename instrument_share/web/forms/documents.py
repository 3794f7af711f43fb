"""A field for documents that prove something, checked in the first round."""

from typing import Any

from django.core.exceptions import ValidationError

from instrument_share.accounts.services.documents import check_uploads
from instrument_share.web.forms.fields import MultipleFileField
from instrument_share.web.responses.problem import problems_told


class DocumentsField(MultipleFileField):
    """Any number of PDF, JPEG or PNG files; what can't be kept is a problem of the field."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the uploads, ready to be read again. Raises ValidationError with the problem of each."""
        uploads = super().clean(data, initial)
        _good, problems = check_uploads(uploads)
        for upload in uploads:
            upload.seek(0)
        if problems:
            raise ValidationError([one.detail for one in problems_told(problems)])
        return uploads
