"""Plans before they are used: drafted from data, and held against data and tables.

From outside: `infer_plan` and `check_plan`.
"""
