"""What accounts leave behind, and nobody needs."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.module_loading import import_string

UNPROVED_DAYS = 7  # the code is good for an hour; whoever comes later signs up again


def forget_the_unproved() -> int:
    """Accounts that somebody made with an address and never typed the code: it may not even be theirs."""
    user = get_user_model()
    made_before = timezone.now() - timedelta(days=UNPROVED_DAYS)
    proved = EmailAddress.objects.filter(verified=True).values("user")
    unproved = EmailAddress.objects.filter(verified=False).values("user")
    old = user._default_manager.filter(date_joined__lt=made_before, last_login__isnull=True, pk__in=unproved)
    return old.exclude(pk__in=proved).delete()[1].get(user._meta.label, 0)


def end_old_sessions() -> None:
    import_string(f"{settings.SESSION_ENGINE}.SessionStore").clear_expired()
