"""Language models that run in this process: where the embedded one is, and what one expects.

Nothing of Inspect is known here, so that scorers and rewards alike can use it.
"""
