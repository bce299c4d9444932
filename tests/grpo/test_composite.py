"""The composite reward: groups, failures, and whole conversations, with the bench's scorers."""

import pytest

from mint_bench.conversation import Conversation, Message, Reply, Speaker, Turn
from mint_bench.errors import MintError
from mint_bench.grpo.composite import GroupReward, whole_groups
from mint_bench.grpo.data import Case, conversation_cases, turn_cases
from mint_bench.grpo.quality import JudgeQuality
from mint_bench.grpo.recipe import RewardSettings, ShapingSettings
from mint_bench.judging import load_judge
from mint_bench.metrics.measured import Measured, missing
from mint_bench.scoring import with_replies
from mint_bench.tactics import load_tagger
from tests.grpo.talks import talk, talks

WARM = "That sounds so painful, and it makes complete sense that you are scared. What happened?"
COLD = "You should get over it and stop complaining."
LABELLED = f"**Validation:** {WARM}"


@pytest.fixture(scope="module")
def tagger():
    return load_tagger("embedded-fast")


class Wordy:
    """A judge whose number is the reply's words, and which fails at a word."""

    name, sha = "wordy", None

    def __call__(self, samples):
        texts = [sample.exchange.reply for sample in samples]
        return [
            missing("asked not to") if "FAIL" in text else Measured(float(len(text.split())))
            for text in texts
        ]


class Words:
    """Tokens that are words already."""

    def text(self, ids):
        return ids

    def counts(self, texts):
        return [len(text.split()) for text in texts]


def reward_for(tagger, cases, variant="q", group=2, per="turn", quality=None, **settings):
    if isinstance(quality, dict):
        quality, settings = None, settings | {"quality": quality}
    return GroupReward(
        cases, RewardSettings(variant=variant, **settings), group, per, tagger,
        quality or Wordy(), Words(),
    )  # fmt: skip


def ask(reward, replies, case=None, **more):
    count = len(replies)
    return reward(
        [None] * count, [None] * count, case=case or [0] * count, completion_ids=replies, **more
    )


def test_the_benchs_judge_prefers_warmth(tagger):
    cases, _ = turn_cases([talk("c")], tagger)
    reward = reward_for(tagger, cases, quality=JudgeQuality(load_judge("embedded")))
    assert ask(reward, [COLD, WARM]) == [0.0, 1.0]
    assert ask(reward, [WARM, LABELLED])[1] < -0.9


def test_a_failed_judge_costs_the_sample_and_its_group_nothing_else(tagger):
    cases, _ = turn_cases([talk("c")], tagger)
    reward = reward_for(tagger, cases, group=3)
    assert ask(reward, ["one", "FAIL " * 50, "one two"]) == [0.0, None, 1.0]


@pytest.mark.parametrize("empty", ["", "  ", "<think>never ends"])
def test_a_reply_in_which_nothing_is_seen_has_no_reward(tagger, empty):
    cases, _ = turn_cases([talk("c")], tagger)
    assert ask(reward_for(tagger, cases), [empty, "one two"]) == [None, 0.5]


def test_groups_are_scaled_each_by_itself(tagger):
    cases, _ = turn_cases(talks(2), tagger)
    replies = ["a", "a b", "a b c d e", "a b c d e f"]
    assert ask(reward_for(tagger, cases), replies, [0, 0, 1, 1]) == [0.0, 1.0, 0.0, 1.0]


def test_novelty_is_against_the_real_previous_turn(tagger):
    conversation = talk("c")
    cases, _ = turn_cases([conversation], tagger)
    stale = conversation.turns[1].text
    reward = reward_for(tagger, cases, "d")
    assert ask(reward, [stale, "You could ask your brother to move in."], [1, 1]) == [0.0, 1.0]


def test_split_groups_are_refused():
    whole_groups([3, 3, 1, 1], 2)
    for case in ([3, 3, 1], [3, 1, 1, 3]):
        with pytest.raises(MintError, match="no whole groups of 2"):
            whole_groups(case, 2)


def held(conversation, *texts):
    turns = with_replies(conversation, [Reply(text) for text in texts])
    return Conversation(conversation.id, turns[: 2 * len(texts)])


QUESTION = "What did your brother say to that?"
ADVICE = "You should call the tenants' union tomorrow."


def test_repetition_is_of_the_models_own_previous_turn(tagger):
    cases = conversation_cases([talk("c", 2)])
    same, other = held(talk("c", 2), QUESTION, QUESTION), held(talk("c", 2), QUESTION, ADVICE)
    for per in ("turn", "conversation"):
        reward = reward_for(tagger, cases, "q_minus_r", per=per)
        repeats, changes = reward([0, 0], [[], []], case=[0, 0], held=[same, other])
        assert changes > repeats
    assert reward.episodes[0][0].counts == reward.episodes[0][1].previous


def test_per_turn_each_turn_is_a_group_of_its_own(tagger):
    cases = conversation_cases([talk("c", 2)])
    long, short = held(talk("c", 2), "a b c", "a"), held(talk("c", 2), "a", "a b c")
    reward = reward_for(tagger, cases)
    assert reward([0, 0], [[], []], case=[0, 0], held=[long, short]) == [0.5, 0.5]
    assert reward.turn_rewards == [[1.0, 0.0], [0.0, 1.0]]


def test_a_conversation_with_a_failed_turn_has_no_reward_of_its_own(tagger):
    cases = conversation_cases([talk("c", 2)])
    broken, fine = held(talk("c", 2), "a", "FAIL"), held(talk("c", 2), "a b", "a")
    whole = reward_for(tagger, cases, per="conversation")
    assert whole([0, 0], [[], []], case=[0, 0], held=[broken, fine]) == [None, 0.5]
    turns = reward_for(tagger, cases)
    assert turns([0, 0], [[], []], case=[0, 0], held=[broken, fine]) == [0.0, 0.75]


def test_conversations_of_unlike_length_are_compared_where_both_are(tagger):
    cases = conversation_cases([talk("c", 2)])
    reward = reward_for(tagger, cases)
    found = reward(
        [0, 0],
        [[], []],
        case=[0, 0],
        held=[held(talk("c", 2), "a"), held(talk("c", 2), "a b", "a")],
    )
    assert reward.turn_rewards == [[0.0], [1.0, 0.5]]
    assert found == [0.0, 0.75]


def test_a_supporter_turn_before_the_seekers_first_is_not_the_models(tagger):
    hello = Turn(Speaker.SUPPORTER, (Message(Speaker.SUPPORTER, "Hello."),))
    conversation = Conversation("c", (hello, *talk("c", 1).turns))
    reward = reward_for(tagger, conversation_cases([conversation]), group=2)
    reward([0, 0], [[], []], case=[0, 0], held=[conversation, conversation])
    assert [len(episode) for episode in reward.episodes] == [1, 1]


def test_clip_and_delta_of_a_conversation(tagger):
    cases = conversation_cases([talk("c", 2)])
    shaping = ShapingSettings(kind="clip_delta", at=4.0)
    reward = reward_for(tagger, cases, shaping=shaping)
    one = held(talk("c", 2), "a b", "a b c")  # clipped −2 and −1, so −1 and −1
    reward([0, 0], [[], []], case=[0, 0], held=[one, one])
    assert reward.turn_rewards == [[-1.0, -1.0]] * 2


def test_terms_are_logged_as_they_were_measured(tagger):
    cases, _ = turn_cases([talk("c")], tagger)
    logged = {}
    ask(reward_for(tagger, cases, group=2), ["FAIL", "a b c"], log_metric=logged.__setitem__)
    assert logged["terms/quality"] == 3.0
    assert logged["terms/unscored"] == 0.5
    assert logged["terms/words"] == 2.0


def test_replies_without_a_reward_are_counted_within_conversations_too(tagger):
    cases, logged = conversation_cases([talk("c", 2)]), {}
    broken, fine = held(talk("c", 2), "a", "FAIL"), held(talk("c", 2), "a b", "a")
    for per, lost in (("turn", 1 / 4), ("conversation", 2 / 4)):
        reward = reward_for(tagger, cases, per=per)
        given = {"case": [0, 0], "held": [broken, fine], "log_metric": logged.__setitem__}
        reward([0, 0], [[], []], **given)
        assert logged["terms/unscored"] == lost


def test_cases_hold_the_next_line_for_follow_up(tagger):
    cases, _ = turn_cases([talk("c", 2)], tagger)
    seen = []

    class Look(Wordy):
        def __call__(self, samples):
            seen.extend(sample.next_line for sample in samples)
            return super().__call__(samples)

    ask(reward_for(tagger, cases, quality=Look()), ["a", "b", "c", "d"], [0, 0, 1, 1])
    assert seen == ["I keep lying awake over it. (c)"] * 2 + [None] * 2
    assert isinstance(cases[0], Case)


def test_a_seekers_last_emotion_is_the_quality_of_its_conversation(tagger):
    cases = conversation_cases([talk("c", 2)])
    one = held(talk("c", 2), "a", "a b")
    reward = reward_for(
        tagger, cases, group=3, per="conversation", quality={"source": "final_emotion"}
    )
    felt = [Measured(70.0), missing("the seeker broke off"), Measured(30.0)]
    assert reward([0] * 3, [[]] * 3, case=[0] * 3, held=[one] * 3, emotion=felt) == [1.0, None, 0.0]
    assert [turn.quality.value for turn in reward.episodes[0]] == [70.0, 70.0]
