from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class PrivateFolder(FileSystemStorage):
    """Files that no web server serves: readable by the owner of the process alone, and without an address."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "location": settings.VAR_DIR / "private",
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
                **options,
            }
        )

    def url(self, name: str | None) -> str:
        raise ValueError("A private file has no address; a view that checks who asks streams it.")
