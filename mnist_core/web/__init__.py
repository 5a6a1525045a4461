"""The rooms that know Gradio: one for each tab, one for each component of our own."""
