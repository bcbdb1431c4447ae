"""The resources of the service, one module each."""

from fastapi import APIRouter

from app.api import plans

router = APIRouter()
router.include_router(plans.router)
