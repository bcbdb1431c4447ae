"""The nouns of pullcord, as frozen values: no I/O, no clock, no async."""
