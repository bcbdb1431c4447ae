"""What the models of all resources have in common."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class RequestModel(BaseModel):
    """A body. Unknown fields and values of another JSON type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Stored(BaseModel):
    """A stored row."""

    id: UUID
    created_at: datetime
    updated_at: datetime


class Owned(Stored):
    """A stored row that belongs to a user, and that nobody else can see."""

    user_id: str
