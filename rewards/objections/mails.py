"""Mails to who objected: the receipt, the answer, the end of a withdrawn notice, with the link to them."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from instrument_share.journal.mails import compose_mail, greet
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import word
from rewards.objections.domain.choices import AnswerEffect
from rewards.objections.models import Objection, ObjectionAnswer
from rewards.objections.selectors.objections import sign_objection

POLICY_DECIDED = gettext_noop(
    "The decided policy replaces the draft by which the results were computed. The public notice in "
    "which you objected is therefore withdrawn. The units are scored and the results announced "
    "again; you can then object anew. Your objection is answered all the same."
)
SCORED_AGAIN = gettext_noop(
    "Findings were decided after the results were computed, and the units have been scored again. The notice "
    "in which you objected is therefore withdrawn. The new results will be announced; you can then object "
    "anew. Your objection is answered all the same."
)
"""Why a notice is withdrawn, and what follows."""


def build_receipt(objection: Objection) -> EmailMessage:
    """Return the mail that an objection has arrived."""
    with translation.override(objection.language):
        subject = _("Objection no. {number} to the results of {year} has arrived").format(**_facts(objection))
        return _mail(objection, subject, [_("You will receive the answer by mail. You can read both here:")])


def build_answer(answer: ObjectionAnswer) -> EmailMessage:
    """Return the mail with the answer."""
    objection = answer.objection
    with translation.override(objection.language):
        subject = _("Answer to objection no. {number} to the results of {year}").format(**_facts(objection))
        decided = _(word(AnswerEffect(answer.effect)))
        return _mail(objection, subject, [decided, answer.text, _("You can read it here at any time:")])


def build_withdrawal(objection: Objection, why: str) -> EmailMessage:
    """Return the mail that the notice is withdrawn; `why` is POLICY_DECIDED or SCORED_AGAIN."""
    with translation.override(objection.language):
        subject = _("Public notice of the results of {year} withdrawn").format(**_facts(objection))
        return _mail(objection, subject, [_(why), _("You can read it here at any time:")])


def _facts(objection: Objection) -> dict[str, int]:
    return {"number": objection.number, "year": objection.cycle.year}


def _mail(objection: Objection, subject: str, parts: list[str]) -> EmailMessage:
    address = f"{settings.SITE_URL}{reverse('objection_status', args=[sign_objection(objection)])}"
    about = _("Subject: {subject}").format(subject=objection.subject)
    return compose_mail(
        objection.email,
        subject,
        [greet(objection.name), about, *parts[:-1], f"{parts[-1]}\n{address}"],
        headers={"X-Subject-Id": objection.public_id},
    )
