"""The command line: parse, call the app, render. One file per command, in `commands/`."""

from pullcord.cli.main import main as main
