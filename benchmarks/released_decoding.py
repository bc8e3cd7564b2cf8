"""The decoding and counting of [Deng2024]'s released code, written down in pandas from its description.

Three passes, each over one table per recording and kind, handed on as csv files: proposals around every frame above
the apex threshold; suppression that stops after five; and two comparisons with the annotations, whose csv file is
read again for every group. Only the second comparison's table differs from what is reported, but both are made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

TYPES = {1: 0, 2: 1}
"""Number of a kind in the released tables (macro, micro), to its index in frame scores."""
DURATIONS = {1: (60, 16), 2: (16, 4)}
ONSET, APEX, OFFSET = 0, 1, 2
KEYS = ["video_name", "type_idx"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleasedProcedure:
    """One run of the procedure.

    Attributes:
        folder: for the csv files.
        most: proposals that are kept of each kind in a recording.
        uses_files: whether tables are handed on as csv files, as released, or in memory.
    """

    folder: Path
    annotations: pd.DataFrame
    most: int = 5
    uses_files: bool = True

    def counts(
        self, scores: Mapping[str, np.ndarray], thresholds: Mapping[int, float]
    ) -> dict[int, tuple[int, int, int]]:
        """Proposals, truths and found truths of each type."""
        annotations = self._handed_on(self.annotations, "annotations")
        proposals = self._handed_on(self._proposals(scores, thresholds), "proposals")
        kept = self._handed_on(_by_group(proposals, self._suppressed), "suppressed")
        found = self._handed_on(_by_group(kept, self._found), "found")
        self._handed_on(_by_group(kept, self._touching), "touching")
        return {
            type_: (
                int((found.type_idx == type_).sum()),
                int((annotations.type_idx == type_).sum()),
                int(found[found.type_idx == type_].find.sum()),
            )
            for type_ in TYPES
        }

    def _handed_on(self, table: pd.DataFrame, name: str) -> pd.DataFrame:
        if not self.uses_files:
            return table
        table.to_csv(self.folder / f"{name}.csv", index=False)
        return pd.read_csv(self.folder / f"{name}.csv")

    def _proposals(self, scores: Mapping[str, np.ndarray], thresholds: Mapping[int, float]) -> pd.DataFrame:
        tables = [
            _around_apexes(name, type_, own[:, index], threshold=thresholds[type_])
            for name, own in scores.items()
            for type_, index in TYPES.items()
        ]
        return pd.concat([table for table in tables if len(table)], ignore_index=True)

    def _suppressed(self, group: pd.DataFrame) -> pd.DataFrame:
        """The best proposals, by taking the best that is left and setting what it overlaps to 0."""
        rest = {name: list(group[name].to_numpy()) for name in ("start_frame", "end_frame", "apex_frame", "score")}
        kept: list[dict[str, float]] = []
        while rest["score"] and len(kept) < self.most:
            best = int(np.argmax(rest["score"]))
            if rest["score"][best] == 0:
                break
            overlaps = self._iou(
                rest["start_frame"][best], rest["end_frame"][best], rest["start_frame"], rest["end_frame"]
            )
            for index, overlap in enumerate(overlaps):
                if index != best and overlap > 0.5:
                    rest["score"][index] = 0
            kept.append({name: values.pop(best) for name, values in rest.items()})
        return pd.DataFrame(kept).assign(video_name=group.video_name.iloc[0], type_idx=group.type_idx.iloc[0])

    def _found(self, group: pd.DataFrame) -> pd.DataFrame:
        """`find`: each truth in order takes the best proposal that is left."""
        start, end = group.start_frame.to_numpy().copy(), group.end_frame.to_numpy().copy()
        find = np.zeros(len(group), bool)
        for truth in self._truths(group).itertuples():
            overlaps = self._iou(truth.start_frame, truth.end_frame, start, end)
            best = int(np.argmax(overlaps))
            if overlaps[best] >= 0.5:
                find[best] = True
                start[best] = end[best] = -1
        return group.assign(find=find)

    def _touching(self, group: pd.DataFrame) -> pd.DataFrame:
        """`tp`: whether a proposal overlaps any truth enough."""
        truths = self._truths(group)
        touches = np.zeros(len(group), bool)
        for index, proposal in enumerate(group.itertuples()):
            if len(truths):
                overlaps = self._iou(proposal.start_frame, proposal.end_frame, truths.start_frame, truths.end_frame)
                touches[index] = max(overlaps) >= 0.5
        return group.assign(tp=touches)

    def _truths(self, group: pd.DataFrame) -> pd.DataFrame:
        path = self.folder / "annotations.csv"
        annotations = pd.read_csv(path) if self.uses_files else self.annotations
        own = annotations[annotations.video_name == group.video_name.iloc[0]]
        return own[own.type_idx == group.type_idx.iloc[0]]

    @staticmethod
    def _iou(start: float, end: float, starts: object, ends: object) -> np.ndarray:
        starts, ends = np.asarray(starts), np.asarray(ends)
        overlap = np.maximum(np.minimum(end, ends) - np.maximum(start, starts), 0.0)
        return overlap / ((end - start) + (ends - starts) - overlap)


def _around_apexes(name: str, type_: int, own: np.ndarray, *, threshold: float) -> pd.DataFrame:
    """One row per frame above the threshold whose boundaries are not likelier the other way round."""
    longest, shortest = DURATIONS[type_]
    apexes = np.flatnonzero(own[:, APEX] > threshold)
    reach = np.arange(shortest // 2, longest // 2 + 1)
    rows = np.arange(len(apexes))
    before = np.maximum(apexes[:, None] - reach, 0)
    starts = before[rows, own[before, ONSET].argmax(axis=1)]
    after = np.minimum(apexes[:, None] + reach, len(own) - 1)
    ends = after[rows, own[after, OFFSET].argmax(axis=1)]
    consistent = (own[starts, ONSET] > own[starts, OFFSET]) & (own[ends, ONSET] < own[ends, OFFSET])
    starts, ends, apexes = starts[consistent], ends[consistent], apexes[consistent]
    return pd.DataFrame(
        {
            "video_name": name,
            "type_idx": type_,
            "start_frame": starts,
            "end_frame": ends,
            "apex_frame": apexes,
            "score": own[starts, ONSET].astype(float) * own[apexes, APEX] * own[ends, OFFSET],
        }
    )


def _by_group(table: pd.DataFrame, change: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    """`change` of every recording and kind, one below the other."""
    return pd.concat([change(group) for _, group in table.groupby(KEYS, sort=False)], ignore_index=True)
