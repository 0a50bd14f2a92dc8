"""Frames sent and heard below the IP stack: SYN sweep, ARP sweep, IPv6 neighbours. Linux, CAP_NET_RAW.

Rules: scapy builds each template frame once, only the changing words are rewritten; every address passes the
gate just before it goes into a batch; nothing here needs root or changes the machine's configuration.
"""
