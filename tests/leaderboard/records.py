"""Records and conversations made up for the site's tests; nobody ever had them."""

from mint_bench.records.schema import (
    Board,
    JudgeRef,
    Provenance,
    Record,
    SeekerRef,
    Settings,
    SourceRef,
    TaggerRef,
)
from mint_bench.records.told import Told, ToldTurn
from mint_bench.scoring import ScoredConversation, ScoredTurn

TURNS = 4
SEEKER = "Nothing works since the flood, says the made-up seeker."
REPLY = "That sounds hard. What would help today?"
TAGS = (("validation",), ("questioning",))


def record(
    system="calm",
    *,
    kind="model",
    title=None,
    history="own",
    shift=0,
    notes=(),
    size=24,
    source="lend_an_ear",
    judge="judge",
    **provenance,
):
    """A record whose figures follow from `shift` alone."""
    turns = [
        [
            ScoredTurn(
                t=t,
                tactics=[int((k + t * (1 + c % 3) + shift) % 4 == 0) for k in range(10)],
                human_tactics=[1, 0, 0, 1, 0, 0, 0, 1, 0, 0],
                ratings=[1 + (c + t + d + shift) % 5 for d in range(6)],
                words=20 + c % 5 + shift,
            )
            for t in range(1, TURNS + 1)
        ]
        for c in range(size)
    ]
    return Record(
        system=system,
        title=title or system,
        kind=kind,
        board=Board(
            source=SourceRef(name=source, revision="a" * 40, ids_sha="b" * 12),
            history=history,
            seeker=SeekerRef(name="scripted") if history == "own" else None,
            judge_view=history,
            tagger=TaggerRef(name="tagger"),
            judges=[JudgeRef(name=judge)],
        ),
        settings=Settings(model=f"org/{system}"),
        provenance=Provenance(version="0.1.0", notes=list(notes), **provenance),
        conversations=[ScoredConversation(id=f"c{c}", turns=part) for c, part in enumerate(turns)],
    )


def better(system, by, **options):
    """A system rated by `by` more than another on every turn, so that tests tell it apart."""
    whole = record(system, size=50, **options)
    conversations = [
        conversation.model_copy(
            update={
                "turns": [
                    turn.model_copy(
                        update={"ratings": [2 + by + 0.02 * (c % 7)] * 3 + [4 - by] * 3}
                    )
                    for turn in conversation.turns
                ]
            }
        )
        for c, conversation in enumerate(whole.conversations)
    ]
    return whole.model_copy(update={"conversations": conversations})


class MadeUp:
    """Tells every record's conversations in the same made-up words."""

    def __init__(self, reply=REPLY, tags=TAGS):
        self.reply, self.tags = reply, tags

    def knows(self, record):
        return True

    def tell(self, record):
        turn = ToldTurn(SEEKER, self.reply, "I am sorry, says the made-up human.", self.tags)
        return {
            (c.id, c.epoch): Told(c.id, (turn,) * len(c.turns), c.epoch)
            for c in record.conversations
        }


RECORDS = [
    record("calm"),
    record("keen", shift=1),
    record("human", kind="human", shift=2),
    record("parrot", kind="trivial", shift=3),
    record("calm", history="gold"),
]

RANKED = [
    better("leader", 1.0),
    better("second", 1.0, shift=1),
    better("third-7B", 0.4, shift=2),
    record("human", kind="human", size=50),
]
