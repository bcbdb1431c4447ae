"""What the environment decides."""

import pytest
from pydantic import ValidationError

from app.core.settings import DEVELOPMENT_SECRET, Settings


def test_no_environment_is_needed() -> None:
    settings = Settings.from_env({})

    assert settings.app_env == "development"
    assert settings.jwt_secret == DEVELOPMENT_SECRET
    assert settings.database_url is None


def test_the_environment_is_read_and_empty_means_unset() -> None:
    env = {"APP_ENV": "production", "JWT_SECRET": "s" * 32, "DATABASE_URL": "", "HOME": "/"}

    settings = Settings.from_env(env)

    assert (settings.app_env, settings.jwt_secret) == ("production", "s" * 32)
    assert settings.database_url is None


@pytest.mark.parametrize("app_env", ["production", "staging"])
@pytest.mark.parametrize("secret", ["", DEVELOPMENT_SECRET])
def test_the_development_secret_is_for_development(app_env: str, secret: str) -> None:
    with pytest.raises(ValidationError, match="JWT_SECRET must be set"):
        Settings.from_env({"APP_ENV": app_env, "JWT_SECRET": secret})


def test_a_misspelt_environment_is_refused() -> None:
    with pytest.raises(ValidationError, match="app_env"):
        Settings.from_env({"APP_ENV": "prodution"})


def test_secrets_are_not_shown() -> None:
    settings = Settings(jwt_secret="hidden-one", database_url="hidden-two")

    with pytest.raises(ValidationError) as refused:
        Settings.from_env({"APP_ENV": "prodution", "JWT_SECRET": "hidden-three"})

    assert "hidden" not in repr(settings)
    assert "hidden" not in str(refused.value)
