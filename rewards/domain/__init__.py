"""Assessment and reward as pure functions: what counts, measures, scores, checks and the division of money.

Nothing in here reads a database, a clock or a language. The same facts and the same policy give the same
result, to the 分, on any machine and in any order of input. `docs/reward-policy.md` explains every rule with
examples.
"""
