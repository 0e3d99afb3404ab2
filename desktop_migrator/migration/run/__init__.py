"""The main job: `migrate`, then its steps in the order in which it calls them.

From outside: `migrate` and the `job` that it takes; `filters`, `decisions` and `field_keys`, which
a job is made of; `survey` and `reader_warnings`, for those who only look at what a job would read;
`last_run`, for what is left unsaid; `parallel`, for its pool of processes.
"""
