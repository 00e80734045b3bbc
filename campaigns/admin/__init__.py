"""What the operator keeps: accounts, organisations, senders, the directory. Each file registers one room's models."""

from . import directory, people, post, senders

__all__ = ["directory", "people", "post", "senders"]
