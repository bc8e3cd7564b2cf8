"""Names of the published releases, as on the command line."""

from typing import Final

SAMM_LV: Final = "samm-lv"
CAS_ME_2: Final = "cas-me-2"
CAS_ME_3: Final = "cas-me-3"
