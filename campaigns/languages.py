"""Languages by their own names."""

from django.conf.locale import LANG_INFO

from letters.pdf import is_rtl

from .models.translated import LANGUAGE

# What the framework does not know, or writes otherwise than its readers do.
_NAMES = {"ku": "Kurdî", "ckb": "کوردیی ناوەندی", "fa": "فارسی", "ur": "اردو", "zh": "中文", "ti": "ትግርኛ", "am": "አማርኛ"}
NAMES = {
    code: str(info["name_local"])
    for code, info in LANG_INFO.items()
    if "name_local" in info and LANGUAGE.fullmatch(code)
} | _NAMES


def name_of(code: str) -> str:
    """As its readers write it; of a language nobody here has heard of, its code."""
    known = NAMES.get(code)
    if known:
        return known
    base, _hyphen, region = code.partition("-")
    return f"{NAMES[base]} ({region.upper()})" if base in NAMES else code


def choices(known: str = "") -> list[tuple[str, str]]:
    """For a field; `known` is among them whatever it is."""
    names = NAMES | {known or "en": name_of(known or "en")}
    return sorted(names.items(), key=lambda one: one[1].casefold())


def direction(code: str) -> str:
    return "rtl" if is_rtl(code) else "ltr"
