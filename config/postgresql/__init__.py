"""Django's own backend for PostgreSQL, whose connections know how long they may wait (config.patience)."""
