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
    # --- inside a network -------------------------------------------------------------------------
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
