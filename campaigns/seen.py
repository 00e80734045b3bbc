"""Two people at one thing: who saves later is told what has changed meanwhile, and nothing is overwritten unseen."""

import hashlib
import json
from collections.abc import Sequence

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.forms.models import model_to_dict


class Changed(Exception):
    """Somebody else has saved it since it was shown. Nothing was overwritten."""


class Gone(Exception):
    """Somebody else has removed it, or put it elsewhere."""


def mark_of(row: Model, fields: Sequence[str] | None = None) -> str:
    """The same as long as nothing in the row, or in these fields of it, has changed; empty for one not kept yet."""
    if row.pk is None:
        return ""
    said = model_to_dict(row, fields)
    said = {name: [one.pk for one in value] if isinstance(value, list) else value for name, value in said.items()}
    return hashlib.sha256(json.dumps(said, cls=DjangoJSONEncoder, sort_keys=True).encode()).hexdigest()[:32]
