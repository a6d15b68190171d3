"""An election day as a script: every record written in TOML, in the order of the log.

    [[entry]]
    id = "accredited"                      # so that later entries can point here
    by = "authority/officer-1"
    at = 2031-05-04T06:00:00-03:00
    type = "accreditation"
    about = "observer/faro"
    says = { titles = {es = "Faro", en = "Lighthouse"}, starts = 2031-05-01T00:00:00Z, … }

`says` has the fields of the record's class (docs/formats.md). Beside the plain forms it may write

    titles = {es = "…", en = "…"}          instead of a list of language and text
    at = 2031-05-04T06:00:00-03:00         instead of seconds
    report = {text = "…"} or {file = "…"}  an attachment, stored and named by its digest
    complaint = "@accredited"              the SHA-256, or where a number is expected the index, of an entry
    head = "@here"                         the log as it stood before this entry
    public_key, proof                      left out in an enrolment: made with the keyring

For many like records an entry has `rows = [[by, about, {…}], …]` instead of `by`, `about` and `says`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from escrutinio.base.errors import InputError, RecordError
from escrutinio.core.records.types import BY_NAME
from escrutinio.intake.authoring.composer import Composer
from escrutinio.intake.authoring.saying import read_says, seconds_of

_KNOWN = ("id", "by", "at", "type", "about", "says", "rows")


def play(composer: Composer, script: Mapping[str, object], place: str) -> None:
    """Append every entry of a script. Raises InputError naming the entry at fault."""
    entries = script.get("entry")
    if set(script) != {"entry"} or not isinstance(entries, list):
        raise InputError("script-entries", place=place)
    for number, entry in enumerate(entries, 1):
        try:
            _play_entry(composer, entry)
        except (RecordError, InputError) as error:
            name = entry.get("id") or entry.get("type") if isinstance(entry, dict) else None
            raise InputError("script-entry", place=place, number=number, name=name, why=error) from None


def _play_entry(composer: Composer, entry: object) -> None:
    if not isinstance(entry, dict):
        raise InputError("script-entry-table")
    if unknown := [key for key in entry if key not in _KNOWN]:
        raise InputError("key-not-known", known=", ".join(_KNOWN), name=repr(unknown[0]))
    kind = BY_NAME.get(str(entry.get("type")))
    if kind is None:
        raise InputError("record-type-name", known=", ".join(BY_NAME), name=repr(entry.get("type")))
    at = seconds_of(entry["at"]) if "at" in entry else None
    name = entry.get("id")
    for by, about, says in _rows(entry):
        composer.add(read_says(composer, kind, says), by=by, about=about, at=at, name=name)
        name = None


def _rows(entry: dict[str, object]) -> Iterator[tuple[str, str, object]]:
    rows = entry.get("rows")
    if rows is None:
        yield str(entry.get("by", "")), str(entry.get("about", "election")), entry.get("says", {})
        return
    if not isinstance(rows, list) or {"by", "about", "says"} & set(entry):
        raise InputError("script-rows")
    for row in rows:
        if not isinstance(row, list) or len(row) != 3:
            raise InputError("script-row")
        yield str(row[0]), str(row[1]), row[2]
