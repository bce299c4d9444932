"""Whether a record can be believed: consistency holds even where the digest was made anew."""

import pytest

from mint_bench.errors import MintError
from mint_bench.records.schema import SeekerRef
from mint_bench.records.store import record_path, write
from mint_bench.records.verify import verify
from mint_bench.scoring import ScoredConversation
from tests.records.release import a_record, a_turn
from tests.records.test_store import alter, at

TURN = ("conversations", 0, "turns", 1)
SILENT = {"tactics": None, "ratings": None, "words": None, "surface": {}}


def test_a_good_record_holds(tmp_path):
    assert verify(write(a_record(), tmp_path)) == a_record()


def test_a_record_with_a_silent_turn_holds(tmp_path):
    talk = ScoredConversation(
        id="a", turns=[a_turn(1), a_turn(2, **SILENT, unscored={"reply": "refused"}), a_turn(3)]
    )
    verify(write(a_record(conversations=[talk]), tmp_path))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (at(*TURN, "ratings", 2, to=9), "conversations.0.turns.1.ratings.2"),
        (at(*TURN, "tactics", to=None), "conversations.0.turns.1.tactics: missing without"),
        (at(*TURN, "ratings", to=None), "conversations.0.turns.1.ratings: missing without"),
        (at(*TURN, "ratings", 0, to=None), "conversations.0.turns.1.ratings: 1 dimensions"),
        (at(*TURN, "unscored", to={"reply": "x"}), "conversations.0.turns.1.unscored.reply"),
        (at(*TURN, "unscored", to={"tactics": "x"}), "conversations.0.turns.1.tactics: has"),
        (at(*TURN, "unscored", to={"mood": "x"}), "conversations.0.turns.1.unscored: unknown"),
        (at(*TURN, "words", to=0), "conversations.0.turns.1.words"),
        (at(*TURN, "surface", to={"bleu2_vs_self": 25}),
         "conversations.0.turns.1.surface.bleu2_vs_self"),
        (at(*TURN, "t", to=1), "conversations.0.turns: the numbers t must rise"),
        (at("conversations", 0, "id", to="other"), "board.source.ids_sha"),
        (at("conversations", 0, "epoch", to=2), "settings.epochs"),
        (lambda v: v["conversations"].append(v["conversations"][0]), "conversations: c00 stands"),
        (at("board", "judges", to=[]), "conversations.0.turns.0.ratings: has figures, but"),
        (at("board", "tagger", to=None), "conversations.0.turns.0.tactics: has figures, but"),
        (at("board", "seeker", to={"name": "scripted"}), "board.seeker"),
        (at("board", "judge_view", to="own"), "board.judge_view: own is no view of gold"),
        (at("board", "source", "name", to="elsewhere"), "board.source.name"),
        (at("board", "max_turns", to=1), "conversations.0.turns: more than the board's 1"),
        (at("settings", "epochs", to=5), "settings.epochs"),
        (at("conversations", 0, "turns", to=[]), "conversations.0.turns: holds no turn"),
        (at("conversations", 0, "surface", to={"gzip": -1}), "conversations.0.surface.gzip"),
        (at("conversations", 0, "surface", to={"novel": 1}), "conversations.0.surface: unknown"),
        (at(*TURN, "ratings", to=[None] * 6), "conversations.0.turns.1.ratings: 6 dimensions"),
        (at(*TURN, "flags", to=["aggregate_of_five"]), "conversations.0.turns.1.ratings: 0 dim"),
        (at(*TURN, "flags", to=["I hear you."]), "conversations.0.turns.1.flags.0"),
        (at(*TURN, "panel", to=[[3] * 6] * 2), "conversations.0.turns.1.panel: has 2 judges"),
        (at(*TURN, "panel", to=[None]), "conversations.0.turns.1.panel: ratings stand only"),
        (at(*TURN, "panel", to=[[1.5] * 6]), "conversations.0.turns.1.ratings: are not the"),
        (at(*TURN, "also", to={"Shine!": 1}), "conversations.0.turns.1.also.Shine!"),
        (at(*TURN, "tactics", to=[True] * 10), "conversations.0.turns.1.tactics.0"),
    ],
)  # fmt: skip
def test_with_a_new_digest_a_fault_is_still_found_by_its_field(tmp_path, change, field):
    path = write(a_record(), tmp_path)
    alter(path, change, redigest=True)
    moved = path.rename(tmp_path / "alone.json")
    with pytest.raises(MintError) as fault:
        verify(moved)
    assert str(fault.value).startswith(f"{moved}: {field}")


@pytest.mark.parametrize("left", [(1, 3), (2, 3), (1, 99_999)])
def test_no_turn_of_an_own_history_may_be_left_out(tmp_path, left):
    own = {"history": "own", "judge_view": "own", "seeker": SeekerRef(name="scripted")}
    board = a_record(1).board.model_copy(update=own)
    for number, turns in enumerate((left, range(1, 4))):
        talk = ScoredConversation(id="c00", turns=[a_turn(t) for t in turns])
        path = write(a_record(conversations=[talk], board=board), tmp_path / str(number))
        if turns is left:
            with pytest.raises(MintError, match=r"conversations\.0\.turns: the numbers t leave"):
                verify(path)
        else:
            verify(path)


def test_a_figure_beside_the_ranking_stands_or_has_a_reason_but_not_both(tmp_path):
    told = {"unscored": {"also.shine": "too dull"}}
    talk = ScoredConversation(id="a", turns=[a_turn(1, also={"shine": 2.5}), a_turn(2, **told)])
    verify(write(a_record(conversations=[talk]), tmp_path))
    both = ScoredConversation(id="a", turns=[a_turn(1), a_turn(2, also={"shine": 2}, **told)])
    with pytest.raises(MintError, match=r"turns\.1\.also\.shine: has a figure and a reason"):
        verify(write(a_record(conversations=[both]), tmp_path / "both"))


def test_a_pinned_sources_revision_must_be_the_pinned_one(tmp_path):
    path = write(a_record(), tmp_path)
    alter(path, at("board", "source", "name", to="lend_an_ear"), redigest=True)
    with pytest.raises(MintError, match="is not the pinned one of lend_an_ear"):
        verify(path.rename(tmp_path / "alone.json"))


def test_a_record_under_another_name_is_told_where_it_belongs(tmp_path):
    path = write(a_record(), tmp_path)
    moved = path.rename(path.parent / "00000000-00000000.json")
    expected = record_path(a_record(), tmp_path).name
    with pytest.raises(MintError, match=f"board: belongs in ours/{expected}"):
        verify(moved)


def test_a_record_in_another_systems_folder_is_told(tmp_path):
    path = write(a_record(), tmp_path / "results")
    folder = tmp_path / "results" / "theirs"
    folder.mkdir()
    with pytest.raises(MintError, match="belongs in ours/"):
        verify(path.rename(folder / path.name))


def test_other_board_other_name(tmp_path):
    one = a_record()
    board = one.board.model_copy(update={"history": "own", "seeker": SeekerRef(name="scripted")})
    assert record_path(one, tmp_path) != record_path(a_record(board=board), tmp_path)
