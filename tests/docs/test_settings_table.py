"""`docs/settings.md` says what the settings class says."""

from __future__ import annotations

import re
from pathlib import Path

from settings import Settings

ROOT = Path(__file__).parents[2]


def test_every_setting_is_documented_as_it_is() -> None:
    """Name, default and description of each, in the class's order; and no other."""
    expected = [
        (name.upper(), "" if field.default is None else str(field.default), field.description)
        for name, field in Settings.model_fields.items()
    ]
    table = (ROOT / "docs" / "settings.md").read_text("utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", table, flags=re.MULTILINE)
    assert [(name, default.strip("` "), text) for name, default, text in rows] == expected


def test_who_is_told_of_the_schema() -> None:
    """Everybody in development, nobody in production, unless it is said."""
    for environment, said, told in (
        ("development", None, "all"),
        ("production", None, "off"),
        ("production", "allowed", "allowed"),
        ("development", "off", "off"),
    ):
        settings = Settings(_env_file=None, environment=environment, introspection=said)  # type: ignore[call-arg]
        assert settings.told_of == told
