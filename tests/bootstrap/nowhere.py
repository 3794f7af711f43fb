"""A way of mails that `EMAIL_URL` could name."""

from django.core.mail.backends.locmem import EmailBackend as EmailBackend
