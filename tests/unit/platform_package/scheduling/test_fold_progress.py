"""A fold's reports of its progress: never more than one a second."""

from platform.scheduling.fold_progress import PROGRESS, FoldProgress


def test_epochs_of_milliseconds_are_reported_once_a_second(clock):
    sent = []
    progress = FoldProgress(sent.append, clock=clock)

    for epoch in range(1, 1001):
        clock.now += 0.003
        progress(epoch, 0.5)

    # Three seconds less the rounding of a report to the end of an epoch.
    assert [one[PROGRESS] for one in sent] == [334, 668]


def test_epochs_of_minutes_are_reported_each(clock):
    sent = []
    progress = FoldProgress(sent.append, clock=clock)

    for epoch in (1, 2, 3):
        clock.now += 60
        progress(epoch, 0.5)

    assert sent == [{PROGRESS: 1}, {PROGRESS: 2}, {PROGRESS: 3}]
