"""What each named source is: licence, pin, citation, counts, and who of the two speakers is human.

Closed types, so that no source can be added without saying all of it. Reads no file.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from mint_bench.errors import MintError


class Licence(StrEnum):
    """Under which terms a source's text may be used."""

    MIT = "MIT"
    CC_BY_NC_4 = "CC BY-NC 4.0"
    CC0 = "CC0 1.0"
    UNSTATED = "unstated"


class Language(StrEnum):
    """The language of a source, as ISO 639-1 code."""

    ENGLISH = "en"
    CHINESE = "zh"
    UNSTATED = "unstated"


class SpeakerKind(StrEnum):
    """Who wrote one side of the conversations."""

    HUMAN = "human"
    MODEL = "model"
    AUTHOR = "author"  # both sides written at a desk, for this project
    NOBODY = "nobody"  # nobody yet: profiles of people who have not spoken
    UNSTATED = "unstated"


class Origin(StrEnum):
    """How a source's file comes to this machine when no data folder holds it."""

    DOWNLOAD = "download"
    HUB = "hub"
    SHIPPED = "shipped"
    USER = "user"
    BY_HAND = "by hand"  # only from a data folder, where the user has put it


@dataclass(frozen=True, slots=True)
class Remote:
    """One pinned file.

    Attributes:
        path: Where it lies below the data folder and below the cache.
        url: Where it is fetched from; None for a file that is published nowhere.
        sha256: Of its bytes, hexadecimal.
        size: In bytes.
    """

    path: str
    url: str | None
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Split:
    """A named part of a source, with its counts."""

    name: str
    conversations: int
    scored_turns: int


@dataclass(frozen=True, slots=True)
class SourceCard:
    """All that must be known of a source before anyone uses it.

    Attributes:
        name: What is typed to get it.
        title: What it is, in one line.
        origin: How its file gets here.
        file: Its pinned file; None for what ships with the package and for users' files.
        revision: What pins the text: a commit, or `content-` with a hash over the
            conversations. For what ships with the package and for users' files, `load` says
            `sha256-` with the hash of the file as it is.
        licence: Terms of the text.
        citation: Whom to cite.
        language: Of the conversations.
        seeker: Who wrote the seeker's side.
        supporter: Who wrote the supporter's side.
        conversations: How many there are, or how many profiles.
        scored_turns: Supporter turns that answer a seeker, over all conversations.
        splits: Named parts, empty where there are none.
        redistributable: The licence lets anyone pass the text on for any purpose.
        rankable: Systems may be ranked on it.
        caveat: What a reader of the figures must know.
    """

    name: str
    title: str
    origin: Origin
    file: Remote | None
    revision: str
    licence: Licence
    citation: str
    language: Language
    seeker: SpeakerKind
    supporter: SpeakerKind
    conversations: int
    scored_turns: int
    splits: tuple[Split, ...]
    redistributable: bool
    rankable: bool
    caveat: str

    @property
    def has_human(self) -> bool:
        """Whether the supporter's turns were written by people, and may be compared with."""
        return self.supporter in {SpeakerKind.HUMAN, SpeakerKind.AUTHOR}

    @property
    def profiles(self) -> bool:
        """Whether it holds profiles of people, and no conversation."""
        return self.supporter is SpeakerKind.NOBODY

    def split(self, name: str) -> Split:
        """The split of that name.

        Raises:
            MintError: If the source has no such split; the message lists those it has.
        """
        for split in self.splits:
            if split.name == name:
                return split
        known = ", ".join(split.name for split in self.splits) or "none"
        raise MintError(f"source {self.name} has no split {name!r}; its splits: {known}")


_MINT_COMMIT = "a46182f8f48f1521a6443001c3573eda0d4d2ef2"
_MINT_URL = f"https://raw.githubusercontent.com/honglizhan/mint-empathy/{_MINT_COMMIT}"
_ESCONV_COMMIT = "bff7f6bb9667514bdeb4ccde236808940235491e"
_ESCONV_URL = (
    f"https://raw.githubusercontent.com/thu-coai/Emotional-Support-Conversation/{_ESCONV_COMMIT}"
)
_ESCONV_CITATION = (
    "Liu et al. 2021, Towards Emotional Support Dialog Systems, ACL 2021 (2021.acl-long.269)"
)

_LEND_AN_EAR = SourceCard(
    name="lend_an_ear",
    title="People who practise lending an ear to a model that plays someone in trouble",
    origin=Origin.DOWNLOAD,
    file=Remote(
        path="mint_empathy/data/lend_an_ear_eval/lend_an_ear_50_conversations.csv",
        url=f"{_MINT_URL}/data/lend_an_ear_eval/lend_an_ear_50_conversations.csv",
        sha256="022f644dead78e65c2672360aac9ab83d976a60c2a2695be7193a4d1042d6bf4",
        size=110_066,
    ),
    revision=_MINT_COMMIT,
    licence=Licence.MIT,
    citation=(
        "Kumar et al. 2025, When Large Language Models are Reliable for Judging Empathic "
        "Communication (arXiv 2506.10150); selection of Zhan et al. 2026 (arXiv 2604.11742)"
    ),
    language=Language.ENGLISH,
    seeker=SpeakerKind.MODEL,
    supporter=SpeakerKind.HUMAN,
    conversations=50,
    scored_turns=315,
    splits=(),
    redistributable=True,
    rankable=True,
    caveat="only three seeker openings; the embedded scorers learn from replies to these seekers",
)

_MINT_TRAIN = SourceCard(
    name="mint_train",
    title="People who bring their troubles to an assistant: 253 of WildChat, 69 of SENSE-7",
    origin=Origin.DOWNLOAD,
    file=Remote(
        path="mint_empathy/data/training/conversations_322.json",
        url=f"{_MINT_URL}/data/training/conversations_322.json",
        sha256="321e03366221d557e6e00696731532f2517c579c68294223f3ba8fc8aee480fa",
        size=2_399_637,
    ),
    revision=_MINT_COMMIT,
    licence=Licence.MIT,
    citation=(
        "Zhan et al. 2026 (arXiv 2604.11742); Zhao et al. 2024, WildChat (arXiv 2405.01470); "
        "Suh et al. 2025, SENSE-7 (arXiv 2509.16437)"
    ),
    language=Language.ENGLISH,
    seeker=SpeakerKind.HUMAN,
    supporter=SpeakerKind.MODEL,
    conversations=322,
    scored_turns=1719,
    splits=(),
    redistributable=True,
    rankable=False,
    caveat=(
        "published systems were trained on it; the terms of WildChat and SENSE-7 hold too; "
        "a few conversations are partly in other languages; 14 seeker messages are empty"
    ),
)

_ESCONV = SourceCard(
    name="esconv",
    title="Trained crowd workers who support one another, with strategies and feedback",
    origin=Origin.HUB,
    file=Remote(
        path="esconv/ESConv_1300.jsonl",
        url=None,
        sha256="c35fa92aed9afbed72580e1203015a0212df03bf0c7d7e20dd2c029a1f168c6b",
        size=5_737_528,
    ),
    # The hub's commit hash is unknown here, so the pin is what the conversations say: a hash
    # that the joined file and the hub's data set must both yield (see sources/esconv.py).
    revision="content-313b00a09e88",
    licence=Licence.CC_BY_NC_4,
    citation=_ESCONV_CITATION,
    language=Language.ENGLISH,
    seeker=SpeakerKind.HUMAN,
    supporter=SpeakerKind.HUMAN,
    conversations=1300,
    scored_turns=14_642,
    splits=(
        Split("train", 910, 10_191),
        Split("valid", 195, 2_156),
        Split("test", 195, 2_295),
    ),
    redistributable=False,
    rankable=True,
    caveat="non-commercial: for evaluation, never to train weights that are passed on",
)

_ESCONV_FAILED = SourceCard(
    name="esconv_failed",
    title="Conversations that ESConv's quality control turned away",
    origin=Origin.DOWNLOAD,
    file=Remote(
        path="esconv/FailedESConv.json",
        url=f"{_ESCONV_URL}/FailedESConv.json",
        sha256="d21bad5409d88ecbca18abfee26a8c188d09c34b03962cb53a4c30d8de95b279",
        size=911_614,
    ),
    revision=_ESCONV_COMMIT,
    licence=Licence.CC_BY_NC_4,
    citation=_ESCONV_CITATION,
    language=Language.ENGLISH,
    seeker=SpeakerKind.HUMAN,
    supporter=SpeakerKind.HUMAN,
    conversations=196,
    scored_turns=1_908,
    splits=(),
    redistributable=False,
    rankable=False,
    caveat="many of them failed because one side did not take part; non-commercial",
)

_STARTER = SourceCard(
    name="starter",
    title="Short conversations written for this project, for demo and tests",
    origin=Origin.SHIPPED,
    file=None,
    revision="shipped",
    licence=Licence.CC0,
    citation="mint-bench",
    language=Language.ENGLISH,
    seeker=SpeakerKind.AUTHOR,
    supporter=SpeakerKind.AUTHOR,
    conversations=24,
    scored_turns=185,
    splits=(),
    redistributable=True,
    rankable=False,
    caveat="nobody lived them: they show that things run, not how well a system supports",
)

_SAGE = SourceCard(
    name="sage",
    title="Profiles of people with a trouble, a character and a hidden intention, for personas",
    origin=Origin.BY_HAND,
    file=Remote(
        path="sage/simulator_profile.jsonl",
        url=None,
        sha256="a0b1f645151f45bbfc0565daf05de98837e9cc50fdd7880edb4e0464f5012d85",
        size=612_573,
    ),
    revision="6dcfa78b6556e7398a82809e383bd60a67fe19eb",
    licence=Licence.MIT,
    citation=(
        "Zhang et al. 2025, Sentient Agent as a Judge (arXiv 2505.02847); "
        "github.com/Tencent/digitalhuman"
    ),
    language=Language.CHINESE,
    seeker=SpeakerKind.MODEL,
    supporter=SpeakerKind.NOBODY,
    conversations=100,
    scored_turns=0,
    splits=(),
    redistributable=True,
    rankable=True,
    caveat="profiles written by a model, in Chinese; the embedded scorers read English only",
)

SOURCES = MappingProxyType({
    card.name: card
    for card in (_LEND_AN_EAR, _MINT_TRAIN, _ESCONV, _ESCONV_FAILED, _STARTER, _SAGE)
})
"""Every named source, the default first."""

DEFAULT = _LEND_AN_EAR.name


def user_card(spec: str, revision: str, conversations: int, scored_turns: int) -> SourceCard:
    """The card of a user's own file: counts are known, everything else is theirs to say."""
    return SourceCard(
        name=spec,
        title="A file of your own",
        origin=Origin.USER,
        file=None,
        revision=revision,
        licence=Licence.UNSTATED,
        citation="none",
        language=Language.UNSTATED,
        seeker=SpeakerKind.UNSTATED,
        supporter=SpeakerKind.UNSTATED,
        conversations=conversations,
        scored_turns=scored_turns,
        splits=(),
        redistributable=False,
        rankable=False,
        caveat="who wrote it, and under which terms, is not known to mint-bench",
    )
