# Step 1: Reproduce
Task(
  subagent_type="python-test-engineer",
  description="Reproduce pagination bug",
  prompt="Create failing test demonstrating incorrect pagination total for workouts."
)

# Step 2: Fix
Task(
  subagent_type="python-backend-engineer",
  description="Fix pagination bug",
  prompt="Correct repository list method to apply user_id filtering and deterministic order."
)

# Step 3: Verify
Task(
  subagent_type="python-test-engineer",
  description="Verify pagination fix",
  prompt="Ensure totals and page boundaries are correct, including edge cases."
)

# Step 4: Review
Task(
  subagent_type="code-reviewer",
  description="Regression check",
  prompt="Confirm no error mapping regressions and OpenAPI alignment."
)
