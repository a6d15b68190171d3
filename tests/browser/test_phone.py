"""A scrutineer's phone, in Chromium of its size: photos taken without a network are sent when there is one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn
from PIL import ExifTags, Image

from escrutinio.core.records.keys import SigningKey
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.running.desk.phone.app import phone_application
from escrutinio.running.desk.sessions import Sessions, Use
from escrutinio.running.workspace.collection.pictures import PictureBox
from tests.browser.serving import PATIENCE, Told
from tests.publication.small import small_state

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
