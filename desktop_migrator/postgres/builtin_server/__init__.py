"""The PostgreSQL server that comes with the program, for who has no other.

From outside: `server`.
"""
