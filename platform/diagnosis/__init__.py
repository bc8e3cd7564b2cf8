"""What a search needs of a machine, a cluster and a tracking store, looked at one by one."""
