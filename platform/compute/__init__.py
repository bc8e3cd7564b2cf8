"""The connection to Ray: a local one that is started, or a cluster that is joined."""
