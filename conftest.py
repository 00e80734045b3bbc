pytest_plugins = ["tests.skips", "tests.scheduling", "tests.faults.reporting"]
