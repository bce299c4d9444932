"""The benchmark as a plugin of Inspect: tasks, solvers, one scorer, metrics, trivial systems.

Thin: what is asked stands in `tasks/`, what is measured in the layers above. `registry` is what
the entry points name.
"""
