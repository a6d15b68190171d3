"""Names of files for codes, such that every disk, USB stick and web server keeps them apart.

Windows, macOS and most sticks take A for a; Windows has no file `con`, `nul.html` or `com1.csv`, and drops a
dot at the end. A code that meets any of this gets a part of its digest; all others are names as they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import sha256

_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
"""Devices of Windows, whatever ending follows (Microsoft, "Naming Files, Paths, and Namespaces")."""

_DIGITS = 8


def is_portable(name: str) -> bool:
    """Whether every disk can hold a file of this name, of letters, digits and `. _ -`, with any ending."""
    return not _RESERVED.fullmatch(name) and not name.endswith(".")


def file_names(
    names: Iterable[tuple[str, str]],
    taken: Iterable[str] = (),
    fits: Callable[[str], bool] = is_portable,
) -> dict[str, str]:
    """For each (code, name that it would have) a name, different from all others and `taken` in any case.

    The one that it would have, unless another would have it too or it does not `fit`: then with the first
    digits of the code's SHA-256. The names depend on the codes alone, not on their order.
    """
    wanted = dict(names)
    used = Counter([*map(str.casefold, taken), *map(str.casefold, wanted.values())])
    return {
        code: name if used[name.casefold()] == 1 and fits(name) else _marked(code, name, used)
        for code, name in wanted.items()
    }


def names_of_codes(codes: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """A name for the files of each code, by `file_names`."""
    return file_names(((code, code) for code in codes), taken)


def _marked(code: str, name: str, used: Counter[str]) -> str:
    digest = sha256(code.encode()).hexdigest()
    plain = name.replace(".", "-") if _RESERVED.fullmatch(name) else name
    marked = (f"{plain}-{digest[:digits]}" for digits in range(_DIGITS, len(digest) + 1, _DIGITS))
    return next(found for found in marked if found.casefold() not in used)
