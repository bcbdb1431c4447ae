# Iteration 1: Initial implementation
Task(
  subagent_type="python-backend-engineer",
  description="Implement update endpoint for workouts",
  prompt="Implement PUT endpoint with validation and repository calls."
)

# Test the implementation
Task(
  subagent_type="python-test-engineer",
  description="Test workout update",
  prompt="Add tests for valid update, no-op update, and forbidden update scenarios."
)

# If issues found, iterate
Task(
  subagent_type="python-backend-engineer",
  description="Fix update validation",
  prompt="Address issues found by tests. Ensure consistent HTTP error mapping with plans endpoints."
)

# Re-test after fixes
Task(
  subagent_type="python-test-engineer",
  description="Verify fixes",
  prompt="Re-run tests and expand edge cases if needed. Maintain >= 80% coverage."
)

# Final review
Task(
  subagent_type="code-reviewer",
  description="Final review",
  prompt="Production readiness review: error mapping, security, and OpenAPI conformance."
)
