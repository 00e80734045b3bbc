"""Who may open what: every address there is, in one of these tables, and a walk that finds one that is in none."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLResolver

ROLES = ("anonymous", "Charlie", "viewer", "editor", "owner", "owner of both", "operator")
NOBODY, OPERATOR, OWNER, EDITOR, VIEWER = (set(ROLES[start:]) for start in (7, 6, 4, 3, 2))
STAFF = VIEWER | {"Charlie"}  # whoever has an account, for what is their own

# Everybody's. No account is asked for, nor would it change anything.
PUBLIC = {
    *("home", "privacy", "accessibility", "organisation", "accent", "robots", "page", "count", "sign", "signed"),
    *("wording", "wording_json", "sheets_pdf", "picture", "changes"),
    *("report", "report_entry", "reported"),
    *("signatures", "letter_pdf", "blank_pdf", "card", "event_ics", "write", "write_signed", "written"),
}
# Whoever holds the link. It is signed, and the row decides what it still does.
BY_LINK = {"confirm", "signature", "signature_data", "letter_confirm", "letter_manage", "letter_data"} | {
    *("letter_answer", "letter_sheet", "letter_plain"),
    "news_stop",
    "invitation",
}
# On this machine alone, and only while nothing leaves it.
DEMONSTRATION_ONLY = {
    "mailbox",
    "mailbox-json",
    "mailbox-message",
    "mailbox-html",
    "mailbox-source",
    "mailbox-attachment",
}
OF_THE_SITE = {
    "healthz",
    "metrics",  # by a token of its own
}
# An account's own pages: method, and who gets an answer. Everybody else is asked to sign in, or led on.
ACCOUNTS = {
    "account_login": ("get", {"anonymous"}),
    "account_signup": ("get", {"anonymous"}),
    "account_inactive": ("get", set(ROLES)),
    "account_logout": ("get", STAFF),
    "account_reset_password": ("get", set(ROLES)),
    "account_reset_password_done": ("get", set(ROLES)),
    "account_reset_password_from_key": ("get", set(ROLES)),
    "account_email_verification_sent": ("get", NOBODY),  # without a code to wait for
    "account_overview": ("get", STAFF),
    "account_reauthenticate": ("get", STAFF),
    "account_email": ("get", NOBODY),  # without the password, once more
    "account_change_password": ("get", STAFF),
    "account_second_factor": ("get", STAFF),
    "mfa_index": ("get", STAFF),
    "mfa_authenticate": ("get", NOBODY),  # without a password just given
    "mfa_reauthenticate": ("get", NOBODY),  # without a second factor
    "mfa_activate_totp": ("get", NOBODY),
    "mfa_deactivate_totp": ("get", NOBODY),
    "mfa_view_recovery_codes": ("get", NOBODY),
    "mfa_generate_recovery_codes": ("get", NOBODY),
    "mfa_download_recovery_codes": ("get", NOBODY),
    "mfa_add_webauthn": ("get", NOBODY),
    "mfa_remove_webauthn": ("get", NOBODY),
    "mfa_reauthenticate_webauthn": ("get", NOBODY),
    "mfa_login_webauthn": ("get", NOBODY),  # asked by a script alone
}

OF_PROVIDERS = {"provider_events"}  # by the secret of one sender (tests/letters/test_webhooks.py)

# An organiser's own pages: method, and who gets an answer. Whether there is such a page or not, everybody else who is
# signed in gets a 404, and who is not signed in is asked to.
ORGANISERS = {
    "campaign": ("get", VIEWER),
    "campaign_now": ("get", VIEWER),
    "life": ("get", EDITOR),
    "life_publish": ("post", EDITOR),
    "life_schedule": ("post", EDITOR),
    "life_unschedule": ("post", EDITOR),
    "life_closing": ("post", EDITOR),
    "life_close": ("get", EDITOR),
    "life_reopen": ("post", EDITOR),
    "life_outcome": ("get", EDITOR),
    "life_archive": ("get", EDITOR),
    "life_take_back": ("post", EDITOR),
    "life_delete": ("get", EDITOR),
    "life_duplicate": ("get", EDITOR),
    "life_transfer": ("get", OWNER),
    "pausing": ("get", EDITOR),
    "pausing_pause": ("post", EDITOR),
    "pausing_resume": ("post", EDITOR),
    "wording": ("get", VIEWER),
    "wording_edit": ("get", EDITOR),
    "wording_autosave": ("post", EDITOR),
    "wording_preview_part": ("post", EDITOR),
    "wording_take_back": ("post", EDITOR),
    "wording_discard": ("post", EDITOR),
    "wording_publish": ("get", EDITOR),
    "wording_follow": ("post", EDITOR),
    "versions": ("get", VIEWER),
    "translations": ("get", EDITOR),
    "translations_add": ("get", EDITOR),
    "translations_autosave": ("post", EDITOR),
    "preview": ("get", VIEWER),
    "exports": ("get", OWNER),
    "export": ("get", OWNER),
    "representatives": ("get", VIEWER),
    "hand_in": ("get", VIEWER),
    "hand_in_over": ("get", EDITOR),
    "hand_in_undo": ("post", EDITOR),
    "hand_in_email": ("get", EDITOR),
    "hand_in_bundles": ("post", OWNER),
    "hand_in_bundle": ("get", OWNER),
    "packs": ("get", VIEWER),
    "pack_new": ("get", OWNER),
    "pack": ("get", VIEWER),
    "updates": ("get", VIEWER),
    "update_new": ("get", EDITOR),
    "update": ("get", VIEWER),
    "update_now": ("get", VIEWER),
    "update_write": ("get", EDITOR),
    "update_delete": ("post", EDITOR),
    "update_preview": ("get", VIEWER),
    "update_email": ("get", VIEWER),
    "update_test": ("post", EDITOR),
    # What thousands have in their mailboxes cannot be taken back, so owners send. To stop does no harm.
    "update_send": ("post", OWNER),
    "update_unschedule": ("post", EDITOR),
    "update_pause": ("post", EDITOR),
    "update_resume": ("post", OWNER),
    "update_cancel": ("post", OWNER),
    "update_page": ("post", EDITOR),
    "signatures_list": ("get", VIEWER),
    "signatures_find": ("post", EDITOR),
    "signatures_one": ("get", EDITOR),
    "signatures_act": ("post", EDITOR),
    "moderation": ("get", EDITOR),
    "moderation_reports": ("get", EDITOR),
    "reports_decide": ("post", OPERATOR),
    "reports_put_back": ("post", OPERATOR),
    "held": ("get", EDITOR),
    "held_look": ("post", EDITOR),
    "held_do": ("post", EDITOR),
    "held_undo": ("post", EDITOR),
    "invalidation": ("get", EDITOR),
    "invalidation_look": ("post", EDITOR),
    "invalidation_do": ("post", EDITOR),
    "invalidation_undo": ("post", EDITOR),
    "signatories_add": ("get", EDITOR),
    "signatories_add_files": ("post", EDITOR),
    "signatories_add_file": ("get", EDITOR),
    "signatories_add_move": ("post", EDITOR),
    "signatories_add_remove": ("post", EDITOR),
    "numbers": ("get", VIEWER),
    "numbers_now": ("get", VIEWER),
    "numbers_table": ("get", VIEWER),
    "bursts": ("get", EDITOR),
    "bursts_one": ("get", EDITOR),
    "bursts_real": ("post", EDITOR),
    "bursts_undo": ("post", EDITOR),
    "paper": ("get", EDITOR),
    "paper_remove": ("get", EDITOR),
    "facts": ("get", EDITOR),
    "facts_new": ("get", EDITOR),
    "facts_change": ("get", EDITOR),
    "facts_remove": ("get", EDITOR),
    "facts_move": ("post", EDITOR),
    "campaign_picture": ("get", EDITOR),
    "campaign_picture_remove": ("get", EDITOR),
    "campaign_settings": ("get", EDITOR),
    "letters_settings": ("get", EDITOR),
    "letters_settings_hand_in": ("post", EDITOR),
    "letters_variant_new": ("get", EDITOR),
    "letters_variant": ("get", EDITOR),
    "letters_variant_remove": ("get", EDITOR),
    "letters_variant_move": ("post", EDITOR),
}
# The same for an organisation's own pages, under its address.
ORGANISATIONS = {
    "organisation_home": ("get", VIEWER),
    "people": ("get", VIEWER),
    "people_invite": ("post", OWNER),
    "people_invite_again": ("post", OWNER),
    "people_revoke": ("post", OWNER),
    "people_role": ("post", OWNER),
    "people_remove": ("get", OWNER),
    "people_leave": ("get", VIEWER),
    "people_notices": ("get", VIEWER),
    "settings": ("get", OWNER),
    "settings_logo": ("post", OWNER),
    "settings_logo_remove": ("post", OWNER),
    "log": ("get", OWNER),
    "keeping": ("get", OWNER),
    "keeping_record": ("get", OWNER),
    "keeping_person": ("post", OWNER),
    "approval_approve": ("post", OPERATOR),
    "approval_refuse": ("post", OPERATOR),
    "new_campaign": ("get", EDITOR),
    "post_room": ("get", VIEWER),
    "post_now": ("get", VIEWER),
    "post_held": ("get", VIEWER),
    "post_emails": ("get", VIEWER),
    "post_email": ("get", VIEWER),
    "post_find": ("post", EDITOR),
    "post_pause": ("post", EDITOR),
    "post_resume": ("post", EDITOR),
    "post_lift": ("post", EDITOR),
    "post_try": ("post", OWNER),
    "lists": ("get", EDITOR),
    "list": ("get", EDITOR),
    "list_rename": ("post", EDITOR),
    "list_delete": ("post", EDITOR),
    "list_export": ("get", EDITOR),
    "list_file": ("get", EDITOR),
    "material": ("get", EDITOR),
    "material_check": ("get", EDITOR),
    "material_signatories": ("get", EDITOR),
    "material_address": ("get", EDITOR),
    "material_publish": ("post", EDITOR),
    "material_done": ("get", EDITOR),
    "material_delete": ("get", EDITOR),
    "material_original": ("get", EDITOR),
}
# An organiser's own, whatever they work for: to a page of their organisation.
ANYWHERE = {
    "organisation_new": ("get", STAFF),
    "approval": ("get", OPERATOR),
    "operator_keeping": ("get", OPERATOR),
    "operator_keeping_record": ("get", OPERATOR),
    "operator_keeping_person": ("post", OPERATOR),
    "reports": ("get", OPERATOR),
    "switches": ("get", OPERATOR),
    "switches_pause": ("post", OPERATOR),
    "switches_resume": ("post", OPERATOR),
} | {"workspace": ("get", STAFF), "help": ("get", STAFF), "materials": ("get", EDITOR | {"Charlie"})}
DECIDED_ON = ("post_held", "post_emails", "post_email")  # everybody who may look may not decide
NO_LANGUAGE = ("wording_preview_part", "translations_add")  # pages about the text of no one language
# Pages that show how far some long work is, and what kind of work that is.
LONG_WORK = {"export": "campaign-export", "hand_in_bundle": "hand-in-bundle", "pack": "hand-over-pack"}

# The administration: who sees the list and a row, who may add, change and delete.
ADMIN = {
    "campaigns.organisation": (OPERATOR, OPERATOR, OPERATOR, NOBODY),
    "campaigns.user": (OPERATOR, OPERATOR, OPERATOR, OPERATOR),
    "letters.outgoingemail": (OPERATOR, NOBODY, NOBODY, NOBODY),
    "letters.sender": (OPERATOR, OPERATOR, OPERATOR, OPERATOR),
    "letters.suppression": (OPERATOR, OPERATOR, OPERATOR, OPERATOR),
    "letters.destination": (OPERATOR, NOBODY, NOBODY, NOBODY),
    "letters.stop": (OPERATOR, NOBODY, NOBODY, NOBODY),
    "letters.legislature": (OPERATOR, OPERATOR, OPERATOR, OPERATOR),
    "letters.constituency": (OPERATOR, OPERATOR, OPERATOR, OPERATOR),
    "letters.representative": (OPERATOR, OPERATOR, OPERATOR, OPERATOR),
    "config.job": (OPERATOR, NOBODY, NOBODY, NOBODY),
}
ADMIN_OWN = {"index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n"} | {
    "view_on_site",
    "app_list",
    "auth_user_password_change",
}


def addresses(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, str | None, str]]:
    """Every address of the site: its namespace, its name and its route."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, pattern.namespace or namespace)
        else:
            yield namespace, pattern.name, str(pattern.pattern)


def unlisted(patterns: list[Any]) -> list[tuple[str, str | None, str]]:
    pages = {
        f"{name.replace('.', '_')}_{page}"
        for name in ADMIN
        for page in ("changelist", "add", "history", "delete", "change")
    }
    listed = {
        "campaigns": PUBLIC | BY_LINK | set(ORGANISERS) | set(ORGANISATIONS) | set(ANYWHERE),
        "letters": OF_PROVIDERS,
        "admin": pages | ADMIN_OWN,
        "": DEMONSTRATION_ONLY | OF_THE_SITE | set(ACCOUNTS),
    }
    # The administration's two nameless ones: the old address of a row, and what it answers to nonsense.
    nameless = {("admin", None, "<path:object_id>/"), ("admin", None, "(?P<url>.*)$")}
    return [
        (namespace, name, route)
        for namespace, name, route in addresses(patterns)
        if name not in listed.get(namespace, set()) and (namespace, name, route) not in nameless
    ]
