"""What workers run: ids in, one service call."""
