"""What may be decided by rule, in a text that people read and edit: the policy of a home."""

from backlit.report.policy.learning import LEAST, Example, Proposal, proposals
from backlit.report.policy.rules import VERDICTS, Case, Policy, Rule
from backlit.report.policy.text import parse_policy, stamped, with_rule

__all__ = [
    "LEAST",
    "VERDICTS",
    "Case",
    "Example",
    "Policy",
    "Proposal",
    "Rule",
    "parse_policy",
    "proposals",
    "stamped",
    "with_rule",
]
