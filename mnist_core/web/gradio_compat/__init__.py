"""All that touches a private name of Gradio, uvicorn or torch: an update breaks one floor.

`tests/web/test_gradio_compat.py` names each of them, and the room here that needs it.
"""
