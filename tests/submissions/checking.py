"""What the checks find in a record, beside accepted ones of the same conversations."""

from mint_bench.submissions.checks import check
from mint_bench.submissions.known import Known
from tests.submissions.made import human, submitted

ACCEPTED = Known((human(), submitted("theirs", shift=2)))


def found(record, known=ACCEPTED):
    return [(one.level, one.check, one.text) for one in check(record, known)]


def faults(record, known=ACCEPTED):
    return {check: text for level, check, text in found(record, known) if level == "fault"}
