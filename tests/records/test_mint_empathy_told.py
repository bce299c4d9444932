"""The words of the paper's release: from a folder of its layout, never kept."""

from mint_bench.records.mint_empathy import human_counts, import_system
from mint_bench.records.mint_empathy_told import ReleaseTeller
from tests.records.release import LINES, REPLIES, a_record, write_release


def test_each_reply_comes_with_the_line_that_it_answers_and_its_tactics(tmp_path):
    folder = write_release(tmp_path, "gold", "some_system")
    record = import_system(folder, "some_system", human_counts(folder))
    teller = ReleaseTeller(folder)
    assert teller.knows(record)
    told = teller.tell(record)["a", 1]
    assert [turn.seeker for turn in told.turns] == LINES
    assert [turn.reply for turn in told.turns] == REPLIES
    assert told.turns[1].tactics == (("validation", "paraphrasing"),)
    assert told.turns[0].human == REPLIES[0]


def test_a_record_from_elsewhere_is_not_known(tmp_path):
    assert not ReleaseTeller(write_release(tmp_path, "ours")).knows(a_record())
