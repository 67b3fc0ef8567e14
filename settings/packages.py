"""In charge of settings about which packages are the user's."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings


class Packages(BaseSettings):
    """The user's packages."""

    models: str = Field("models", description="The Python package that holds your models.")
    extensions: str | None = Field(
        None,
        description="The Python package that holds your Strawberry fields; without it, "
        "`extensions` beside `models`, and none beside a package of another name.",
    )
    migrations: Path | None = Field(
        None,
        description="The folder that holds your migrations; without it, `migrations` beside "
        "`models`, and inside of a package of another name.",
    )

    @property
    def used_extensions(self) -> str | None:
        """The package of extensions, if any."""
        return self.extensions or ("extensions" if self.models == "models" else None)
