"""All that touches a private name of Gradio, uvicorn or torch: an update breaks one floor."""
