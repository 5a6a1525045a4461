"""A run's program: shown, copied, and downloaded under a name that tells it from others."""

from __future__ import annotations

import gradio as gr

from mnist_core.text import Message

# Gradio's own button would call every program file.py. The page has the text, so nothing is asked.
DOWNLOAD = """(program, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([program], { type: "text/x-python" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}"""


def build_program(program: str = "", name: str = "", label: str = "") -> tuple[gr.Code, gr.Textbox]:
    """Lay out a box for a program, and a button that downloads it.

    Args:
        program: its text.
        name: of the file.
        label: above the box.

    Returns:
        The parts that show the program and hold the name of its file.
    """
    code = gr.Code(
        program,
        language="python",
        label=label,
        lines=18,
        max_lines=18,
        interactive=False,
        buttons=["copy"],
        elem_classes="code",
    )
    file_name = gr.Textbox(name, visible=False)
    download = gr.Button(Message("train.program"), size="sm", elem_classes="program")
    download.click(
        None, [code, file_name], None, js=DOWNLOAD, queue=False, api_visibility="private"
    )
    return code, file_name
