"""Which browsers and profiles are on this computer, and where in them localStorage lies.

From outside: `discover`; `store_locations` and `running_browsers` for who writes to a profile;
`unwritten`, what is not on the disk yet; `other_storage`, what lies elsewhere than in localStorage.
"""
