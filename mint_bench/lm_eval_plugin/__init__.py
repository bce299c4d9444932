"""The adapter to lm-eval: documents, prompts and figures of the tasks in `tasks/lm_eval`.

The YAML there names these functions; what is measured stands in the layers above.
"""
