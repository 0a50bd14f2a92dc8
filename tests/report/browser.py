"""Headless Chromium for tests: the DOM after the page's own script, a picture, a print.

A test's steps run inside a copy of the page without its content policy; what they return comes back as JSON.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
)  # fmt: skip

_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


def run(folder: Path, *arguments: str) -> str:
    """Chromium's standard output; its network goes nowhere."""
    assert CHROMIUM is not None
    profile = folder / "profile"
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--proxy-server=127.0.0.1:9", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def evaluate(folder: Path, page: bytes, steps: str, *, size: str = "1280,900", scripts: str = "") -> Any:
    """What the body of an async function returns when it has run in the page."""
    harness = (
        f"<script>{scripts}</script><script>addEventListener('load', async () => {{"
        f"let result; try {{ result = await (async () => {{ {steps} }})(); }}"
        "catch (fault) { result = String(fault); }"
        "const pre = document.createElement('pre'); pre.id = 'result';"
        "pre.textContent = JSON.stringify(result); document.body.append(pre); });</script></body>"
    )
    text = _POLICY.sub("", page.decode("utf-8")).replace("</body>", harness)
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    dumped = run(folder, f"--window-size={size}", "--virtual-time-budget=8000", "--dump-dom", path.as_uri())
    found = re.search(r'<pre id="result">(.*?)</pre>', dumped, re.DOTALL)
    assert found, "the page's script did not end"
    return json.loads(html.unescape(found.group(1)))


def picture(folder: Path, page: bytes, *, size: str = "1280,900", dark: bool = False) -> bytes:
    """A PNG of the page as it is."""
    path, image = folder / "picture.html", folder / "picture.png"
    path.write_bytes(page)
    scheme = ("--blink-settings=preferredColorScheme=0",) if dark else ()
    run(folder, f"--window-size={size}", *scheme, f"--screenshot={image}", path.as_uri())
    return image.read_bytes()


def printed(folder: Path, page: bytes) -> bytes:
    """A PDF of the page as it prints."""
    path, paper = folder / "print.html", folder / "print.pdf"
    path.write_bytes(page)
    run(folder, "--no-pdf-header-footer", f"--print-to-pdf={paper}", path.as_uri())
    return paper.read_bytes()
