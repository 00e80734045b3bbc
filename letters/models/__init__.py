from .directory import Constituency, Legislature, Postcode, Representative
from .letter import Letter

__all__ = ["Constituency", "Legislature", "Letter", "Postcode", "Representative"]
