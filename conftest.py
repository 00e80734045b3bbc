pytest_plugins = ["tests.skips"]
