"""What texts share from their first character on: all that a model's cache can serve."""


def shared_prefix(texts):
    first, last = min(texts), max(texts)
    same = (n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b)
    return first[: next(same, len(first))]
