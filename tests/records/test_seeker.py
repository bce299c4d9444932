"""What a record says of its simulated seeker, and what follows from it."""

import json

import pytest

from mint_bench.errors import MintError
from mint_bench.records.forms import as_csv, as_json, as_latex, as_markdown
from mint_bench.records.schema import SeekerRef
from mint_bench.records.seeker import audit_rates, emotion_course
from mint_bench.records.store import read, write
from mint_bench.records.tables import board_tables
from mint_bench.records.verify import verify
from mint_bench.records.wording import headline, remarks, seeker_line, standing, unranked
from mint_bench.replay.course import LineFigures, SeekerFigures
from mint_bench.scoring import ScoredConversation
from tests.records.release import a_record, a_turn

PERSONA = SeekerRef(name="persona", model="provider/model", prompt_sha="0123456789abcdef")
DEAF = "does not hear the system"


def seeker(faulty=0, emotions=(40, 45, 55), ending="length", lines=10):
    return SeekerFigures(
        lines=[
            LineFigures(t=t, faults=["echo"] if t <= faulty else []) for t in range(1, lines + 1)
        ],
        emotions=list(emotions),
        ending=ending,
    )


def record_with(*seekers, ref=PERSONA):
    """A record of one conversation a seeker, on a board of its own."""
    talks = [
        ScoredConversation(id=f"c{n}", turns=[a_turn(t) for t in (1, 2)], seeker=one)
        for n, one in enumerate(seekers)
    ]
    record = a_record(conversations=talks)
    board = record.board.model_copy(update={"seeker": ref, "history": "own", "judge_view": "own"})
    return record.model_copy(update={"board": board})


def test_rates_count_lines_of_all_conversations():
    rates = audit_rates(record_with(seeker(2), seeker(1)).conversations)
    assert (rates.lines, rates.faulty, rates.kinds, rates.share) == (20, 3, {"echo": 3}, 0.15)


def test_without_a_simulated_seeker_there_is_no_audit():
    assert audit_rates(a_record(3).conversations) is None


@pytest.mark.parametrize(("faulty", "ranked"), [(0, True), (1, True), (2, False)])
def test_above_one_faulty_line_in_ten_the_run_has_no_rank(faulty, ranked):
    [table] = board_tables([record_with(seeker(faulty))])
    said = unranked(table.board, table.rows[0]) or ""
    assert ("simulator unreliable" in said) != ranked
    assert any("simulator unreliable" in line for line in standing(table)) != ranked


def test_final_emotion_success_and_failure_count_conversations_that_were_held_to_their_end():
    record = record_with(
        seeker(emotions=(40, 50, 60), ending="length"),
        seeker(emotions=(40, 30, 20), ending="goodbye"),
        seeker(emotions=(40, 41), ending="broken"),
    )
    [table] = board_tables([record])
    figures = table.rows[0].figures
    assert figures["final_emotion"].value == 40
    assert figures["success"].value == figures["failure"].value == 0
    assert figures["final_emotion"].n == 2


def test_the_course_carries_on_the_last_emotion_of_a_conversation_that_is_over():
    record = record_with(seeker(emotions=(40, 30)), seeker(emotions=(40, 50, 60)))
    assert emotion_course(record.conversations) == [40, 40, 45]


def test_a_record_with_a_seeker_is_written_and_read_again(tmp_path):
    record = record_with(seeker(1))
    assert read(write(record, tmp_path)) == record


def test_a_record_without_one_is_written_as_before(tmp_path):
    assert '"seeker":' not in write(a_record(3), tmp_path).read_text().partition('"conver')[2]


@pytest.mark.parametrize(
    ("figures", "fault"),
    [
        (seeker(emotions=(40, 60)), "change by more than 10"),
        (seeker(emotions=(50, 55)), "begin at 50, not at 40"),
        (seeker(emotions=(40, 45), ending="success"), "is success"),
        (seeker(emotions=(40, 41, 42, 43)), "are more than the replies"),
        (SeekerFigures(lines=[LineFigures(t=1, faults=["hoax"])]), "unknown fault 'hoax'"),
        (None, "must be there"),
    ],
)
def test_verify_refuses_a_course_that_cannot_be(figures, fault, tmp_path):
    with pytest.raises(MintError, match=fault):
        verify(write(record_with(figures), tmp_path / "results"))


def test_every_plain_form_says_that_the_scripted_seeker_is_deaf():
    ours = board_tables([record_with(None, ref=SeekerRef(name="scripted"))])
    [entry] = json.loads(as_json(ours))
    assert entry["seeker"] == {"name": "scripted", "hears_the_system": False}
    assert ",no," in as_csv(ours)
    assert DEAF in as_markdown(ours)
    assert DEAF in as_latex(ours)
    assert DEAF in headline(ours[0].board)
    assert any(DEAF in line for line in remarks(ours[0]))
    assert DEAF in seeker_line(ours[0].rows[0].record)


def test_json_holds_the_audit_and_the_course():
    [entry] = json.loads(as_json(board_tables([record_with(seeker(2))])))
    audit = entry["seeker"]["audit"]
    assert (audit["lines"], audit["share"], audit["unreliable"]) == (10, 0.2, True)
    assert entry["seeker"]["hears_the_system"] is True
    assert entry["seeker"]["emotions"] == [40, 45, 55]


def test_the_terminal_is_told_of_audit_and_emotion():
    [table] = board_tables([record_with(seeker(1))])
    said = " ".join(remarks(table))
    assert "10.0 % of 10 simulated lines are faulty: echo 1" in said
    assert "emotion by turn 40 45 55" in said
    assert "persona seeker played by provider/model" in headline(table.board)
