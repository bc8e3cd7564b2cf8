"""What a study has found so far, as plain values: the leaderboard and the entries of `--json`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from platform.study.records import DecodingRecord
from platform.study.state import StudyState
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import FORMER_POOLED, LAST_EPOCH, Protocol, ProtocolResult

OVERALL = "overall"
TWO_OBJECTIVES = "nsga-ii"
"""The sampler for which F1 of both kinds are two objectives."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaderboardRow:
    """One complete configuration.

    Attributes:
        counts: by protocol, as far as there are counts, pooled over subjects by "overall", "macro" and "micro".
        front: whether no other configuration beats it in one kind without losing in the other, where the study has both
            as objectives; None where it has one.
    """

    name: str
    params: dict[str, Any]
    num_folds: int
    counts: dict[Protocol, dict[str, Counts]]
    front: bool | None = None


def leaderboard(state: StudyState) -> tuple[LeaderboardRow, ...]:
    """Complete configurations, best honest overall F1 first."""
    ranking = state.ranking()
    front = pareto_front(state) if state.study.sampler == TWO_OBJECTIVES else None
    rows = (leaderboard_row(state, name) for name in ranking)
    return tuple(row if front is None else replace(row, front=row.name in front) for row in rows)


def pareto_front(state: StudyState) -> frozenset[str]:
    """Complete configurations that no other one beats in macro or micro F1 without losing in the other."""
    scores = {name: state.honest_f1(name) for name in state.ranking()}
    return frozenset(
        name
        for name, own in scores.items()
        if not any(
            other.macro >= own.macro
            and other.micro >= own.micro
            and (other.macro, other.micro) != (own.macro, own.micro)
            for other in scores.values()
        )
    )


def leaderboard_row(state: StudyState, name: str) -> LeaderboardRow:
    """The row of one complete configuration."""
    configuration = state.configurations[name]
    return LeaderboardRow(
        name=name,
        params=configuration.params,
        num_folds=len(configuration.folds),
        counts={protocol: pooled_counts(result) for protocol, result in state.results(name).items()},
    )


def pooled_counts(result: ProtocolResult) -> dict[str, Counts]:
    """Counts over all subjects by "overall", "macro" and "micro"."""
    return {OVERALL: result.overall, **{str(kind): result.pooled(kind) for kind in KINDS}}


def configuration_entries(state: StudyState) -> list[dict[str, Any]]:
    """Every configuration of the study in the order asked, as the command line writes it with `--json`."""
    complete = {row.name: row for row in leaderboard(state)}
    entries = []
    for name, configuration in state.configurations.items():
        entry: dict[str, Any] = {
            "id": name,
            "params": configuration.params,
            "status": str(configuration.status),
            "folds_done": len(configuration.folds),
            "f1": None,
            "counts": None,
            "f1_fixed": None,
            "f1_pooled": None,
            f"f1_{FORMER_POOLED}": None,
        }
        if name in complete:
            row = complete[name]
            entry["f1"] = _f1(row, Protocol.HONEST)
            entry["counts"] = {key: counts.as_dict() for key, counts in row.counts[Protocol.HONEST].items()}
            entry["f1_fixed"] = _f1(row, Protocol.FIXED)
            entry["f1_pooled"] = entry[f"f1_{FORMER_POOLED}"] = _f1(row, Protocol.POOLED)
            if row.front is not None:
                entry["front"] = row.front
        if configuration.decoding is not None:
            entry["chosen"] = _chosen(state, configuration.decoding)
        if configuration.dropped is not None:
            entry["dropped"] = {
                key: one for key, one in asdict(configuration.dropped).items() if key != "configuration"
            }
        if configuration.failure:
            entry["failure"] = configuration.failure
        entries.append(entry)
    return entries


def _f1(row: LeaderboardRow, protocol: Protocol) -> dict[str, float] | None:
    """By "overall", "macro" and "micro"; None where there are no counts under the protocol."""
    return {key: one.f1 for key, one in row.counts[protocol].items()} if protocol in row.counts else None


def with_former_names(by_protocol: Mapping[str, Any]) -> dict[str, Any]:
    """The same with what is under `pooled` once more under its former name, for those who read files of ours."""
    pooled = str(Protocol.POOLED)
    former = {FORMER_POOLED: by_protocol[pooled]} if pooled in by_protocol else {}
    return {**by_protocol, **former}


def _chosen(state: StudyState, record: DecodingRecord) -> dict[str, Any]:
    """By protocol and held-out subject: epoch, what was changed in the decoding, and thresholds."""
    chosen = {
        protocol: {
            subject: {
                "epoch": "last" if choice["epoch"] == LAST_EPOCH else choice["epoch"],
                "decoding": state.study.decodings[choice["decoding"]],
                "thresholds": choice["thresholds"],
            }
            for subject, choice in choices.items()
        }
        for protocol, choices in record.choices.items()
    }
    return with_former_names(chosen)
