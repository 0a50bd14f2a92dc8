"""A NetBox on loopback that holds to NetBox's own contract.

tests/golden/netbox-<version>.json was taken from NetBox's OpenAPI document of that version: the request
schema and the filters of each endpoint. A body that breaks it, or a filter NetBox does not have, is a 400.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema

GOLDEN = Path(__file__).parent.parent / "golden"
TOKEN = "0123456789abcdef0123456789abcdef01234567"
CHOICES = {"status", "type"}
NESTED = {
    "manufacturer": "dcim/manufacturers", "device_type": "dcim/device-types", "role": "dcim/device-roles",
    "site": "dcim/sites", "device": "dcim/devices", "primary_ip4": "ipam/ip-addresses",
    "primary_ip6": "ipam/ip-addresses", "primary_mac_address": "dcim/mac-addresses",
}  # fmt: skip
UNIQUE = {
    "dcim/manufacturers": ("slug",),
    "dcim/sites": ("slug",),
    "dcim/device-roles": ("slug",),
    "extras/tags": ("slug",),
}


class FakeNetBox:
    """State and a log of every request that changed something."""

    def __init__(self, version: str) -> None:
        self.contract = json.loads((GOLDEN / f"netbox-{version}.json").read_text("utf-8"))
        self.version = version
        self.objects: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in self.contract["endpoints"]}
        self.changes: list[tuple[str, str]] = []
        self.url = ""

    def seed(self, endpoint: str, **body: Any) -> int:
        """Put an object there as its administrator would."""
        status, made = self.post(endpoint, body)
        assert status == 201, made
        self.changes.clear()
        return int(made["id"])

    def list(self, endpoint: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        filters = self.contract["endpoints"][endpoint]["filters"]
        unknown = [name for name in query if name not in filters and name not in ("limit", "offset")]
        if unknown:
            return 400, {name: ["Unknown filter field"] for name in unknown}
        found = [each for each in self.objects[endpoint].values() if self._fits(endpoint, each, query)]
        results = [self._shown(endpoint, each) for each in found]
        return 200, {"count": len(results), "next": None, "previous": None, "results": results}

    def post(self, endpoint: str, body: Any) -> tuple[int, Any]:
        fault = self._fault(endpoint, body, whole=True)
        if fault:
            return 400, fault
        number = len(self.objects[endpoint]) + 1
        self.objects[endpoint][number] = {"id": number, **body}
        self.changes.append(("POST", endpoint))
        return 201, self._shown(endpoint, self.objects[endpoint][number])

    def patch(self, endpoint: str, number: int, body: Any) -> tuple[int, Any]:
        fault = self._fault(endpoint, body, whole=False)
        if fault:
            return 400, fault
        self.objects[endpoint][number].update(body)
        self.changes.append(("PATCH", endpoint))
        return 200, self._shown(endpoint, self.objects[endpoint][number])

    def _fault(self, endpoint: str, body: Any, *, whole: bool) -> dict[str, list[str]]:
        schema = dict(self.contract["endpoints"][endpoint]["request"])
        schema["additionalProperties"] = False
        if not whole:
            schema.pop("required", None)
        faults = {
            ".".join(map(str, error.path)) or "body": [error.message]
            for error in jsonschema.Draft202012Validator(schema).iter_errors(body)
        }
        for name in UNIQUE.get(endpoint, ()):
            if whole and any(each[name] == body.get(name) for each in self.objects[endpoint].values()):
                faults[name] = [f"{endpoint} with this {name} already exists."]
        for name, target in NESTED.items():
            if isinstance(body.get(name), int) and body[name] not in self.objects[target]:
                faults[name] = [f"Related object not found using the provided numeric ID: {body[name]}"]
        return faults

    def _fits(self, endpoint: str, each: dict[str, Any], query: dict[str, list[str]]) -> bool:
        for name, wanted in query.items():
            if name in ("limit", "offset"):
                continue
            if name == "tag":
                held = {tag["slug"] for tag in each.get("tags", ())}
                if not held & set(wanted):
                    return False
            elif name == "address":
                if each["address"].split("/")[0] not in {text.split("/")[0] for text in wanted}:
                    return False
            elif name == "mac_address":
                if each["mac_address"].lower() not in {text.lower() for text in wanted}:
                    return False
            elif str(each.get(name.removesuffix("_id") if name == "device_id" else name, "")) not in wanted:
                return False
        return True

    def _shown(self, endpoint: str, each: dict[str, Any]) -> dict[str, Any]:
        url = f"{self.url}/api/{endpoint}/{each['id']}/"
        shown: dict[str, Any] = {"url": url, "display": each.get("name") or each.get("address") or "", **each}
        shown.setdefault("custom_fields", {})
        shown.setdefault("tags", [])
        if endpoint == "dcim/devices":
            for name in ("primary_ip4", "primary_ip6", "serial", "description"):
                shown.setdefault(name, None if name.startswith("primary") else "")
        if endpoint == "dcim/interfaces":
            shown.setdefault("primary_mac_address", None)
        if endpoint == "ipam/ip-addresses":
            shown.setdefault("assigned_object_id", None)
            shown["assigned_object"] = {"id": 1, "url": url, "display": "network", "name": "network"}
        for name in CHOICES & set(shown):
            if isinstance(shown[name], str):
                shown[name] = {"value": shown[name], "label": shown[name].title()}
        for name, target in NESTED.items():
            if isinstance(shown.get(name), int):
                there = self.objects[target][shown[name]]
                link = f"{self.url}/api/{target}/{there['id']}/"
                shown[name] = {"id": there["id"], "url": link, "display": str(there.get("name", ""))}
        shown["tags"] = [
            {"id": 1, "url": f"{self.url}/api/extras/tags/1/", "display": tag["name"], **tag}
            for tag in shown["tags"]
        ]
        return shown


@contextmanager
def serve(netbox: FakeNetBox) -> Iterator[str]:
    """The URL of the running fake."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one segment per answer, or delayed acknowledgements cost 40 ms each
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:
            pass

        def answer(self, status: int, body: Any) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("API-Version", netbox.version)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)
            self.wfile.flush()

        def handle_one(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            if parts.path.rstrip("/") != "/api" and self.headers.get("Authorization") != f"Token {TOKEN}":
                self.answer(403, {"detail": "Invalid token"})
                return
            found = re.fullmatch(r"/api/(\w+/[\w-]+)/(?:(\d+)/)?", parts.path)
            if found is None:
                self.answer(200, {})
                return
            endpoint, number = found.group(1), found.group(2)
            if self.command == "POST":
                self.answer(*netbox.post(endpoint, body))
            elif self.command == "PATCH":
                self.answer(*netbox.patch(endpoint, int(number), body))
            elif number:
                self.answer(200, netbox._shown(endpoint, netbox.objects[endpoint][int(number)]))
            else:
                self.answer(*netbox.list(endpoint, parse_qs(parts.query)))

        do_GET = do_POST = do_PATCH = handle_one

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    netbox.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield netbox.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
