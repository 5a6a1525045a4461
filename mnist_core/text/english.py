"""The catalogue in English: the sentences by their keys, in the order of the rooms."""

ENGLISH: dict[str, str] = {
    # The tag of this language in `<html lang>`.
    "language.tag": "en",
    # --- config and settings ----------------------------------------------------------------------
    # --- networks ---------------------------------------------------------------------------------
    # --- data -------------------------------------------------------------------------------------
    # --- training ---------------------------------------------------------------------------------
    # --- plots ------------------------------------------------------------------------------------
    # --- evaluation and calibration ---------------------------------------------------------------
    # --- checkpoints and archives -----------------------------------------------------------------
    # --- experiments ------------------------------------------------------------------------------
    # --- generated programs -----------------------------------------------------------------------
    # --- preprocessing and drawings ---------------------------------------------------------------
    # --- inspection -------------------------------------------------------------------------------
    # --- the command line -------------------------------------------------------------------------
    # --- the page ---------------------------------------------------------------------------------
    "page.title": "Handwritten digits with PyTorch",
    "page.summary": (
        "Draw a digit: a small neural network reads it as you go. "
        "Then train one yourself and watch it learn."
    ),
    "page.language": "Language",
    "tab.draw": "Draw",
    "tab.train": "Train",
    "tab.experiments": "Experiments",
    "tab.runs": "Runs",
    # --- the Draw tab -----------------------------------------------------------------------------
    "digit.other": "a {digit}",
    "digit.eight": "an {digit}",
    "canvas.title": "Drawing canvas: draw one digit, 0 to 9",
    "canvas.hint": "Draw here",
    "canvas.undo": "Undo",
    "canvas.clear": "Clear",
    "canvas.picture": "Read a picture …",
    "canvas.help": "Mouse, finger or pen.",
    "canvas.help_keys": "Mouse, finger or pen. Ctrl+Z takes back, Delete clears.",
    "canvas.picture_help": "Press a frame or drag over a part. Clear to draw.",
    "canvas.full": "That is all the ink there is: undo or clear to go on.",
    "picture.title": "Picture to be read",
    "picture.yours": "Your picture",
    "picture.found": "Found in the picture: press one to read it",
    "picture.frame": "Read what is in frame {number} of {count}",
    "picture.drop": "Drop the picture here",
    "picture.file": "Picture",
    "picture.reading": "Reading …",
    "picture.blank": "The picture is blank: there is no digit to read.",
    "picture.blank_part": "There is nothing to read in this part.",
    "picture.no_file": "{name} cannot be opened.",
    "picture.too_large": "{name} is larger than {megabytes} megabytes.",
    "picture.no_connection": (
        "The picture could not be sent: there is no connection to the server."
    ),
    "picture.no_answer": "The server has not answered yet.",
    "picture.lost": "The server could not keep the picture. Try again in some minutes.",
    "picture.expected": "A picture to be read was expected.",
    "prediction.title": "Prediction",
    "prediction.ask": "Draw a digit, 0 to 9",
    "prediction.image": "The image of 28 by 28 pixels that the network is given",
    "prediction.sees": "What the network sees",
    "prediction.bars": "Probability of each digit",
    "prediction.question": "Which digit was it?",
    "prediction.press_it": "Which digit was it? Press it above, or",
    "prediction.press_or_type_it": "Which digit was it? Press it above, type it, or",
    "prediction.it_was": "It was {digit}",
    "prediction.yes": "Yes, {digit}",
    "prediction.not_sure": "Not sure",
    "prediction.perhaps": "perhaps {digit}, {probability}",
    "prediction.read_by": "Read by {classifier}",
    "prediction.older": "No answer yet: an older one.",
    "prediction.says": "{digit}, {probability}",
    "prediction.says_perhaps": "Not sure, perhaps {named}, {probability}",
    "leaderboard.who": "Who reads?",
    "leaderboard.mnist": "MNIST",
    "leaderboard.mnist_means": "Accuracy on MNIST's 10,000 test images",
    "leaderboard.drawings": "Your drawings",
    "leaderboard.note": "Say which digit it was, and your drawings are counted here.",
    "leaderboard.save": "Save",
    "leaderboard.open": "Open …",
    "leaderboard.forget": "Forget",
    "leaderboard.right": "{right} of {drawings}",
    "leaderboard.too_large": "This file is too large: 5 megabytes at most.",
    # --- the pipeline -----------------------------------------------------------------------------
    "pipeline.title": "How the drawing becomes the network's input",
    "pipeline.intro": (
        "MNIST's digits were all made alike, and a network reads well only what looks like "
        "them. Leave a step out to see why it is there."
    ),
    "pipeline.drawing": "Your drawing",
    "pipeline.drawing_means": "The whole canvas, with the brush you see.",
    "pipeline.crop": "Crop",
    "pipeline.crop_means": "Cut the digit out: where it is, and how large, no longer matters.",
    "pipeline.after_crop": "After cropping",
    "pipeline.fit": "Fit to 20",
    "pipeline.fit_means": (
        "Scale its longer side to 20 of 28 pixels and keep its shape; or else squeeze it in."
    ),
    "pipeline.after_fit": "After scaling",
    "pipeline.pen": "One pen",
    "pipeline.pen_means": "Draw its lines anew, 2.3 pixels wide: about what MNIST's pens were.",
    "pipeline.after_pen": "After drawing it anew",
    "pipeline.center": "Centre",
    "pipeline.center_means": "Move it until its ink balances in the middle.",
    "pipeline.after_center": "After centring",
    "pipeline.normalize": "Normalise",
    "pipeline.normalize_means": (
        "Count from −1, paper, to 1, ink, as in training; or else from 0, shown grey."
    ),
    "pipeline.after_normalize": "After normalising",
    "pipeline.guess": "{digit}, {probability}",
    "pipeline.guess_not_sure": "{digit}, {probability}, not sure",
    "pipeline.without": "Without it: {guess}",
    "pipeline.with": "With it: {guess}",
    "pipeline.verdict": "{classifier} then reads {guess}.",
    "pipeline.expected": "A list of steps to leave out was expected.",
    # --- programs in the page ---------------------------------------------------------------------
    "listing.program": "The program",
    "listing.copy": "Copy",
    "listing.copied": "Copied",
    "listing.download": "Program (.py)",
    "listing.of_settings": "Code for this run",
    "listing.of_run": "Code for {run}: its settings as a PyTorch program of its own",
    # --- inside a network -------------------------------------------------------------------------
    "inside.views": "Look closer",
    "inside.input": "Input",
    "inside.inside": "Inside",
    "inside.why": "Why",
    "inside.blank": "The paper is blank: draw a digit, and this follows your pen.",
    "inside.none": "There is no network to look into.",
    "inside.by": "{network} has learned {total} numbers: {parts}",
    "inside.image": "The image, 28 by 28 pixels",
    "inside.neurons": "{source} → ReLU: {on} of {all} neurons on",
    "inside.neurons_dead": "{source} → ReLU: {on} of {all} neurons on, {dead} never",
    "inside.maps": "{source} → ReLU: {on} of {all} feature maps on",
    "inside.maps_dead": "{source} → ReLU: {on} of {all} feature maps on, {dead} never",
    "inside.legend": "Hollow: off for this image. Crossed: off for all test images.",
    "inside.kernels": "{source}: {all} kernels",
    "inside.scores": "Scores and softmax",
    "inside.score_button": "Score of {digit}: {score}, {share}",
    "inside.hint": "Press a neuron or a score: where does its number come from?",
    "inside.hint_maps": (
        "Press a map's pixel, a neuron or a score: where does its number come from?"
    ),
    "inside.neuron": "Neuron {unit} of {source}",
    "inside.weights": "what it looks for",
    "inside.ink_there": "your ink",
    "inside.product": "their product",
    "inside.sum": "{ink} ink {paper} paper {bias} bias = {sum}",
    "inside.activation": "→ ReLU → {activation}",
    "inside.shares": "It adds to the scores:",
    "inside.score": "The score of {digit} is {score}",
    "inside.score_sum": "{neurons} these neurons {others} all others {bias} bias = {sum}",
    "inside.tile": "neuron {unit}",
    "inside.tile_hint": "Neuron {unit} adds {share}",
    "inside.pixel": "Row {row}, column {column} of map {unit} of {source}",
    "inside.patch": "the patch",
    "inside.kernel": "the kernel",
    "inside.pixel_sum": "sum {sum} → normalised {normalized} → ReLU → {activation}",
    "inside.rather": "rather than",
    "inside.digit": "Digit to be explained",
    "inside.against": "Digit it is compared with",
    "inside.for": "for {digit}",
    "inside.for_other": "for {against}",
    "inside.ink": "Ink",
    "inside.paper": "Bare paper",
    "inside.biases": "Biases",
    "inside.total": "Score of {digit} less that of {against}",
    "inside.rub": "Rub out a part of the drawing and see what the network says then.",
    "inside.rubbed": "Rubbed out: {before} has become {after}. It now reads {digit}, {share}.",
    "inside.restore": "Put it back",
    "inside.path": "Follow the ink from blank paper on",
    "inside.path_sum": (
        "This ink adds up to {sum}: from blank paper on, the difference rose by {change}."
    ),
    "inside.alike": "To its last hidden layer, these test images are most alike",
    "inside.no_data": (
        "The test images come with the first training; then the most alike are shown here."
    ),
    "inside.table": "The numbers as a table",
    "inside.table_unit": "Neuron",
    "inside.table_activation": "Activation",
    "inside.table_share": "Adds to the score of {digit}",
    "inside.table_score": "Score",
    "inside.table_probability": "Softmax",
    "inside.table_digit": "Digit",
    "inside.table_row": "Row",
    "inside.table_ink": "Ink of each pixel, row by row",
    "inside.example": "A scribble that is no digit",
    "inside.example_back": "Back to your drawing",
    "inside.example_note": "{first}: {first_digit}, {first_share}. {second}: {second_says}",
    "inside.example_unsure": "not sure, perhaps {digit}, {share}.",
    "inside.example_sure": "{digit}, {share}.",
    "inside.expected": "A question about the network was expected.",
    "inside.image_expected": "An image of {side}×{side} bytes was expected.",
    # --- the Train tab ----------------------------------------------------------------------------
    # --- the settings form ------------------------------------------------------------------------
    # --- a run in words ---------------------------------------------------------------------------
    "run.epoch_over": "Epoch {epoch} is over.",
    # --- the Experiments tab ----------------------------------------------------------------------
    # --- the Runs tab -----------------------------------------------------------------------------
    # --- sessions and files -----------------------------------------------------------------------
    # --- jobs -------------------------------------------------------------------------------------
    # --- endpoints and limits ---------------------------------------------------------------------
}
