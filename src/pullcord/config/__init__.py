"""What the target repository says of itself: pullcord.toml and what is found without it."""

from pullcord.config.detect import detect
from pullcord.config.schema import Settings, parse, read

__all__ = ["Settings", "detect", "parse", "read"]
