"""A scrutineer's phone, in Chromium of its size: photos taken without a network are sent when there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass
