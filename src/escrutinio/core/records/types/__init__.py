"""Every record type: its code, its name, its positions (docs/formats.md, docs/formats.cddl).

A class here is the *body* of a record, what stands behind `[version, type, election, issued_at` in the
payload. Station, contest or whatever else it speaks of stands in the record's subject, never here.
The second argument of `@record` says which form the subject has.

One file for each speaker; another one needs its line below and nothing more.
"""

from collections.abc import Mapping

from escrutinio.core.records.body import EARLIER as EARLIER
from escrutinio.core.records.body import REGISTERED, Body
from escrutinio.core.records.body import Earlier as Earlier
from escrutinio.core.records.types.audit import *
from escrutinio.core.records.types.authority import *
from escrutinio.core.records.types.board import *
from escrutinio.core.records.types.dispute import *
from escrutinio.core.records.types.foundation import *
from escrutinio.core.records.types.machine import *
from escrutinio.core.records.types.public import *

BY_CODE: Mapping[int, type[Body]] = dict(sorted(REGISTERED.items()))
BY_NAME: Mapping[str, type[Body]] = {body.NAME: body for body in BY_CODE.values()}

BULK = frozenset(code for code, body in BY_CODE.items() if body.IS_BULK)
"""The types of which an election has one for each of its stations at least; a fold keeps them in columns."""
