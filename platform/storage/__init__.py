"""Where the workspace is kept when its folder is not a disk that all nodes share: in an object store."""
