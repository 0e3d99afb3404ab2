"""Qt's platform without a screen, with the size of a small laptop's instead of 800 by 800."""

from pathlib import Path

SCREEN = f"offscreen:configfile={Path(__file__).with_name('offscreen.json')}"
