"""Devices that attack whoever scans them: for tests of what camscan survives, never part of the demo.

Rule: their bytes are literal and their own; nothing here exploits anything but a careless reader.
"""
