"""The one point that [Deng2024] Sec. 4.1 publishes. Made for a GPU."""

from search_spaces.vocabulary import Space

PUBLISHED = Space(
    name="published",
    description="the configuration of the paper, nothing varies but the apex thresholds (needs a GPU)",
)
