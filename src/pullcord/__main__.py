"""`python -m pullcord` is `pullcord`."""

import sys

from pullcord.cli import main

sys.exit(main())
