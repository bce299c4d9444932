"""Replies that no supporter should give, of any length; what a scorer must get over."""


def repeated(unit, size):
    return (unit * (size // len(unit) + 1))[:size]


# Name: what stands between the first and the last character of the reply, over and over.
UNITS = {
    "one word": "a",
    "one sentence": "you feel so tired and ",
    "sentences": "I hear you. ",
    "list items": "1. a\n",
    "newlines": "\n",
    "newlines within": "a\n\n",
    "spaces": " ",
    "marks": "?!",
    "marks apart": "?! ",
    "initials": "A.B. ",
    "emoji": "💛",
    "emoji apart": "💛 ",
    "emoji joined": "👩\u200d",
    "reasoning marks": "<think>a</think>",
    "reasoning opens": "<think>",
    "asterisks": "*",
    "quotes": '"',
    "curly quotes": "“",
    "apostrophes": "a'",
    "NUL bytes": "I\x00 hear \x00you. ",
    "lone surrogates": "\ud800I hear \udfffyou. ",
    "only NUL": "\x00",
    "only surrogates": "\ud800",
    "only zero-width": "\u200b\u200d",
    "zero-width within": "I\u200b he\u200car \u2060you. ",
    "bidi marks": "\u202eI hear\u202c you. \u2067",
    "right to left": "أنا هنا لأستمع إليك. ",
    "combining marks": "a\u0301\u0327\u0323",
    "only combining marks": "\u0301\u0327\u0323",
    "widening letters": "İ",
    "ligatures": "ﬃ ",
    "code": 'def f(x):\n    return {"a": [1, 2]}\n\n',
    "markup": '<div class="a">x</div>',
    "JSON": '{"score": 5}, ',
    "digits": "1",
    "tags": "\U000e0067\U000e0069",
    "unassigned": "\U000e0fff",
}
NESTED = ("()", "[]", "{}", "<>", "«»")

UNSEEN = frozenset({
    "newlines", "spaces", "only NUL", "only surrogates", "only zero-width", "tags",
    "reasoning marks", "reasoning opens",
})  # fmt: skip
MANY_SENTENCES = frozenset({
    "sentences", "list items", "NUL bytes", "lone surrogates", "zero-width within", "bidi marks"
})  # fmt: skip


def bad_reply(name, size):
    """The reply of that name and that many characters."""
    if name in NESTED:
        return name[0] * (size // 2) + name[1] * (size // 2)
    return repeated(UNITS[name], size)
