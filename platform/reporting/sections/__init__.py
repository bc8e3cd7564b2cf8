"""The sections of a study's report: each makes plain blocks from the facts of the study."""
