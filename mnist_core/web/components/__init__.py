"""The look of the page, and one folder for each `gr.HTML` component of our own."""
