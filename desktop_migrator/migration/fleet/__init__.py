"""All people together: who is done, and what keeps the others.

From outside: `fleet_status`, what the database's bookkeeping says of everybody; `fleet_page`, the
same as a page; `fleet_retry`, which has everybody's rejected items tried by a better plan.
"""
