"""What a closing can come to."""

from __future__ import annotations

from asgitest.testclient.driver.outcome import LeakReport, LeftTask


def test_a_report_is_true_if_anything_was_left() -> None:
    assert not LeakReport()
    assert LeakReport(tasks=(LeftTask(name="poller", chain=()),))
    assert LeakReport(stuck=("the loop",))
