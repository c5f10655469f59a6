"""What pages say of their links and of themselves, as data that other programs can be held to."""
