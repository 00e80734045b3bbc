"""Deeds that cannot be taken back, or that take what people gave us out of the house.

Whoever does one proves again who they are, unless they have within the last minutes: a screen left open is no key.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]

MINUTES = 15

# By the names of their addresses. What is only looked at asks nothing: a deed is a POST.
DEEDS = {
    "life_delete": "a campaign, its drafts and all that belongs to it go",
    "life_transfer": "another organisation has the campaign and its people from then on",
    "people_invite": "somebody else sees what the organisation has",
    "people_role": "somebody sees or does more than before",
    "people_remove": "somebody loses their access",
    "list_delete": "a list goes, with whom it names",
    "material_delete": "a document goes, with whom it names",
    "hand_in_bundles": "letters with names and postal addresses leave the house",
    "pack_new": "everybody's name leaves the house",
}
# A file that an address gives at once.
FILES = {"list_export": "a list of people leaves the house"}
# These ask for the password in their own form, each time (campaigns.forms.organising.password_again).
IN_THEIR_FORM = {
    "exports": "signatures and letters leave the house",
    "keeping_person": "everything kept of somebody is erased, or leaves the house",
    "operator_keeping_person": "the same, in every organisation",
}


def asked_again(name: str, view: View) -> View:
    if name not in DEEDS and name not in FILES:
        return view

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **where: Any) -> HttpResponseBase:
        if (name in FILES or request.method == "POST") and not is_fresh(request):
            # The middleware of accounts leads to the question, and does the deed once it is answered.
            raise ReauthenticationRequired
        return view(request, *args, **where)

    return guarded


def is_fresh(request: HttpRequest) -> bool:
    """Whether somebody has proved in the last minutes that it is they, by signing in or by being asked again."""
    if not get_reauthentication_flows(request.user):
        return True  # neither a password nor a second factor to ask for
    proofs = get_authentication_records(request, request.user)
    return bool(proofs) and time.time() - proofs[-1]["at"] < MINUTES * 60
