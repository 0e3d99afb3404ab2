"""Plans before they are used: drafted from data, and held against data and tables.

From outside: `infer_plan`, `check_plan`, and `earlier_plans`, those of runs that others follow.
"""
