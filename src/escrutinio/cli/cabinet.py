"""Opening the private part of a workspace: the passphrase is asked for where it is sealed, not elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from escrutinio.running.workspace.cabinet import Cabinet
    from escrutinio.running.workspace.collection.collection import Collection
    from escrutinio.running.workspace.workspace import Workspace


def open_cabinet(workspace: Workspace, *, phones: bool = False) -> Cabinet:
    """The files of a workspace's private part; with `phones` what phones sent too, which is always sealed.

    Raises RecordError for a wrong passphrase, InputError where they are sealed for other keys.
    """
    from escrutinio.cli.options import ask_passphrase
    from escrutinio.running.workspace.cabinet import Cabinet
    from escrutinio.running.workspace.collection.pictures import PictureBox

    files = Cabinet(workspace.private)
    if files.sealed or (phones and PictureBox(workspace.private).is_begun()):
        return files.opened(workspace.keyring(ask_passphrase(of=workspace.directory)))
    return files


def open_unlocked(collection: Collection, *, phones: bool = False) -> Collection:
    """A collection that may be read. Raises as `open_cabinet`."""
    from dataclasses import replace

    return replace(collection, opener=open_cabinet(collection.workspace, phones=phones).key)
