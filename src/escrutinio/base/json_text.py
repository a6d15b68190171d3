"""What bytes that should be JSON can do to whoever reads them."""

import msgspec

NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are no JSON of the type asked for: what is no UTF-8, and lists in lists
without end, among them."""
