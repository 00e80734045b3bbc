from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """The answer to a form that was taken: the next page, by GET (RFC 9110, 15.4.4)."""

    status_code = 303
