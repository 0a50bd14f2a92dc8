"""OPTIONS, then DESCRIBE of `/`, on one RTSP connection: server, realms, methods, an open SDP's names.

Rules: never Authorization, never SETUP or PLAY, no path but `/`; a DESCRIBE that succeeds is reported as a
stream readable without login and no video is fetched. Source: facts 6.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from camscan.model.exchange import Ask, Framing, Probe, Reply, Target, Transport
from camscan.model.observation import Observation, RawFields, observe
from camscan.probes.http_fields import challenge_fields, header_lines
from camscan.probes.ports import ports_speaking
from camscan.wire.http import HttpResponse
from camscan.wire.rtsp import decode_answer, encode_request, sdp_control, sdp_excerpt, sdp_origin

NAME = "rtsp"


def rtsp_asks(target: Target, port: int, tls: bool = False) -> tuple[Ask, ...]:
    """The opening OPTIONS for one open port; DESCRIBE follows when it was answered."""
    return (_ask(target.ip, port, tls, "options"),)


def _ask(ip: str, port: int, tls: bool, step: str) -> Ask:
    return Ask(
        probe=NAME,
        ip=ip,
        port=port,
        transport=Transport.TLS if tls else Transport.TCP,
        payload=encode_request(step.upper(), ip, port, 1 if step == "options" else 2, tls),
        framing=Framing.RTSP,
        step=step,
        timeout_seconds=6.0 if tls else 4.0,
    )


def read(reply: Reply) -> Iterator[Observation | Ask]:
    """One Observation per answer, and the DESCRIBE after OPTIONS. Raises MalformedReply."""
    answer = decode_answer(reply.payload)
    describes = reply.ask.step == "describe"
    yield observe(
        reply.source_ip,
        NAME,
        answer_fields(answer, describes),
        at=reply.at,
        payload=reply.payload,
        port=reply.source_port,
        interface=reply.interface,
    )
    if not describes and answer.version.startswith("RTSP"):
        ask = reply.ask
        yield _ask(ask.ip, ask.port, ask.transport is Transport.TLS, "describe")


def answer_fields(answer: HttpResponse, describes: bool) -> RawFields:
    """Every rtsp.* value one answer states; also what imports make of a recorded one.

    A web server on the port is http evidence, not RTSP: its headers are named http.*.
    """
    if not answer.version.startswith("RTSP"):
        return {
            "http.status": str(answer.status),
            "http.server": answer.all("server"),
            "http.header": header_lines(answer),
            **challenge_fields(answer, "http"),
        }
    opened = describes and answer.status == 200
    return {
        "rtsp.status": str(answer.status) if describes or answer.status != 200 else None,
        "rtsp.server": answer.all("server"),
        "rtsp.public": answer.all("public") + answer.all("allow"),
        "rtsp.header": header_lines(answer),
        "rtsp.open": "true" if opened else None,
        "rtsp.sdp": sdp_excerpt(answer.body) if opened else None,
        "rtsp.sdp_origin": sdp_origin(answer.body) if opened else None,
        "rtsp.sdp_control": sdp_control(answer.body) if opened else None,
        **challenge_fields(answer, "rtsp"),
    }


PROBE = Probe(
    name=NAME,
    about="Asks an RTSP server for its methods and for the description of `/`, without login.",
    transport=Transport.TCP,
    ports=ports_speaking(NAME),
    fields=(
        "rtsp.status",
        "rtsp.server",
        "rtsp.realm",
        "rtsp.auth",
        "rtsp.public",
        "rtsp.header",
        "rtsp.sdp",
        "rtsp.sdp_origin",
        "rtsp.sdp_control",
        "rtsp.open",
        "http.status",
        "http.server",
        "http.header",
        "http.realm",
        "http.auth",
    ),
    read=read,
    asks=lambda target: rtsp_asks(target, 554),
    packets=2,
    stage=1,
)
