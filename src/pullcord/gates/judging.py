"""Running the gates over one tree: in order, at the same time where that is safe, never open by
accident."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from pullcord.errors import NotFound
from pullcord.gates.memory import Memory
from pullcord.gates.registry import every_gate, stages
from pullcord.model.quality import Verdict
from pullcord.protocols import Case, Gate


@dataclass(frozen=True)
class Judgement:
    """What the gates said: a verdict for every gate that applies, a reason for every other."""

    verdicts: tuple[Verdict, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether the handoff may pass. No verdict at all opens nothing."""
        return bool(self.verdicts) and all(v.opens for v in self.verdicts)


async def judge(
    case: Case,
    only: Sequence[str] = (),
    *,
    memory: Memory | None = None,
    gates: Mapping[str, Gate] | None = None,
) -> Judgement:
    """Judge a tree. `only` names the gates to run (default: all); `memory` reuses verdicts of the
    same inputs; `gates` stand in for ours and those of installed packages. After a red scope
    nothing else runs: links and strange names are no food for tools.

    Raises NotFound for an unknown name in `only`.
    """
    gates = every_gate() if gates is None else gates
    if unknown := sorted(set(only) - gates.keys()):
        raise NotFound(f"no gate is named {', '.join(unknown)}", f"There are: {', '.join(gates)}.")
    chosen = {name: gate for name, gate in gates.items() if not only or name in only}
    skipped: dict[str, str] = {}
    for name, gate in list(chosen.items()):
        if reason := gate.applies(case):
            skipped[name] = reason
            del chosen[name]
    verdicts: dict[str, Verdict] = {}
    for stage in stages(chosen):
        if "scope" in verdicts and not verdicts["scope"].opens:
            closed = "the scope gate is red: nothing else may touch this tree"
            verdicts |= {n: Verdict(gate=n, outcome="not-run", detail=closed) for n in stage}
            continue
        async with asyncio.TaskGroup() as group:
            running = {n: group.create_task(_one(n, chosen[n], case, memory)) for n in stage}
        verdicts |= {name: task.result() for name, task in running.items()}
    return Judgement(tuple(verdicts[name] for name in chosen), skipped)


async def _one(name: str, gate: Gate, case: Case, memory: Memory | None) -> Verdict:
    """One gate's verdict; whatever goes wrong in it is an error, and that is closed."""
    started = time.monotonic()
    try:
        if memory and (known := memory.recall(gate, case)):
            return known
        verdict = await gate.judge(case)
        if verdict.gate != name:
            raise ValueError(f"it signed its verdict as {verdict.gate}")
    except Exception as error:
        verdict = Verdict(
            gate=name,
            outcome="error",
            detail=f"{type(error).__name__}: {error}"[:500],
            log=traceback.format_exc()[-4000:],
        )
    if not verdict.duration_s:
        took = round(time.monotonic() - started, 3)
        verdict = verdict.model_copy(update={"duration_s": took})
    if memory:
        with suppress(OSError):  # a full disk costs the next judgement some time, and nothing else
            memory.keep(gate, case, verdict)
    return verdict
