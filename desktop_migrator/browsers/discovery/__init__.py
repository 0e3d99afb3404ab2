"""Which browsers and profiles are on this computer, and where in them localStorage lies.

From outside: `discover`; `store_locations` and `running_browsers` for who writes to a profile.
"""
