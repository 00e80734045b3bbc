"""Other people's files → one stream of who sits where, from when to when (Found)."""
