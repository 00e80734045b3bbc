"""One signature for each of the two places of an address. People go on signing while PostgreSQL builds the index."""

from django.db import migrations, models
from django.db.models import Q

from config.concurrently import AddUnique, RemoveUnique

STANDING = ~Q(state="withdrawn") & ~Q(email_key="")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("campaigns", "0018_two_at_an_address")]

    operations = [
        AddUnique(
            "signature",
            models.UniqueConstraint(
                fields=["campaign", "email_key", "place"], condition=STANDING, name="one_signature_a_place"
            ),
        ),
        # Only now, so that an address never has more places than there are.
        RemoveUnique("signature", "one_signature_an_address"),
    ]
