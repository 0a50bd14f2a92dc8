"""The words planted where real devices announce credentials; none may ever appear in camscan's output."""

PLANTED_USER = "planteduser"
PLANTED_SECRET = "plantedSECRET-9f3c"  # noqa: S105 - a marker to search outputs for, no credential
