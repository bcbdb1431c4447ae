# Step 1: Review the task
Task(
  subagent_type="sprint-manager",
  description="Review Sprint 4 Task 3",
  prompt="Summarize requirements and AC for workout logging from sprint doc."
)

# Step 2: Contract (optional)
Task(
  subagent_type="api-designer",
  description="Contract check",
  prompt="Verify the OpenAPI contract for workout logging aligns with project conventions."
)

# Step 3: Implementation
Task(
  subagent_type="python-backend-engineer",
  description="Implement logging endpoint",
  prompt="Create endpoint + repository/DI using model-first approach."
)

# Step 4: Testing
Task(
  subagent_type="python-test-engineer",
  description="Test logging endpoint",
  prompt="Add repository-mocked tests and integration tests covering auth and validation."
)

# Step 5: Review
Task(
  subagent_type="code-reviewer",
  description="Final review",
  prompt="Ensure error mapping and OpenAPI conformance; no unused imports, clean diffs."
)

# Step 6: Update docs
Task(
  subagent_type="sprint-manager",
  description="Update sprint docs",
  prompt="Mark Task 3 as complete with notes on blockers and outcomes."
)
