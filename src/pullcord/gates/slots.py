"""As many tools at a time as there are processors.

More would not end sooner: the longest gate (the tests) would only get a smaller share. Gates of
parallel tasks share the slots, first come first served.
"""

from __future__ import annotations

import asyncio
import os
from weakref import WeakKeyDictionary

_slots: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def slot() -> asyncio.Semaphore:
    """The semaphore of the running event loop, to be held while a tool runs."""
    loop = asyncio.get_running_loop()
    if loop not in _slots:
        _slots[loop] = asyncio.Semaphore(max(2, len(os.sched_getaffinity(0))))
    return _slots[loop]
