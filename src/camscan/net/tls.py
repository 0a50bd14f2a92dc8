"""The TLS context of the *inspection* socket: it reads certificates of any age and trusts none.

Old cameras speak TLS 1.0 with RSA-1024, SHA-1 and no secure renegotiation. Nothing secret is ever sent
over this context: no login travels on it (net/onvif_login.py has its own).
"""

from __future__ import annotations

import ssl
import warnings
from asyncio import sslproto
from functools import cache

_LEGACY_SERVER_CONNECT = 0x4  # OP_LEGACY_SERVER_CONNECT, unnamed in the ssl module before 3.12

RECORD_BYTES = 1 << 14
"""The largest TLS record (RFC 8446, 5.1). asyncio gives every connection a buffer sixteen times as large: a
hundred megabytes where hundreds of devices are questioned at once."""
sslproto.SSLProtocol.max_size = RECORD_BYTES


@cache
def inspection_context() -> ssl.SSLContext:
    """One permissive context shared by every handshake (building one costs about 10 ms)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.options |= _LEGACY_SERVER_CONNECT
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:COMPLEMENTOFDEFAULT:@SECLEVEL=0")
    return context
