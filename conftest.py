pytest_plugins = ["tests.skips", "tests.scheduling"]
