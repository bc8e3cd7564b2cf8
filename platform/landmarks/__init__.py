"""Where the 68 landmarks of a recording come from: files beside it, or a detector."""
