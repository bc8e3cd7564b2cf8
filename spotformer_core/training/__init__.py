"""Training of one leave-one-subject-out fold: pure, without Ray, the same on every machine of a kind."""
