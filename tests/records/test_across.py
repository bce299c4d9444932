"""One system under each history: which records count, and what changes from view to view."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from mint_bench.errors import MintError
from mint_bench.records.across import (
    ANCHORED,
    CHANGES,
    MEASURES,
    PROXY,
    SCRIPTED,
    VIEWS,
    by_history,
    changes,
    view_figures,
)
from mint_bench.records.columns import COLUMNS
from mint_bench.records.figures import figures
from mint_bench.records.schema import SeekerRef, TaggerRef
from tests.records.test_comparison import a_system, on_board

REPETITION, DENSITY = MEASURES[0], MEASURES[3]


def under(seeker=None, **talk):
    """A record of the system `warm`: gold history, or its own with a seeker."""
    record = a_system("warm", **talk)
    if seeker is None:
        return record
    return on_board(record, history="own", judge_view="own", seeker=SeekerRef(name=seeker))


def three(**gold):
    return [under(**gold), under("scripted", seed=1), under("anchored", seed=2)]


SOURCE = under().board.source.name


def test_each_history_has_its_record_and_other_systems_and_sources_have_none():
    records = [a_system("cold"), *three()]
    found = by_history("warm", records, SOURCE)
    assert found == dict(zip(("gold", "scripted", "anchored"), records[1:], strict=True))
    with pytest.raises(MintError, match="warm has no record on elsewhere"):
        by_history("warm", records, "elsewhere")


def test_of_two_records_of_one_history_that_of_more_epochs_counts():
    once = under("scripted")
    thrice = once.model_copy(update={"settings": once.settings.model_copy(update={"epochs": 3})})
    for records in ([once, thrice], [thrice, once]):
        assert by_history("warm", records, SOURCE)["scripted"].settings.epochs == 3


def test_records_that_differ_in_more_than_their_history_are_refused():
    other = on_board(under("scripted"), tagger=TaggerRef(name="other", sha="89abcdef"))
    with pytest.raises(MintError, match=r"records of warm differ in more than history: tagger"):
        by_history("warm", [under(), other], SOURCE)


def test_a_personas_record_is_none_of_the_three():
    with pytest.raises(MintError, match="no record"):
        by_history("warm", [under("persona")], SOURCE)


def test_each_view_shows_the_figure_of_its_record_and_pairing():
    by = by_history("warm", three(), SOURCE)
    shown = view_figures(by)
    own = {h: figures(r.conversations, names=list(COLUMNS)) for h, r in by.items()}
    assert shown[REPETITION, VIEWS[0]] == own["gold"]["repetition_vs_human"]
    assert shown[REPETITION, PROXY] == own["gold"]["repetition_vs_self"]
    assert shown[REPETITION, ANCHORED] == own["anchored"]["repetition_vs_self"]
    assert (DENSITY, VIEWS[0]) not in shown  # density is held against no turn
    assert shown[DENSITY, SCRIPTED] == own["scripted"]["density"]


def test_a_change_is_the_difference_of_the_two_figures_it_goes_between():
    systems = {"warm": by_history("warm", three(tactics=0.5), SOURCE)}
    shown = view_figures(systems["warm"])
    found = changes(systems)
    for measure in (REPETITION, DENSITY):
        change = next(c for c in found if c.measure == measure and c.after == SCRIPTED)
        after, before = shown[measure, SCRIPTED].value, shown[measure, PROXY].value
        assert change.test.difference == pytest.approx(after - before)
    density = next(c for c in found if c.measure == DENSITY and c.after == SCRIPTED)
    assert density.test.high < 0  # five tactics a turn under gold, three on its own
    assert density.p_holm < 0.001


def test_the_same_replies_under_two_histories_are_no_change():
    same = [under(), under("scripted")]
    found = changes({"warm": by_history("warm", same, SOURCE)})
    assert not [change for change in found if change.after == SCRIPTED]


def test_all_changes_asked_for_together_are_corrected_together():
    found = changes({"warm": by_history("warm", three(), SOURCE)})
    p = [c.test.p for c in found if not np.isnan(c.test.p)]
    corrected = [c.p_holm for c in found if not np.isnan(c.test.p)]
    assert corrected == pytest.approx(multipletests(p, method="holm")[1])


def test_too_few_conversations_give_no_test():
    few = [under(count=5), under("scripted", count=5, seed=1)]
    found = changes({"warm": by_history("warm", few, SOURCE)})
    assert found
    assert all(np.isnan(c.p_holm) for c in found)


def test_a_history_that_was_not_run_has_no_change():
    found = changes({"warm": by_history("warm", [under()], SOURCE)})
    assert {(c.before, c.after) for c in found} == {CHANGES[0]}  # the pairing alone
