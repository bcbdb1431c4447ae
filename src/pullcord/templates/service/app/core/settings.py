"""What the environment decides. Every setting has a default that is safe to develop with."""

import os
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

DEVELOPMENT_SECRET = "development-only-secret-never-use-in-production"  # noqa: S105 - refused in production


class Settings(BaseModel):
    """The settings of one service."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    app_env: Literal["development", "test", "staging", "production"] = "development"
    jwt_secret: str = Field(default=DEVELOPMENT_SECRET, repr=False)
    """Signs the bearer tokens (HS256). Use at least 32 random bytes."""
    database_url: str | None = Field(default=None, repr=False)
    """PostgreSQL. Without it rows live in memory and are lost when the process ends."""

    @model_validator(mode="after")
    def _refuse_the_development_secret(self) -> Self:
        if self.app_env in ("staging", "production") and self.jwt_secret == DEVELOPMENT_SECRET:
            raise ValueError(f"JWT_SECRET must be set when APP_ENV is {self.app_env}")
        return self

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read APP_ENV, JWT_SECRET and DATABASE_URL. An empty value counts as unset."""
        return cls.model_validate(
            {name: env[name.upper()] for name in cls.model_fields if env.get(name.upper())}
        )
