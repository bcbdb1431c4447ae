# Step 1: API contract
Task(
  subagent_type="api-designer",
  description="Design workout logging contract",
  prompt="Define/adjust the OpenAPI contract for workout logging per project conventions (auth model, pagination where applicable, error mapping)."
)

# Step 2: Backend implementation
Task(
  subagent_type="python-backend-engineer",
  description="Implement workout logging",
  prompt="Implement FastAPI endpoint(s) and repository/DI for workout logging. Follow repository pattern + DI and model-first endpoints."
)

# Step 3: Tests
Task(
  subagent_type="python-test-engineer",
  description="Test workout logging",
  prompt="Write unit/integration tests using repository-based fixtures. Maintain >= 80% coverage."
)

# Step 4: Review
Task(
  subagent_type="code-reviewer",
  description="Quality and security review",
  prompt="Review for error mapping consistency, auth coverage, and adherence to OpenAPI contract."
)
