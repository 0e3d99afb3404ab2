"""The command line: one module for each command or group of commands, and how they print.

From outside: `app`, which knows the commands by name and imports them when they are called;
`completion`, by which shells ask it.
"""
