"""Who is asking: a bearer token (JWT, HS256) whose `sub` is the user's id."""

from dataclasses import dataclass
from typing import Annotated

import jwt
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.core.errors import Unauthorized
from app.core.settings import Settings

USER_ID_LENGTH = 255

bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="HS256, user in `sub`.")


@dataclass(frozen=True)
class User:
    """The authenticated user."""

    id: str
    """The token's `sub`: any text of 1 to 255 printable characters, a UUID with Supabase."""


async def current_user(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> User:
    """Return the user of a valid token; raise Unauthorized for every other request."""
    if credentials is None:
        raise Unauthorized("A bearer token is required.")
    settings: Settings = request.app.state.settings
    try:
        claims = jwt.decode(
            credentials.credentials,
            settings.jwt_secret,
            algorithms=["HS256"],
            options={"require": ["sub"], "verify_aud": False},
        )
    except jwt.ExpiredSignatureError as error:
        raise Unauthorized("The token has expired.", challenge="invalid_token") from error
    except (jwt.InvalidTokenError, RecursionError) as error:
        raise Unauthorized("The token is not valid.", challenge="invalid_token") from error
    user_id: str = claims["sub"]
    if not (0 < len(user_id) <= USER_ID_LENGTH and user_id.isprintable()):
        raise Unauthorized("The token names no user.", challenge="invalid_token")
    return User(id=user_id)


CurrentUser = Annotated[User, Depends(current_user)]
