"""Axis `basicdeviceinfo.cgi`: anonymous by the vendor's design (facts §6.2.2)."""

from __future__ import annotations

import json
from dataclasses import dataclass

from camscan.lab.host import Host
from camscan.lab.services.http import HttpRequest, Page, digest

PATH = "/axis-cgi/basicdeviceinfo.cgi"


@dataclass(frozen=True, slots=True)
class BasicDeviceInfo:
    """closed: the administrator turned anonymous reading off."""

    number: str
    product_type: str
    version: str
    serial: str
    closed: bool = False

    def reply(self, request: HttpRequest, host: Host) -> Page:
        """Answer the one read-only method; anything else is forbidden."""
        if "authorization" in request.headers:
            host.log.authorized(host.ip, request.port, "basicdeviceinfo", accepted=False)
        if self.closed or request.method != "POST":
            return Page(b"", 401, (("WWW-Authenticate", digest(f"AXIS_{self.serial}")),))
        method = json.loads(request.body or b"{}").get("method")
        if method != "getAllUnrestrictedProperties":
            host.log.forbid(host.ip, request.port, f"basicdeviceinfo {method}")
            error = {"apiVersion": "1.3", "method": method, "error": {"code": 2004}}
            return Page(json.dumps(error).encode(), 200, (("Content-Type", "application/json"),))
        properties = {
            "ProdNbr": self.number,
            "HardwareID": "7A2",
            "ProdFullName": f"AXIS {self.number} {self.product_type}",
            "Version": self.version,
            "ProdType": self.product_type,
            "Brand": "AXIS",
            "WebURL": "http://www.axis.com",
            "ProdVariant": "",
            "SerialNumber": self.serial,
            "ProdShortName": f"AXIS {self.number}",
            "BuildDate": "Mar 05 2024 10:20",
        }
        document = {
            "apiVersion": "1.3",
            "method": method,
            "data": {"propertyList": properties},
        }
        return Page(json.dumps(document).encode(), 200, (("Content-Type", "application/json"),))
