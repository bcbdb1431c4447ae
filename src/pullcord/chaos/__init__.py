"""Is nothing lost when pullcord is killed? Runs of all five patterns are killed again and again,
and must end like one that nobody disturbed. `pullcord doctor --chaos` and `./dev bench chaos` say
what came of it.

stories.py has the runs, life.py one process of a run, reaper.py where it dies, nursery.py the
process whose children they are, trial.py a run from birth to end, traces.py what was left.
"""
