"""What organisers work with until they have a workspace of their own. Each file registers one room's models."""

from . import campaigns, directory, people, post, senders, signatures

__all__ = ["campaigns", "directory", "people", "post", "senders", "signatures"]
