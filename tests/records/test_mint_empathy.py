"""The import of the paper's release: its figures to the last digit, its faults in a line."""

import csv
import json
from pathlib import Path

import pytest

from mint_bench.errors import MintError
from mint_bench.records.columns import GOLDEN
from mint_bench.records.figures import figures
from mint_bench.records.mint_empathy import human_counts, import_system, systems
from mint_bench.records.schema import Record
from mint_bench.records.store import read_all, write
from mint_bench.records.verify import verify
from mint_bench.resources import resource
from tests.data_folder import data_folder
from tests.records.release import write_release
from tests.timing import seconds


@pytest.fixture(scope="module")
def data() -> Path:
    return data_folder()


@pytest.fixture(scope="module")
def golden(data) -> dict[str, dict[str, str]]:
    path = data.parent / "golden/mint_empathy_systems.csv"
    if not path.is_file():
        pytest.skip("no golden figures beside the data")
    with path.open(encoding="utf-8", newline="") as handle:
        return {row.pop("system"): row for row in csv.DictReader(handle)}


@pytest.fixture(scope="module")
def imported(data) -> dict[str, Record]:
    folder = data / "mint_empathy/evaluation"
    human = human_counts(folder)
    return {name: import_system(folder, name, human) for name in systems(folder)}


@pytest.fixture(scope="module")
def shipped() -> dict[str, Record]:
    records = read_all(resource("results"))
    return {r.system: r for r in records if r.settings.provider == "published outputs"}


def points(record: Record) -> dict[str, str]:
    values = figures(record.conversations, "t", GOLDEN)
    return {name: f"{figure.value:.4f}" for name, figure in values.items()}


def test_every_cell_of_every_system_is_the_golden_one(imported, golden):
    found = {name: points(record) for name, record in imported.items()}
    assert found == golden


def test_the_shipped_records_say_the_same(shipped, golden):
    assert {name: points(record) for name, record in shipped.items()} == golden


def test_the_shipped_records_are_what_an_import_gives(shipped, imported):
    assert set(shipped) == set(imported)
    for name, record in imported.items():
        assert shipped[name].conversations == record.conversations
        assert shipped[name].board == record.board


@pytest.mark.parametrize(
    ("published", "system"),
    [
        ("Human", "gold"),
        ("Qwen3-1.7B", "baseline1_vanilla_Qwen3-1.7B"),
        ("Qwen3-4B", "baseline1_vanilla_Qwen3-4B"),
    ],
)
def test_published_surface_figures_pair_replies_with_the_humans_turn(
    data, imported, published, system
):
    results = data / "mint_empathy/analysis/results/surface_vs_tactic_results.json"
    expected = json.loads(results.read_text("utf-8"))[published]
    turns = [t for c in imported[system].conversations for t in c.turns if t.t > 1]
    assert len(turns) == expected["n_pairs"]
    found = figures(imported[system].conversations, "t")
    assert found["bigram_vs_human"].value == pytest.approx(expected["bigram_overlap"], abs=1e-4)
    assert found["bleu2_vs_human"].value == pytest.approx(expected["bleu2"], abs=1e-4)
    assert found["stickiness_vs_human"].value == pytest.approx(
        expected["tactic_stickiness"], abs=1e-6
    )


def test_all_315_replies_of_a_system_are_read_in_well_under_two_seconds(data, imported):
    folder = data / "mint_empathy/evaluation"
    human = human_counts(folder)
    record = import_system(folder, "ours1_q_dkl_Qwen3-4B", human)
    assert seconds(lambda: import_system(folder, "ours1_q_dkl_Qwen3-4B", human)) < 2
    assert sum(len(c.turns) for c in record.conversations) == 315


def test_no_text_of_a_conversation_is_kept(tmp_path):
    folder = write_release(tmp_path, "gold", "ours")
    record = import_system(folder, "ours", human_counts(folder))
    written = write(record, tmp_path / "results").read_text()
    assert "sorry" not in written
    assert "cat ran" not in written


def test_a_written_import_holds(tmp_path):
    folder = write_release(tmp_path, "gold", "ours")
    record = import_system(folder, "ours", human_counts(folder))
    assert verify(write(record, tmp_path / "results")) == record
    first = record.conversations[0].turns
    assert [t.t for t in first] == [1, 2, 3]
    assert first[1].tactics == [0, 0, 0, 1, 0, 1, 0, 0, 0, 0]
    assert first[1].human_tactics == first[1].tactics
    assert record.board.judges[0].name == "some-judge"


def test_without_the_humans_outputs_the_shipped_human_record_stands_in(tmp_path, shipped):
    folder = write_release(tmp_path, "ours")
    counts = human_counts(folder)
    human = [t for c in shipped["gold"].conversations for t in c.turns]
    assert len(counts) == len(human) == 315


def edit(folder, change, system="ours"):
    path = folder / "outputs" / system / "conversations_tagged.json"
    rows = json.loads(path.read_text())
    change(rows)
    path.write_text(json.dumps(rows))


def rerate(folder, change):
    path = folder / "eval_outputs/ours/some-judge_ratings.csv"
    lines = path.read_text().splitlines()
    change(lines)
    path.write_text("\n".join(lines) + "\n")


def read_ours(folder):
    return import_system(folder, "ours", human_counts(folder))


@pytest.fixture
def release(tmp_path):
    return write_release(tmp_path, "gold", "ours")


def line(number, text):
    return lambda lines: lines.__setitem__(number, text)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (line(2, "a,3,3,3,7,3,3,3"), ":3: demonstrating_understanding: 7 is not between 1 and 5"),
        (line(2, "a,3,3,3,nan,3,3,3"), ":3: demonstrating_understanding: 'nan' is no number"),
        (line(2, "a,3,3,x,3,3,3,3"), ":3: encouraging_elaboration: 'x' is no number"),
        (line(2, "a,3,3,3"), ":3: demonstrating_understanding: missing; truncated file?"),
        (line(2, "a,inf,3,3,3,3,3,3"), ":3: turn_index: 'inf' is no number"),
        (line(2, "a,1,3,3,3,3,3,3"), ":3: a second rating of turn 1 of a"),
        (line(0, "conversation_id,turn_index,advice_giving"), "lacks the column"),
        (lambda lines: lines.clear(), "lacks the column"),
    ],
)
def test_a_faulty_rating_is_told_with_file_and_line(release, change, named):
    rerate(release, change)
    with pytest.raises(MintError) as fault:
        read_ours(release)
    assert "some-judge_ratings.csv" in str(fault.value)
    assert named in str(fault.value)


def put(number, **fields):
    return lambda rows: rows[number].update(fields)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (put(1, sentence_tactics=[["flattery"]]), "unknown tactic 'flattery'"),
        (put(1, sentence_tactics=["advice"]), "entry 1: model_response must be text"),
        (put(1, sentence_tactics=[[["advice"]]]), "unknown tactic ['advice']"),
        (put(1, sentence_tactics=None), "entry 1: not a tagged reply"),
        (put(1, model_response=None), "entry 1: model_response must be text"),
        (put(1, conversation_history=["hello"]), "entry 1: not a tagged reply"),
        (put(1, conversation_history=[]), "entry 1: conversation_history"),
        (lambda rows: rows[4].pop("conversation_history"), "lacks 'conversation_history'"),
        (lambda rows: rows.append(rows[0]), "entry 6: a second reply"),
        (lambda rows: rows.clear(), "expected a list of tagged replies"),
        (lambda rows: rows.insert(0, "x"), "entry 0: not a tagged reply"),
    ],
)
def test_a_faulty_reply_is_told_with_file_and_entry(release, change, named):
    edit(release, change)
    with pytest.raises(MintError) as fault:
        read_ours(release)
    assert "conversations_tagged.json" in str(fault.value)
    assert named in str(fault.value)


def test_a_truncated_file_is_told(release):
    path = release / "outputs/ours/conversations_tagged.json"
    path.write_text(path.read_text()[:-40])
    with pytest.raises(MintError, match=r"conversations_tagged\.json, line \d+: not JSON"):
        read_ours(release)


def test_a_missing_folder_missing_ratings_and_two_judges_are_told(release, tmp_path):
    with pytest.raises(MintError, match="nowhere: no outputs/<system>"):
        systems(tmp_path / "nowhere")
    ratings = release / "eval_outputs/ours/some-judge_ratings.csv"
    (ratings.parent / "other_ratings.csv").write_text(ratings.read_text())
    with pytest.raises(MintError, match=r"expected one <judge>_ratings\.csv, found 2"):
        read_ours(release)
    for path in ratings.parent.glob("*.csv"):
        path.unlink()
    with pytest.raises(MintError, match=r"expected one <judge>_ratings\.csv, found 0"):
        read_ours(release)


def test_a_reply_without_rating_is_unscored_not_zero(release):
    rerate(release, lambda lines: lines.pop(2))
    turn = read_ours(release).conversations[0].turns[1]
    assert turn.ratings is None
    assert "ratings" in turn.unscored


def test_one_missing_dimension_keeps_the_published_mean_of_five_and_is_flagged(release, tmp_path):
    rerate(release, line(2, "a,3,5,5,5,,1,1"))
    record = read_ours(release)
    assert record.conversations[0].turns[1].flags == ["aggregate_of_five"]
    assert verify(write(record, tmp_path / "results")) == record
    found = figures(record.conversations, "t", ["aggregated_empathy"])
    assert found["aggregated_empathy"].value == pytest.approx((5 * 3 + 5) / 6)


def test_two_missing_dimensions_are_unscored(release, tmp_path):
    rerate(release, line(2, "a,3,5,5,5,,,1"))
    record = read_ours(release)
    turn = record.conversations[0].turns[1]
    assert (turn.ratings, turn.unscored) == (None, {"ratings": "2 of 6 ratings are missing"})
    assert verify(write(record, tmp_path / "results")) == record


def test_an_empty_reply_is_unscored_and_still_believable(release, tmp_path):
    edit(release, put(1, model_response="<think>Hm.</think>", sentence_tactics=[]))
    rerate(release, line(2, "a,3,5,5,5,,1,1"))
    record = read_ours(release)
    turn = record.conversations[0].turns[1]
    assert turn.unscored == {"reply": "nothing visible in the reply"}
    assert (turn.tactics, turn.ratings, turn.surface, turn.flags) == (None, None, {}, [])
    assert verify(write(record, tmp_path / "results")) == record


def test_the_own_previous_turn_is_never_one_further_back(release):
    edit(release, lambda rows: rows.pop(1))
    turn = read_ours(release).conversations[0].turns[1]
    assert turn.t == 3
    assert "bigram_vs_self" not in turn.surface
    assert "bigram_vs_human" in turn.surface
