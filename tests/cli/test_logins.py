"""A credentials file that does not say what its author meant is refused, never half read."""

from __future__ import annotations

from pathlib import Path

import pytest

from camscan.cli.logins import load_logins
from camscan.errors import UsageError


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('["*"]\nuser = "u"\npassword = "SECRET"\n', "'\\*' is unknown"),
        ('[[logins]]\nuser = "u"\npassword = "SECRET"\n', "'logins' is unknown"),
        ('[[login]]\nuser = "u"\npassword = "SECRET"\nhost = "10.0.0.1"\n', "login 1: 'host' is unknown"),
        ('[[login]]\nuser = "u\\r\\nX: y"\npassword = "SECRET"\n', "login 1: user holds a control character"),
    ],
)
def test_a_file_that_would_be_half_read_is_one_line_without_the_secret(
    tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "logins.toml"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(UsageError, match=said) as refused:
        load_logins(file, ask=False)
    assert "SECRET" not in str(refused.value)
