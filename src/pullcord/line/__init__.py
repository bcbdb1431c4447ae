"""What happens between two agents: attempt, freeze, judge, hand off, escalate, sum up."""
