"""The main job: `migrate`, then its steps in the order in which it calls them."""
