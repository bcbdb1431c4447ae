"""Plans on PostgreSQL."""

from app.models.plan import PlanCreate
from app.repositories.plan import PLANS, PlanRow
from app.repositories.postgres.base import PostgresRepository


class PostgresPlanRepository(PostgresRepository[PlanRow, PlanCreate]):
    """Keeps plans in the table `plans`."""

    table = PLANS
