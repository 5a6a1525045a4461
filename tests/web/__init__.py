"""The rooms that know Gradio, without a browser."""
