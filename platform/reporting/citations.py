"""BibTeX of what a study rests on: the method, its dataset, how it is judged, and the software that ran it."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from platform.study.records import StudyRecord
from spotformer_core.datasets import cas_me_2, cas_me_3, samm_lv

_DATASETS = {samm_lv.NAME: "Yap2020", cas_me_2.NAME: "Qu2018", cas_me_3.NAME: "Li2023"}
_SAMPLERS = {"tpe": "Bergstra2011", "cma-es": "Hansen2001", "nsga-ii": "Deb2002"}
_ESTIMATORS = {
    "farneback": "Farneback2003",
    "farneback-warm": "Farneback2003",
    "opencv-farneback": "Farneback2003",
    "opencv-dis": "Kroeger2016",
}
_SOFTWARE = ("Akiba2019", "Moritz2018", "Liaw2018", "Zaharia2018", "Paszke2019", "Bradski2000")
_IMPORTANCE = ("Watanabe2023", "Hutter2014")
_DETECTED = "Guo2022"


def cited_keys(
    study: StudyRecord, *, dataset: str, tells_importance: bool, detected_landmarks: bool
) -> tuple[str, ...]:
    """The works that a report on this study should name, each once.

    Args:
        dataset: the real dataset that its recordings are of, whatever its table calls it.
        tells_importance: whether importances stand in the report.
        detected_landmarks: whether landmarks were found by insightface.
    """
    keys = _keys(study, dataset, tells_importance=tells_importance, detected_landmarks=detected_landmarks)
    return tuple(dict.fromkeys(keys))


def _keys(study: StudyRecord, dataset: str, *, tells_importance: bool, detected_landmarks: bool) -> Iterator[str]:
    yield "Deng2024"
    if dataset in _DATASETS and study.rendered is not True:
        yield _DATASETS[dataset]
    yield from ("Li2021", "Tsamardinos2018")
    if _uses_contrast(study.space):
        yield "Khosla2020"
    estimator = study.extraction.get("estimator")
    if estimator in _ESTIMATORS:
        yield _ESTIMATORS[estimator]
    if study.extraction.get("pooling") == "mdmo":
        yield "Liu2015"
    if detected_landmarks:
        yield _DETECTED
    if study.sampler in _SAMPLERS:
        yield _SAMPLERS[study.sampler]
    if tells_importance:
        yield from _IMPORTANCE
    yield from _SOFTWARE


def _uses_contrast(space: Mapping[str, Any]) -> bool:
    """Whether a configuration of the space may be trained with the contrastive loss, which the usual recipe is."""
    varied = space.get("dimensions", {}).get("contrastive_lambda")
    if varied is not None:
        return any(end > 0 for end in varied["ends"])
    return bool(space.get("fixed", {}).get("contrastive_lambda", 1.0) > 0)


def bibliography(keys: tuple[str, ...]) -> str:
    """The BibTeX entries of these works, in this order.

    Raises:
        KeyError: for a work without an entry.
    """
    entries = all_entries()
    return "\n\n".join(entries[key] for key in keys)


def all_entries() -> dict[str, str]:
    """Every entry of references.bib by its key."""
    text = files("platform.reporting").joinpath("references.bib").read_text(encoding="utf-8")
    entries = [f"@{entry.strip()}" for entry in f"\n{text}".split("\n@")[1:]]
    return {entry.partition("{")[2].partition(",")[0]: entry for entry in entries}
