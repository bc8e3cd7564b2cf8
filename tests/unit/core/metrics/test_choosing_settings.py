"""Decoding and epoch are chosen as thresholds are: what each protocol may see, and what it does with ties."""

import numpy as np
import pytest

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_labels import label_scores
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import Protocol, ProtocolResult, Setting, apply_protocol, choose_settings
from spotformer_core.metrics.setting_tables import all_settings, setting_table

MACRO, MICRO = ExpressionKind.MACRO, ExpressionKind.MICRO
THRESHOLDS = (0.1, 0.5)
SETTINGS = all_settings((0, 2), num_decodings=2)


def counted(*rows: tuple[int, int]) -> np.ndarray:
    """A table of one subject with ten truths of each kind: true and false positives of each setting at 0.1.

    At 0.5 nothing is proposed. Both kinds are alike.
    """
    at_low = np.array([[found, false, 10 - found] for found, false in rows])
    table = np.stack([at_low, np.broadcast_to([0, 0, 10], at_low.shape)], axis=1)
    return np.stack([table, table], axis=1)


def test_the_setting_of_the_best_overall_f1_is_chosen_with_its_thresholds():
    tables = dict.fromkeys("abc", counted((2, 4), (6, 4), (5, 4), (6, 5)))

    result = choose_settings(Protocol.HONEST, tables, THRESHOLDS, SETTINGS)

    assert result.settings == dict.fromkeys("abc", Setting(epoch=0, decoding=1))
    assert result.thresholds["a"] == {MACRO: 0.1, MICRO: 0.1}
    assert result.counts["a"] == {MACRO: Counts(6, 4, 4), MICRO: Counts(6, 4, 4)}


def test_a_setting_is_judged_at_the_best_threshold_of_each_kind_not_at_one_for_both():
    best_apart = np.array([[[9, 1, 1], [1, 9, 9]], [[1, 9, 9], [9, 1, 1]]])
    best_together = np.array([[[6, 4, 4], [6, 4, 4]], [[6, 4, 4], [6, 4, 4]]])
    tables = dict.fromkeys("ab", np.stack([best_together, best_apart]))

    result = choose_settings(Protocol.POOLED, tables, THRESHOLDS, SETTINGS[:2])

    assert result.settings["a"] == SETTINGS[1]
    assert result.thresholds["a"] == {MACRO: 0.1, MICRO: 0.5}


@pytest.mark.parametrize("protocol", [Protocol.HONEST, Protocol.POOLED])
def test_of_equally_good_settings_the_first_is_chosen(protocol):
    tables = dict.fromkeys("abc", counted((4, 4), (6, 4), (6, 4), (6, 4)))

    result = choose_settings(protocol, tables, THRESHOLDS, SETTINGS)

    assert set(result.settings.values()) == {SETTINGS[1]}


def test_what_a_subject_scores_decides_its_own_choice_under_pooled_only():
    usual = counted((6, 4), (5, 5), (4, 4), (3, 4))
    tables = dict.fromkeys("abcd", usual) | {"b": 100 * counted((0, 9), (0, 9), (0, 9), (10, 0))}

    chosen = {one: choose_settings(one, tables, THRESHOLDS, SETTINGS).settings for one in Protocol}

    assert chosen[Protocol.HONEST]["b"] == SETTINGS[0]
    assert chosen[Protocol.HONEST]["a"] == SETTINGS[3]
    assert set(chosen[Protocol.POOLED].values()) == {SETTINGS[3]}
    assert set(chosen[Protocol.FIXED].values()) == {Setting()}


def at_stated(*found_and_false: tuple[int, int], truths: int = 5) -> np.ndarray:
    """Counts of one subject after epochs 1, 2 and 3 (the last) at the stated threshold; both kinds are alike.

    At 0.1 everything is found: nobody who chose a threshold would leave it there.
    """
    stated = np.array([[found, false, truths - found] for found, false in found_and_false])
    table = np.stack([np.broadcast_to([truths, 0, 0], stated.shape), stated], axis=1)
    # Rows as a study has them: the last epoch first, then earlier ones from the latest on.
    return np.stack([table, table], axis=1)[[2, 1, 0]]


EPOCHS = all_settings((0, 2, 1), num_decodings=1)


def test_as_released_takes_the_first_of_the_best_epochs_of_every_subject_and_keeps_the_stated_thresholds():
    tables = {
        "early": at_stated((3, 1), (3, 1), (2, 1)),
        "late": at_stated((1, 1), (2, 1), (4, 1)),
        # F1 is 0 throughout: the fewest proposals win, and of two epochs as good as each other the first.
        "nothing": at_stated((0, 4), (0, 2), (0, 2)),
    }

    result = choose_settings(Protocol.AS_RELEASED, tables, THRESHOLDS, EPOCHS)

    assert {name: one.epoch for name, one in result.settings.items()} == {"early": 1, "late": 0, "nothing": 2}
    assert result.thresholds == {name: {MACRO: 0.5, MICRO: 0.5} for name in tables}
    assert result.counts["early"] == {MACRO: Counts(3, 1, 2), MICRO: Counts(3, 1, 2)}


def test_as_released_compares_2_found_plus_a_hundredth_for_each_kind_over_proposals_and_truths():
    # 2 (1 + 0.02) / (4 + 4) = 0.255 against 2 (2 + 0.02) / (12 + 4) = 0.2525, although 2 / 8 = 4 / 16.
    few = np.array([[1, 1, 1], [0, 2, 2]])
    many = np.array([[1, 7, 1], [1, 3, 1]])
    table = np.stack([many, few])[:, :, None, :]

    result = choose_settings(
        Protocol.AS_RELEASED, {"a": table, "b": table}, (0.5,), (Setting(epoch=0), Setting(epoch=4))
    )
    turned = choose_settings(
        Protocol.AS_RELEASED, {"a": table[::-1], "b": table}, (0.5,), (Setting(epoch=0), Setting(epoch=4))
    )

    assert result.settings["a"] == Setting(epoch=4)
    assert turned.settings == {"a": Setting(epoch=0), "b": Setting(epoch=4)}


def test_as_released_prefers_an_epoch_without_proposals_for_a_subject_without_truths():
    tables = {"a": at_stated((3, 1), (3, 1), (3, 1)), "b": at_stated((0, 1), (0, 0), (0, 3), truths=0)}

    result = choose_settings(Protocol.AS_RELEASED, tables, THRESHOLDS, EPOCHS)

    assert result.settings["b"].epoch == 2
    assert result.counts["b"] == {MACRO: Counts(), MICRO: Counts()}


@pytest.mark.parametrize("protocol", [Protocol.FIXED, Protocol.AS_RELEASED])
def test_other_decodings_have_no_part_where_the_configuration_keeps_its_own(protocol):
    tables = dict.fromkeys("abc", counted((1, 4), (9, 0), (2, 4), (9, 0)))
    tables = {name: table[:, :, ::-1] for name, table in tables.items()}

    result = choose_settings(protocol, tables, THRESHOLDS, SETTINGS)

    # Epoch 2 finds more than the last with the configuration's own decoding.
    assert set(result.settings.values()) == {Setting(epoch=2 if protocol is Protocol.AS_RELEASED else 0)}


def test_fixed_is_refused_where_the_configuration_as_it_is_was_not_counted():
    tables = dict.fromkeys("ab", counted((1, 4)))

    with pytest.raises(InvalidValueError, match="settings must be with the last epoch and the configuration's own"):
        choose_settings(Protocol.FIXED, tables, THRESHOLDS, (Setting(epoch=2),))


@pytest.mark.parametrize("protocol", Protocol)
def test_with_one_setting_there_is_nothing_but_thresholds_to_choose(protocol):
    generator = np.random.default_rng(0)
    tables = {subject: generator.integers(0, 20, size=(2, 5, 3)) for subject in "abcde"}
    thresholds = (0.1, 0.2, 0.3, 0.4, 0.5)

    result = choose_settings(protocol, {name: one[None] for name, one in tables.items()}, thresholds, [Setting()])

    assert result == apply_protocol(protocol, tables, thresholds)
    assert set(result.settings.values()) == {Setting()}


@pytest.mark.parametrize("protocol", [Protocol.HONEST, Protocol.POOLED])
def test_every_choice_equals_the_one_that_is_made_by_trying_one_after_the_other(protocol):
    generator = np.random.default_rng(3)
    # Numbers so large that no two thresholds are equally good.
    tables = {subject: generator.integers(0, 4000, size=(4, 2, 3, 3)) for subject in "abcdef"}
    thresholds = (0.1, 0.2, 0.3)

    result = choose_settings(protocol, tables, thresholds, SETTINGS)

    for subject in tables:
        seen = {
            Protocol.HONEST: [table for name, table in tables.items() if name != subject],
            Protocol.POOLED: list(tables.values()),
        }[protocol]
        assert chosen_f1(sum(seen), result, subject, thresholds) == max(
            sum((Counts(*best_of(sum(seen)[row, kind])) for kind in range(2)), Counts()).f1 for row in range(4)
        )


def best_of(counts: np.ndarray) -> list[int]:
    """Counts at the threshold of the highest F1."""
    return max(counts.tolist(), key=lambda row: Counts(*row).f1)


def chosen_f1(seen: np.ndarray, result: ProtocolResult, subject: str, thresholds: tuple[float, ...]) -> float:
    row = SETTINGS.index(result.settings[subject])
    columns = [thresholds.index(result.thresholds[subject][kind]) for kind in (MACRO, MICRO)]
    return sum((Counts(*seen[row, kind, columns[kind]].tolist()) for kind in range(2)), Counts()).f1


def test_garbage_scores_of_a_subject_change_nothing_that_is_honestly_chosen_for_it():
    """The planted leak, from frame scores of two epochs to threshold, decoding and epoch."""
    generator = np.random.default_rng(0)
    truths = (
        Expression(onset=20, apex=35, offset=52, kind=MACRO),
        Expression(onset=80, apex=84, offset=88, kind=MICRO),
    )
    truth = label_scores(truths, 120)
    decodings = [DecodingConfig(), DecodingConfig(overlap_threshold=0.2), DecodingConfig(macro_duration=30)]
    settings, grid = all_settings((0, 2), num_decodings=3), tuple(np.linspace(0.05, 0.95, 19).tolist())

    def scores(blur: float) -> dict[int, np.ndarray]:
        return {
            epoch: ((1 - blur) * truth + blur * generator.random(truth.shape)).astype(np.float32) for epoch in (0, 2)
        }

    def choice(protocol: Protocol, given: dict[str, dict[int, np.ndarray]], subject: str) -> tuple[object, object]:
        tables = {
            name: setting_table(
                {epoch: [(one, truths)] for epoch, one in by_epoch.items()},
                settings,
                decodings=decodings,
                thresholds=grid,
            )
            for name, by_epoch in given.items()
        }
        result = choose_settings(protocol, tables, grid, settings)
        return result.settings[subject], result.thresholds[subject]

    study = {subject: scores(0.5) for subject in "abcdef"}
    leaked = study | {"c": scores(1.0)}

    assert choice(Protocol.HONEST, leaked, "c") == choice(Protocol.HONEST, study, "c")
    # The same garbage is seen where a protocol lets it be seen, so that the line above could fail.
    assert choice(Protocol.POOLED, leaked, "c") != choice(Protocol.POOLED, study, "c")
    assert choice(Protocol.HONEST, leaked, "a") != choice(Protocol.HONEST, study, "a")
