"""pullcord runs a team of coding agents over a FastAPI repository."""
