from __future__ import annotations

import json

import app


def test_what_a_page_is_told_of_the_components_is_plain_data() -> None:
    """Gradio copies it for each visitor: anything else would drag the whole server along."""
    for component in app.demo.get_config_file()["components"]:
        props = component["props"]
        if component["type"] == "state":
            props.pop("delete_callback")  # Gradio's own
        json.dumps(props)
