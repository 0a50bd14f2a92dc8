"""Inventory → one HTML file that needs nothing else: no network, no server, opens from a USB stick.

Rules: jinja2 escapes every text; device data travels as JSON inside the page and reaches the document
only as text; script and style are in the page, and its content policy allows nothing from elsewhere.
"""

from __future__ import annotations

from camscan.report.html.page import pieces, render

__all__ = ["pieces", "render"]
