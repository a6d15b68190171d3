"""The site: pages in Spanish and English made from an election's state, as plain files."""

from escrutinio.publication.site.choice import render_demo_index
from escrutinio.publication.site.render import render_site

__all__ = ["render_demo_index", "render_site"]
