"""What the page on a phone says."""

from __future__ import annotations

from escrutinio.base.words.catalogue import N_

TEXTS: dict[str, str] = {
    "title": N_("Photos of sheets"),
    "lead": N_(
        "Take a photo of each sheet. Without a network it waits on this phone and is sent later, while this "
        "page is open."
    ),
    "take": N_("Take a photo"),
    "ready": N_("This page works without a network now."),
    "not-ready": N_("This page needs a network: the browser did not keep it."),
    "kept": N_("Kept on this phone, not sent yet"),
    "sending": N_("Sending"),
    "received": N_("Received; the photo was deleted from this phone. Receipt:"),
    "refused": N_("Not taken by the server:"),
    "over": N_("The session is over. Ask for another key and enter again; what is kept here stays."),
    "reads": N_("The code on the sheet says:"),
    "no-code": N_("No code was read; people will type the sheet from the photo."),
    "other-code": N_("There is a code that is not one of a sheet."),
    "unchecked": N_("Its signature is checked later."),
    "send": N_("Send now"),
    "remove": N_("Delete from this phone"),
    "full": N_("It could not be kept on this phone: make room and take the photo again."),
    "people": N_("Nobody's name is asked for. Place and time are removed from the photo."),
}
"""By name; all of them go to the phone in the reader's language."""
