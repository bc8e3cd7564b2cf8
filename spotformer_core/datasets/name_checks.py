"""Names of subjects and recordings that cannot be, or that are probably one name written in two ways."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

from spotformer_core.datasets.dataset_names import CAS_ME_2, CAS_ME_3, SAMM_LV
from spotformer_core.datasets.findings import Finding, FindingName, Verdict, examples
from spotformer_core.datasets.known_tables import subject_totals
from spotformer_core.datasets.policy_choices import Acceptance, SameNames
from spotformer_core.datasets.table_rows import shown

_SEPARATORS = re.compile(r"[\s_.-]+")
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_STIMULI = frozenset({"0101", "0102", "0401", "0402", "0502", "0503", "0505", "0507", "0508"})
_RECORDING = {
    SAMM_LV: re.compile(r"([0-9]{3})_([1-7])"),
    CAS_ME_2: re.compile(r"(s[0-9]{2})_([0-9]{4})"),
    CAS_ME_3: re.compile(r"(spNO\.[1-9][0-9]{0,2})_([a-m])"),
}
_RULES = {
    SAMM_LV: "the subject, one of 006 to 037, and a stimulus from 1 to 7",
    CAS_ME_2: "the subject, one of s15 to s40, and one of nine stimuli",
    CAS_ME_3: "the subject and a letter from a to m",
}


def same_name_findings(subjects: Iterable[str], recordings: Iterable[str], *, same_names: SameNames) -> list[Finding]:
    """Subjects, or recordings, whose names differ by case, leading zeros or separators only."""
    groups = [
        (what, group) for what, names in (("subject", subjects), ("recording", recordings)) for group in _alike(names)
    ]
    if not groups:
        return []
    what = " and ".join(dict.fromkeys(f"{what}s" for what, _ in groups))
    return [
        Finding(
            name=FindingName.SAME_NAMES,
            count=len(groups),
            verdict=Verdict.PROBLEM if same_names is SameNames.REFUSE else Verdict.REMARK,
            sentence=f"{what} whose names differ by case, leading zeros or separators only are probably the same "
            f"subject or recording: {examples(' and '.join(map(shown, group)) for _, group in groups)}. "
            "As two subjects one person is held out and trained on at once.",
            accepted_by=f"same-names={SameNames.DISTINCT}",
        )
    ]


def unknown_recording_findings(
    release: str, recordings: Iterable[str], *, unknown_recordings: Acceptance
) -> list[Finding]:
    """Recordings that a release does not have, by their names."""
    if release not in _RECORDING:
        return []
    unknown = sorted({name for name in recordings if not _can_be(name, release)})
    if not unknown:
        return []
    return [
        Finding(
            name=FindingName.UNKNOWN_RECORDINGS,
            count=len(unknown),
            verdict=Verdict.PROBLEM if unknown_recordings is Acceptance.REFUSE else Verdict.REMARK,
            sentence=f"a recording of {release} is named by {_RULES[release]}, these are not: "
            f"{examples(map(shown, unknown))}.",
            accepted_by=f"unknown-recordings={Acceptance.ACCEPT}",
        )
    ]


def _alike(names: Iterable[str]) -> list[list[str]]:
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(set(names)):
        alike[_plain(name)].append(name)
    return [group for group in alike.values() if len(group) > 1]


def _plain(name: str) -> str:
    """The name without what people and spreadsheet programs write in different ways."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return _LEADING_ZEROS.sub("", _SEPARATORS.sub("_", folded).strip("_"))


def _can_be(recording: str, release: str) -> bool:
    match = _RECORDING[release].fullmatch(recording)
    if match is None:
        return False
    subject, stimulus = match.groups()
    known: Mapping[str, tuple[int, int]] = subject_totals(release)
    if release == CAS_ME_3:
        return True  # Two subjects of part A have no expression, and nothing published names them.
    return subject in known and (release != CAS_ME_2 or stimulus in _STIMULI)
