"""The releases that come with an annotation table of their own, and how that is read without the frames."""

from collections.abc import Callable, Mapping
from pathlib import Path

from spotformer_core.datasets import cas_me_2, cas_me_3, samm_lv
from spotformer_core.datasets.annotation_rows import AnnotationRow

ANNOTATION_TABLES: Mapping[str, Callable[[Path], tuple[AnnotationRow, ...]]] = {
    samm_lv.NAME: samm_lv.read_annotations,
    cas_me_2.NAME: cas_me_2.read_annotations,
    cas_me_3.NAME: cas_me_3.read_annotations,
}
"""By the name of the dataset; each raises AnnotationError for a file that is no such table or breaks a rule."""
