from hypothesis import settings

pytest_plugins = ["tests.searches", "tests.faults.small_clusters", "tests.faults.small_disks"]

# A test that fails because the machine is busy says nothing about the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
