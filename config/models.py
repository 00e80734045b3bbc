from .jobs import Job
from .reckoning import Reckoned
from .switches import Pause

__all__ = ["Job", "Pause", "Reckoned"]
