"""The gates, in running order. A new one is a file with one class and a line in GATES.

Third parties add theirs through the entry-point group `pullcord.gates`: name = a class without
arguments that satisfies `pullcord.protocols.Gate`. They run beside the tools.
"""

from pullcord.gates.explaining import Explained, explain
from pullcord.gates.judging import Judgement, judge
from pullcord.gates.memory import Memory
from pullcord.gates.policy import policy, policy_key
from pullcord.gates.registry import GATES, every_gate

__all__ = [
    "GATES",
    "Explained",
    "Judgement",
    "Memory",
    "every_gate",
    "explain",
    "judge",
    "policy",
    "policy_key",
]
