"""Whether ElectricSQL can follow the plan's tables, made so, and whether all has arrived there.

From outside: `prepare_database` and `verify_arrival`.
"""
