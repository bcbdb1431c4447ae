# Execute ALL in a single message for parallel processing
Task(
  subagent_type="python-backend-engineer",
  description="Implement GET /workouts",
  prompt="Implement listing endpoint using repository filtering + pagination contract."
)

Task(
  subagent_type="python-backend-engineer",
  description="Add repository method: list_recent_sessions",
  prompt="Add a thin repo method and DI. Keep types via minimal TypedDicts."
)

Task(
  subagent_type="python-test-engineer",
  description="Tests for plans detail endpoint",
  prompt="Add edge case tests using repo-based dependency overrides."
)

# After parallel work completes
Task(
  subagent_type="code-reviewer",
  description="Cross-feature consistency",
  prompt="Review error mapping, auth guards, and OpenAPI alignment across new changes."
)
