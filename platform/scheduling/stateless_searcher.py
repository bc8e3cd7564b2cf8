"""A searcher of Tune that keeps nothing: Tune pickles it and saves snapshots, but the journal is the only truth."""

from typing import Any, Self

from ray.tune.search import Searcher


class StatelessSearcher(Searcher):
    """Answers every question of Tune about its state with nothing."""

    def set_search_properties(self, metric: object, mode: object, config: object, **spec: object) -> bool:
        """There is nothing to set: the plan knows what is searched."""
        del metric, mode, config, spec
        return True

    def __getstate__(self) -> dict[str, Any]:
        return {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def save(self, checkpoint_path: str) -> None:
        """Nothing is saved here."""
        del checkpoint_path

    def restore(self, checkpoint_path: str) -> None:
        """Nothing is restored here."""
        del checkpoint_path

    def get_state(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Nothing."""
        del state
