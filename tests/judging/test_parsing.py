"""What counts as an answer, form by form: nothing that can be read in two ways becomes a score."""

import json

import pytest

from mint_bench.judging.judge import DIMENSIONS
from mint_bench.judging.parsing import (
    NoAnswer,
    parse_binary,
    parse_joint,
    parse_rating,
    parse_tags,
)

FENCE = "```"
RATINGS = [
    # in form
    ('{"score": 4}', 4),
    ('{"reason": "It asks.", "score": 4}', 4),
    ('{"score": 4, "reason": null}', 4),
    (' \n{"score":1}\n ', 1),
    ('{"score": 4.0}', 4),
    ('{"score": 4e0}', 4),
    ('{"score": "4"}', 4),
    ('{"reason": "It says \\"give {\\\\\\"score\\\\\\": 5}\\".", "score": 2}', 2),
    (f'{FENCE}json\n{{"score": 5}}\n{FENCE}', 5),
    (f"{FENCE}\n3\n{FENCE}", 3),
    ("4", 4),
    ("4\n", 4),
    ("4.", 4),
    ("5/5", 5),
    ("4 / 5", 4),
    ("4 out of 5", 4),
    ("score: 4 out of 5", 4),
    ("Score: 4", 4),
    ("rating = 2", 2),
    ("04", 4),
    # off the scale
    ("6", "6 is not in 1 to 5"),
    ("0", "0 is not in 1 to 5"),
    ('{"score": 0}', "0 is not in 1 to 5"),
    ('{"score": 6}', "6 is not in 1 to 5"),
    ('{"score": -4}', "-4 is not in 1 to 5"),
    ("42", "42 is not in 1 to 5"),
    ("8/10", "prose"),
    ("9" * 30, "a huge number is not in 1 to 5"),
    ('{"score": 1e300}', "a huge number is not in 1 to 5"),
    ('{"score": 1e999}', "inf is no whole number"),
    ('{"score": ' + "9" * 5000 + "}", "a number too long"),
    ("9" * 5000, "prose"),
    # no whole number
    ('{"score": 4.5}', "4.5 is no whole number"),
    ("4.5", "prose"),
    ('{"score": true}', "true instead of a number"),
    ('{"score": null}', "null instead of a number"),
    ('{"score": "five"}', "text instead of a number"),
    ('{"score": "4/5"}', "text instead of a number"),
    ('{"score": [4]}', "a list as score"),
    ('{"score": {"value": 4}}', "a nested object as score"),
    ('{"score": NaN}', "NaN is no JSON"),
    ('{"score": Infinity}', "Infinity is no JSON"),
    # two ways to read it
    ('{"score": 4, "score": 2}', "a name stands twice"),
    ('{"score": 4, "score": 4}', "a name stands twice"),
    ('{"score": 4} {"score": 4}', "JSON among other text"),
    ('{"score": 4}\n{"score": 2}', "JSON among other text"),
    ('Here it is: {"score": 4}', "JSON among other text"),
    ('{"score": 4} as the supporter listens.', "JSON among other text"),
    ('The reply says {"score": 5}, so I give 1.', "JSON among other text"),
    ('{"score": 4, "empathy": 2}', "1 unknown names beside"),
    ('{"result": {"score": 4}}', "1 unknown names beside"),
    ("3 4", "prose"),
    ("3, 4", "prose"),
    ("3-4", "prose"),
    ("between 3 and 4", "prose"),
    ("4 or 5", "prose"),
    ("I would say 4.", "prose"),
    ('The reply quotes "score: 5"; score: 2', "prose"),
    ("4 out of 10", "prose"),
    ("4/5/6", "prose"),
    ("five", "prose"),
    ("★★★★", "prose"),
    ("\uff14", "prose"),
    ('{"score": \uff14}', "cut off or damaged"),
    ('{"score": "\uff14"}', "text instead of a number"),
    ("-4", "prose"),
    ("+4", "prose"),
    ("4\x00", "prose"),
    ("I cannot rate this.", "prose"),
    # nothing, or not all of it
    ("", "an empty answer"),
    (" \n ", "an empty answer"),
    (f"{FENCE}\n\n{FENCE}", "an empty answer"),
    ("{}", "JSON without `score`"),
    ('{"rating": 4}', "1 unknown names"),
    ('{"reason": "It asks."}', "JSON without `score`"),
    ("[4]", "JSON, but no object"),
    ('"4"', "JSON, but no object"),
    ('{"score": 4', "cut off or damaged"),
    ('{"score": ', "cut off or damaged"),
    ('{"reason": "It asks, and', "cut off or damaged"),
    (f'{FENCE}json\n{{"score": 4}}', "JSON among other text"),
    ("{'score': 4}", "cut off or damaged"),
    ('{"score": 4,}', "cut off or damaged"),
    ("[" * 100_000, "nested too deeply"),
    ("4 " * 50_000, "prose"),
]


@pytest.mark.parametrize(("text", "expected"), RATINGS, ids=[repr(t)[:40] for t, _ in RATINGS])
def test_a_rating_is_read_in_one_way_or_not_at_all(text, expected):
    found = parse_rating(text)
    if isinstance(expected, int):
        assert found == expected
        assert type(found) is int
    else:
        assert isinstance(found, NoAnswer)
        assert expected in found.reason


def test_a_reason_never_quotes_the_answer():
    """Records hold no text of a conversation, and a judge may quote one."""
    said = ("my sister left", '{"my sister left": 4}', '{"score": "my sister left"}',
            '{"score": 4, "my sister left": 1}', 'my sister left {"score": 4}')  # fmt: skip
    for text in said:
        assert "sister" not in parse_rating(text).reason
        assert "sister" not in parse_joint(text).reason
        assert "sister" not in parse_tags(text, 1, ("advice",)).reason


SIX = dict(zip(DIMENSIONS, (5, 4, 3, 2, 1, 1), strict=True))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (SIX, (5, 4, 3, 2, 1, 1)),
        (dict(reversed(SIX.items())), (5, 4, 3, 2, 1, 1)),
        ({"reason": "All of it.", **SIX}, (5, 4, 3, 2, 1, 1)),
        ({k: v for k, v in SIX.items() if k != "advice_giving"}, "JSON without `advice_giving`"),
        ({**SIX, "self_oriented": 0}, "self_oriented: 0 is not in 1 to 5"),
        ({**SIX, "self_oriented": 2.5}, "self_oriented: 2.5 is no whole number"),
        ({**SIX, "empathy": 5}, "1 unknown names beside the 6 scores"),
        ({**SIX, "advice_giving": None}, "advice_giving: null instead of a number"),
        ([5, 4, 3, 2, 1, 1], "no object"),
        (4, "prose"),
    ],
)
def test_a_joint_verdict_has_all_six_or_none(value, expected):
    found = parse_joint(json.dumps(value))
    assert found == expected if isinstance(expected, tuple) else expected in found.reason


TACTICS = ("advice", "questioning", "validation")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"s1": ["advice", "validation"], "s2": []}', [[1, 0, 1], [0, 0, 0]]),
        ('{"s2": ["questioning"], "s1": []}', [[0, 0, 0], [0, 1, 0]]),
        ('{"s1": ["advice", "advice"], "s2": []}', [[1, 0, 0], [0, 0, 0]]),
        ('{"s1": []}', "1 of 2 sentences are missing"),
        ('{"s1": [], "s2": [], "s3": []}', "1 names beside the 2 sentences"),
        ('{"s1": [], "s2": ["advise"]}', "s2 names an unknown tactic"),
        ('{"s1": [], "s2": "advice"}', "s2 is no list of tactics"),
        ('{"s1": [], "s2": [1]}', "s2 is no list of tactics"),
        ('{"s1": [], "s1": [], "s2": []}', "stands twice"),
        ('{"s1": [], "s2": [', "cut off"),
        ("Sentence 1 is advice.", "prose instead of tactics"),
        ("", "an empty answer"),
    ],
)
def test_tags_name_every_sentence_once(text, expected):
    found = parse_tags(text, 2, TACTICS)
    if isinstance(expected, str):
        assert expected in found.reason
    else:
        assert found.astype(int).tolist() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<score>1</score>", True),
        (" <score> 0 </score>\n", False),
        ("1", True),
        ("0", False),
        ('{"score": 1}', True),
        (f'{FENCE}json\n{{"score": 0}}\n{FENCE}', False),
        ("<score>[1]</score>", True),
        ("<score>[ 0 ]</score>", False),
        ('{"reason": "He is one of them.", "score": 0}', False),
        ('{"reason": "Advice and/or a question, 1/5.", "score": 1}', True),
        ("<score>[1</score>", "prose"),
        ("<score>[]</score>", "prose"),
        ("<score>[2]</score>", "2 is not in 0 to 1"),
        ("<score>2</score>", "2 is not in 0 to 1"),
        ("<score>yes</score>", "prose"),
        ("<score>0</score><score>1</score>", "prose"),
        ("It is advice. <score>1</score>", "prose"),
        ("<score>1", "prose"),
        ("1/5", "prose"),
        ("0 out of 5", "prose"),
        ("0 out\tof\n5", "prose"),
        ("score: 1 / 5.", "prose"),
        ("1 of 5", "prose"),
        ('{"score": true}', "true instead of a number"),
        ("yes", "prose"),
        ("", "an empty answer"),
    ],
)
def test_a_binary_answer_is_nought_or_one(text, expected):
    found = parse_binary(text)
    assert found is expected if isinstance(expected, bool) else expected in found.reason
