"""Where a model's reasoning stands in its text, in the spellings that models use.

Tags (`<think>`, `<thinking>`, `<thought>`, `<reasoning>`, `<scratchpad>` and their like, with
attributes or a name space, also escaped for HTML), `[THINK]` (Magistral), `◁think▷` (Kimi),
`<|begin_of_thought|>`, `<|START_THINKING|>` (Command) and the channels of gpt-oss. Reasoning that
is told in plain prose nobody can tell from a reply.
"""

import re
from collections import Counter

_SIGNS = ("<", "&lt;", "[THINK]", "[/THINK]", "◁")
"""One of these begins every mark."""

_NAME = (
    r"think(?:ing)?|thoughts?|reason(?:ing)?|reflection|analysis|scratch_?pad|rationale"
    r"|(?:inner|internal)_?(?:thoughts?|monologue|reasoning)|chain_of_thought|cot"
)
_MARK = re.compile(
    r"(?:<|&lt;)\s{0,3}[|\uff5c]?(?P<slash>/?)\s{0,3}[|\uff5c]?(?:[a-z]\w{0,20}:)?"
    rf"(?P<tag>{_NAME})[|\uff5c]?(?:\s[^<>\n]{{0,100}}?)?(?P<alone>/?)(?:>|&gt;)"
    r"|(?P<open>(?-i:\[THINK\])|◁think▷|<\|(?:begin_of_thought|start_thinking)\|>"
    r"|(?:<\|start\|>assistant)?<\|channel\|>\s?(?:analysis|commentary)\b[^<>\n]{0,80}<\|message\|>)"
    r"|(?P<close>(?-i:\[/THINK\])|◁/think▷|<\|(?:end_of_thought|end_thinking)\|>)"
    r"|(?P<final>(?:<\|start\|>assistant)?<\|channel\|>\s?final\b[^<>\n]{0,80}<\|message\|>)",
    re.IGNORECASE,
)
_BARE_CHANNELS = re.compile(
    r"\A\s{0,9}analysis(?=\s?[A-Z]).*?assistant(?:\s|<\|\w+\|>)?final", re.DOTALL
)
_LEFT_OVER = re.compile(r"<\|(?:begin_of_solution|end_of_solution|start_response|end_response"
                        r"|return|end)\|>", re.IGNORECASE)  # fmt: skip
"""Marks around what is visible, once a mark of reasoning was seen."""


def without_reasoning(text: str) -> str:
    """The text without its reasoning, and without the marks of it.

    A block that never closes hides all that follows it, also where blocks stand in one another.
    A closing mark without an opening one hides all that precedes it: chat templates may open the
    block in the prompt. Two opening marks in a row are one.

    >>> without_reasoning("<reasoning>They are sad.</reasoning>Tell me more.")
    'Tell me more.'
    >>> without_reasoning("<think>Sad. <think>Very.</think> I should ask"), without_reasoning("Hi")
    ('', 'Hi')
    """
    if not holds_reasoning(text):
        return text
    text = _BARE_CHANNELS.sub("", text, count=1)
    return _LEFT_OVER.sub("", "".join(_outside(text)))


def holds_reasoning(text: str) -> bool:
    """Whether a mark of reasoning stands in the text."""
    marked = any(sign in text for sign in _SIGNS) and _MARK.search(text) is not None
    return marked or _BARE_CHANNELS.match(text) is not None


def opens_reasoning(prompt: str) -> bool:
    """Whether a prompt ends within reasoning, which the reply then goes on with.

    >>> opens_reasoning("<|assistant|><think>"), opens_reasoning("<|assistant|><think></think>")
    (True, False)
    """
    return not without_reasoning(prompt + "a").endswith("a")


def _outside(text: str) -> list[str]:
    """What stands outside all blocks."""
    shown: list[str] = []
    opened: list[str] = []  # names of the blocks that are open, outermost first
    counts: Counter[str] = Counter()
    position = 0
    for mark in _MARK.finditer(text):
        between = text[position : mark.start()]
        position = mark.end()
        name = (mark["tag"] or "").lower()
        if not opened:
            shown.append(between)
        if mark["alone"]:
            continue
        if mark["final"]:
            shown, opened = [], []
            counts.clear()
        elif mark["open"] or (mark["tag"] and not mark["slash"]):
            if not (opened and opened[-1] == name and not between.strip()):
                opened.append(name)
                counts[name] += 1
        elif opened:
            _close(name, opened, counts)
        else:
            shown.clear()
    return shown if opened else [*shown, text[position:]]


def _close(name: str, opened: list[str], counts: Counter[str]) -> None:
    """Close the innermost block of this name and all within it; without one, the innermost."""
    among = counts[name] > 0
    while opened:
        last = opened.pop()
        counts[last] -= 1
        if last == name or not among:
            return
