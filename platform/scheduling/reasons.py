"""Why an attempt at a fold came to nothing, or a fold failed: what journal, report and ledger say of it."""

RETRIED = "the worker died or raised; the fold is run again"
PREEMPTED = "the provider took the node back; the fold is run again on another one"
UNKNOWN_FAILURE = "the worker died, raised or took longer than --fold-timeout allows, retries included"
NO_OUTCOME = "the worker ended the fold without an outcome; its version differs from the driver's"
MEASUREMENT = "it was measured what the fold holds of a GPU"
TRAINED_AGAIN = "the fold was finished; it was trained again beside those of its stack that were missing"
NODE_TOO_SMALL = (
    "the fold had a node to itself, and Ray still killed it because the node's memory ran out. Lower batch_size or "
    "width, or use a machine with more memory"
)
