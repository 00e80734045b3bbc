from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction


@transaction.atomic
def vouch_for(user: AbstractBaseUser) -> None:
    """The operator says that this is the account's address: it is the only one, and counts as verified."""
    address = user.get_username().lower()
    EmailAddress.objects.filter(user_id=user.pk).exclude(email=address).delete()
    EmailAddress.objects.update_or_create(user_id=user.pk, email=address, defaults={"verified": True, "primary": True})
