"""The program itself: whose work it is made of, and whether there is a newer version.

From outside: `licences`, `update_channel` and `updates`.
"""
