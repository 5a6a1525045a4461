"""What a tab shows and does: one room for each tab, and the parts that only tabs have."""
