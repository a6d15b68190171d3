"""What a polling board and its scrutineers say: sheets by hand, seals, refusals to sign."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records import codes as k
from escrutinio.core.records.body import Body, record
from escrutinio.core.records.codecs import put
from escrutinio.core.records.types.counts import Sheet

__all__ = ["ManualSheet", "RefusalToSign", "SealCheck"]


@record(17, "station/contest", version=2, bulk=True)
class ManualSheet(Sheet):
    """A polling board's sheet, counted by hand: where the law counts on paper, or after a contingency
    opening.

    `ruling`: the digest of the ruling that ordered a recount or a repeated vote, if it is the sheet of one.
    """

    ruling: bytes | None = put(c.Optional(c.DIGEST), default=None)


@record(20, "station")
class SealCheck(Body):
    """A polling board looked at the seal of its machine or box."""

    seal: str = put(c.CODE)
    intact: int = put(c.Uint("bit", 2))


@record(21, "station/contest")
class RefusalToSign(Body):
    """A scrutineer did not sign the sheet; the sheet stays valid."""

    reason: k.RefusalReason = put(c.Code(k.RefusalReason))
