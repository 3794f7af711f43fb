"""What waits for the administrator and the worker (an account, a mail, a check), and the public log."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

from django.core.mail import EmailMessage

from instrument_share.accounts import services as accounts
from instrument_share.demo.accounts import DEMO_PASSWORD
from instrument_share.demo.world import World
from instrument_share.journal.services import audit_seal
from instrument_share.mails.services import mail_record_failure, mails_enqueue
from instrument_share.transparency.services.growing import checkpoint_make
from providers import public as providers

REFUSED = "tang.wuyou@demo.invalid"


def load(world: World) -> str:
    """Load the stage and return a summary."""
    yesterday = world.now - timedelta(days=1)
    locked = accounts.user_create(
        actor=None,
        username="miao.jieming",
        name="苗借名",
        email="miao.jieming@demo.example",
        password=DEMO_PASSWORD,
        now=yesterday - timedelta(days=30),
    )
    accounts.account_lock(
        actor=world.people["admin"],
        user_id=locked.pk,
        reason="多人共用同一账号预约仪器，待本人书面说明后解除锁定。",
        now=yesterday,
    )
    message = EmailMessage(
        "关于补充送样清单的通知 / Please complete your list of samples",
        "请补充送样清单。\n\nPlease complete your list of samples.\n",
        to=[REFUSED],
    )
    (mail,) = mails_enqueue([message], now=yesterday)
    answer = b"5.1.1 Recipient address rejected: no such mailbox (demonstration)"
    mail_record_failure(mail, SMTPRecipientsRefused({REFUSED: (550, answer)}), is_over=True, now=yesterday)
    providers.national_check_start(actor=world.officer, year=world.today.year - 1, now=world.now)
    return "1 locked account, 1 mail that was refused, 1 check for the worker"


def seal(world: World) -> str:
    """Seal the journal and sign the first checkpoint over all of it, so that every use has its receipt."""
    sealed = audit_seal(world.now)
    checkpoint_make(world.now)
    return f"{sealed} acts sealed, 1 checkpoint"
