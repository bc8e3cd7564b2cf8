"""Names of recordings as the tools of others write them, and which recording of a dataset each stands for.

    samm-lv     006_1      also samm_006_1, 6_1
    cas-me-2    s15_0401   also 15_0401, casme_015_0401, 15_0401girlcrashing; subject index 1 with code anger1
    cas-me-3    spNO.1_a   also spNO.1/a, casme3_1_a, 1_a
    lineage     any of these for the recording that its table has
    plain       its own

Whatever the case, and only where one recording alone is meant.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from spotformer_core.datasets import cas_me_2, cas_me_3, lineage, samm_lv

_Key = tuple[str, str, str]
_SAMM_LV = re.compile(r"(?:samm_)?0*([1-9][0-9]{0,2})_0*([0-9]{1,2})")
_CAS_ME_2 = re.compile(r"(?:casme_)?s?0*([1-9][0-9]?)_([0-9]{4})([a-z]*)")
_CAS_ME_3 = re.compile(r"(?:casme_?3_)?(?:spno\.?)?0*([1-9][0-9]{0,2})[_/]([a-z])")
_CODES = {code: stimulus for stimulus, code in cas_me_2.STIMULUS_CODES.items()}
_MOST_CHARACTERS = 300
"""No name is longer, so none that is has to be looked at."""


class RecordingNames:
    """The names of the recordings of a dataset, and their other spellings."""

    def __init__(self, subject_of: Mapping[str, str], *, dataset: str) -> None:
        self.recordings = frozenset(subject_of)
        self._subject_of = subject_of
        self._dataset = dataset
        self._of_key: defaultdict[_Key, set[str]] = defaultdict(set)
        for name in self.recordings:
            for key in self._keys(name):
                self._of_key[key].add(name)

    def find(self, name: str, *, subject: str = "") -> str | None:
        """The recording that a name stands for, perhaps together with that of its subject; None when it is unknown.

        Args:
            subject: as STRS-Metric's tables have it beside the name of the video; "" where there is none.
        """
        if subject:
            return self._find_one([f"{subject}_{name}", *_by_index(subject, name)]) or self._of_subject(name, subject)
        return self._find_one([name])

    def _find_one(self, names: Iterable[str]) -> str | None:
        for name in names:
            if name in self.recordings:
                return name
            if len(name) <= _MOST_CHARACTERS:
                meant = {one for key in self._keys(name) for one in self._of_key.get(key, ())}
                if len(meant) == 1:
                    return meant.pop()
        return None

    def _of_subject(self, name: str, subject: str) -> str | None:
        """The recording of a name that needs no subject, as 006_1 does not, unless it belongs to another one."""
        found = self._find_one([name])
        if found is None or _same_subject(subject, self._subject_of[found]):
            return found
        return None

    def _keys(self, name: str) -> Iterator[_Key]:
        folded = name.strip().casefold()
        yield "", folded, ""
        if self._dataset in (samm_lv.NAME, lineage.NAME) and (match := _SAMM_LV.fullmatch(folded)):
            yield samm_lv.NAME, match.group(1), match.group(2)
        if self._dataset in (cas_me_2.NAME, lineage.NAME) and (match := _CAS_ME_2.fullmatch(folded)):
            number, stimulus, title = match.groups()
            if title in ("", cas_me_2.STIMULUS_TITLES.get(stimulus)):
                yield cas_me_2.NAME, number, stimulus
        if self._dataset in (cas_me_3.NAME, lineage.NAME) and (match := _CAS_ME_3.fullmatch(folded)):
            yield cas_me_3.NAME, match.group(1), match.group(2)


def _same_subject(one: str, other: str) -> bool:
    """Whether two spellings, such as 6 and 006, name one subject."""
    numbers = [re.sub(r"[^0-9]", "", name[:_MOST_CHARACTERS]).lstrip("0") for name in (one, other)]
    return one.strip().casefold() == other.casefold() or ("" != numbers[0] == numbers[1])


def _by_index(subject: str, name: str) -> Iterator[str]:
    """The recording of CAS(ME)^2 that a subject's index and a stimulus's code stand for, as in its table."""
    stimulus = _CODES.get(name.strip().casefold())
    if stimulus is not None and subject.strip().isascii() and subject.strip().isdigit() and len(subject) < 4:
        index = int(subject) - 1
        if 0 <= index < len(cas_me_2.SUBJECT_FOLDERS):
            yield f"{cas_me_2.SUBJECT_FOLDERS[index]}_{stimulus}"
