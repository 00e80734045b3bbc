"""Which section of the help is about which page of the workspace."""

# By how the page's name begins; the first that fits. The sections are those of the template organising/help.html.
SECTIONS = (
    (("organisation", "people", "invitation", "log", "settings", "approval", "reports", "switches"), "organisation"),
    (("material", "wording", "versions", "translations", "new_campaign"), "writing"),
    (("facts", "campaign_picture", "campaign_settings"), "facts"),
    (("letters_", "representatives", "hand_in", "list"), "letters"),
    (("preview", "life", "pausing"), "publishing"),
    (("signature", "signator", "moderation", "invalidation", "held"), "signatures"),
    (("numbers", "bursts", "paper", "export"), "signatures"),
    (("update",), "updates"),
    (("post_",), "post"),
    (("pack",), "handing-over"),
    (("keeping",), "data"),
)


def of(page: str) -> str:
    """`page` is the name of its address."""
    return next((section for begins, section in SECTIONS if page.startswith(begins)), "beginning")
