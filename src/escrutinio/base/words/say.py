"""Which language the commands speak: ESCRUTINIO_LANG, else the locale; Spanish or English."""

import os

SPANISH = "es"
ENGLISH = "en"


def language() -> str:
    """`es` or `en`, from the first of ESCRUTINIO_LANG, LC_ALL, LC_MESSAGES and LANG that is set."""
    for name in ("ESCRUTINIO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return SPANISH if value.lower().startswith("es") else ENGLISH
    return ENGLISH


def say(english: str, spanish: str) -> str:
    """The one of two texts that the user reads."""
    return spanish if language() == SPANISH else english
