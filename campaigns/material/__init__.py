"""A document that becomes a campaign: reading → cleaning → extraction → draft.

Nothing here but `storing` knows a model, so the rest runs in a child process that has no settings, no keys and no
database. What is known of a language is data: `languages/*.toml`.
"""
