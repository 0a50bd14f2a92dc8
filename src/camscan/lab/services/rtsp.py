"""An RTSP server that answers OPTIONS and challenges (or describes) DESCRIBE (facts §6.1).

`options` and `describe` are the device's literal replies; {cseq} and {date} are filled in. SETUP, PLAY
and everything else that starts a stream is logged as forbidden.
"""

from __future__ import annotations

from dataclasses import dataclass

from camscan.lab.host import Conversation, Host

_DATE = "Tue, Mar 05 2024 10:20:30 GMT"


@dataclass(frozen=True, slots=True)
class Rtsp:
    """Literal replies with \\n line ends (sent as \\r\\n), body after a blank line counted by itself."""

    options: str
    describe: str
    port: int = 554
    also: tuple[int, ...] = ()

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """TCP ports it binds."""
        return tuple(("tcp", port) for port in (self.port, *self.also))

    async def open(self, host: Host) -> None:
        """Start serving."""
        for port in (self.port, *self.also):
            await host.conversations(port, self._serve)

    async def _serve(self, conversation: Conversation) -> None:
        host, port = conversation.host, conversation.port
        for _ in range(20):
            block = await conversation.read_until_blank_line()
            if not block:
                return
            lines = block.decode("latin-1").split("\r\n")
            host.log.requested(host.ip, port, lines[0])
            headers = {line.split(":", 1)[0].strip().lower(): line for line in lines[1:] if ":" in line}
            cseq = headers.get("cseq", "CSeq: 0").split(":", 1)[1].strip()
            if "authorization" in headers:
                host.log.authorized(host.ip, port, lines[0], accepted=False)
            match lines[0].split(" ", 1)[0]:
                case "OPTIONS":
                    reply = self.options
                case "DESCRIBE":
                    reply = self.describe
                case method:
                    host.log.forbid(host.ip, port, f"RTSP {method}")
                    reply = "RTSP/1.0 405 Method Not Allowed\nCSeq: {cseq}\n\n"
            await conversation.write(_encode(reply, cseq))


def _encode(reply: str, cseq: str) -> bytes:
    head, _, body = reply.partition("\n\n")
    text = head.replace("{cseq}", cseq).replace("{date}", _DATE).rstrip("\n").replace("\n", "\r\n")
    sdp = body.replace("\n", "\r\n").encode()
    length = f"\r\nContent-Type: application/sdp\r\nContent-Length: {len(sdp)}" if sdp else ""
    return f"{text}{length}\r\n\r\n".encode("latin-1") + sdp
