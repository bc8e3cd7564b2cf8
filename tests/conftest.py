pytest_plugins = ["tests.searches"]
