"""Tests that train for long, or start processes which have to load PyTorch first."""
