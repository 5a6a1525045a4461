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
    "page.never_sent": "The page has sent what it never sends: reload it.",
    "page.two_sentences": "{first} {second}",
    "page.list_separator": ", ",
    # --- the Draw tab -----------------------------------------------------------------------------
    "digit.other": "a {digit}",
    "digit.eight": "an {digit}",
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
    # --- the Train tab ----------------------------------------------------------------------------
    "train.start": "Train",
    "train.stop": "Stop",
    "train.more_epochs": "+{epochs} epochs",
    "train.retry": "Train again with {rate}",
    "train.curves": "Curves",
    "train.article": "Article's output",
    "train.code": "Code",
    "train.weights": "Weights (.pth)",
    "train.metadata": "Metadata (.json)",
    "train.still": "Your network is still training; stop it first.",
    "train.drawing": "Your drawing, epoch by epoch: {digits} ({sureness})",
    "train.lines": "What the article's code prints",
    "train.lines_images": "Image batch shape: {shape}",
    "train.lines_labels": "Label batch shape: {shape}",
    "train.lines_device": "The model is on: {device}",
    "train.lines_start": "Training starts ...",
    "train.lines_epoch": "Epoch [{epoch}/{epochs}], Loss: {loss}",
    "train.lines_finished": "Training finished!",
    "train.lines_accuracy": "Accuracy on the test set: {accuracy:percent}",
    # --- the settings form ------------------------------------------------------------------------
    "form.network": "Network",
    "form.network_choice": "{title}: {parameters} parameters",
    "form.batch_size": "Batch size: images per step",
    "form.epochs": "Epochs",
    "form.epochs_info": "Passes over all the images",
    "form.learning_rate": "Learning rate",
    "form.learning_rate_info": "Size of each step",
    "form.seed": "Seed",
    "form.seed_info": "Where chance begins: same seed, same run",
    "form.recipe": "These are the article's settings.",
    "form.change": "Other than the article's recipe: {change}.",
    "form.reset": "Reset to the recipe",
    "form.more": "More settings",
    "form.schedule": "Learning rate over time",
    "form.schedule_none": "Constant",
    "form.schedule_step": "Halved every {epochs} epochs (StepLR)",
    "form.schedule_one_cycle": "Up to it and down again (one-cycle)",
    "form.optimizer": "Optimiser",
    "form.dropout_info": "The share of neurons switched off in each step",
    "form.augmentation": "Augmentation",
    "form.augmentation_none": "None: the images as they are",
    "form.augmentation_affine": "Small turns, shifts and slants",
    "form.augmentation_handwriting": "Other people's handwriting, and some non-digits",
    "form.preview": "Above: training images. Below: what the network is shown in their place.",
    "form.no_preview": "Examples are shown once MNIST is here: the first training fetches it.",
    # --- a run in words ---------------------------------------------------------------------------
    "run.epoch_over": "Epoch {epoch} is over.",
    "run.name": "Run {number}",
    "run.upload_name": "Upload {number}",
    "run.title": "{name} · {change}",
    "run.recipe": "the recipe",
    "run.nothing_yet": (
        "Press Train: a network with random weights starts to learn from 60,000 digits."
    ),
    "run.next": "Its turn is about to come.",
    "run.queued": "{place:ordinal} in the queue: its turn comes in {wait}.",
    "run.paused": "Paused: its turn comes again.",
    "run.downloading": "Downloading MNIST, once: {part} of {megabytes} MB.",
    "run.loading": "Loading the 70,000 images into memory.",
    "run.awaiting_gpu": "Waiting for a GPU.",
    "run.epoch_begun": "Epoch {epoch}: batch {step} of {steps}.",
    "run.finished": "Finished. Your network can read in the Draw tab.",
    "run.stopped": "Stopped. What it has learned so far can read in the Draw tab.",
    "run.stopped_early": "Stopped before it learned anything.",
    "run.uploaded": "Uploaded: it can read, but not train on.",
    "run.error_no_memory": (
        "There is not enough memory for this run. Try a smaller batch size, or try again later."
    ),
    "run.error_worker_lost": (
        "The system has ended this training, perhaps for want of memory. Try a smaller batch "
        "size, or try again later."
    ),
    "run.error_unexpected": (
        "The training failed for a reason that only the server's log tells. Try again."
    ),
    "run.cpu_quota_spent": "On the CPU: the GPU quota is used up.",
    "run.cpu_none_free": "On the CPU: no GPU was to be had.",
    "run.cpu_taken_back": "On the CPU: the GPU was taken back.",
    "run.cpu_no_answer": "On the CPU: the GPU did not answer.",
    "run.cpu_given_back": "On the CPU: the GPU was given back in the pause.",
    "run.few_seconds": "a few seconds",
    "run.about_seconds": "about {seconds} s",
    "run.about_minute": "about a minute",
    "run.about_minutes": "about {minutes} minutes",
    "run.seconds_left": "about {seconds} s left",
    "run.minutes_left": "about {minutes} minutes left",
    "run.panel": "The run",
    "run.epoch_progress": "Progress of this epoch",
    "run.epochs_done": "{done} of {epochs}",
    "run.on_training_images": "training {figure}",
    "run.on_test_images": "test {figure}",
    "run.test_accuracy": "Test accuracy",
    "run.train_accuracy": "Training accuracy",
    "run.train_accuracy_short": "Training acc.",
    "run.train_loss": "Training loss",
    "run.test_loss": "Test loss",
    "run.gap": "Gap",
    "run.gap_meaning": (
        "Gap: by how many points training accuracy lies above test accuracy. A wide one is "
        "overfitting: the network knows its training images by heart."
    ),
    "run.epochs": "Epochs",
    "run.seconds": "Seconds",
    "run.parameters": "Parameters",
    # --- the Experiments tab ----------------------------------------------------------------------
    "cards.intro": (
        "One change at a time: two networks train with the same seed, one by the recipe, one "
        "as the article suggests. What differs is what the change does."
    ),
    "cards.meaning": (
        "The recipe is the article's own settings. The baseline trains without the change, the "
        "variant with it. The seed is where chance begins, for the first weights and the order "
        "of the images: another seed alone changes the result a little."
    ),
    "cards.article": "The article",
    "cards.expectation": "What to expect",
    "cards.change": "What changes",
    "cards.against": "against",
    "cards.try": "Try it",
    "cards.retry": "Retry with {rate}",
    "cards.more_seeds": "Run {count} more {count:|seed|seeds}",
    "cards.seed_says": "Seed {seed}: {message}",
    "cards.baseline": "Baseline",
    "cards.variant": "Variant",
    "cards.baseline_meaning": "Trains without the change",
    "cards.variant_meaning": "Trains with the change",
    "cards.baseline_progress": "Progress of the baseline",
    "cards.variant_progress": "Progress of the variant",
    "cards.difference": "The variant's test accuracy less the baseline's, in points",
    "cards.running": "running",
    "cards.diverged": "diverged",
    "cards.stopped": "stopped",
    "cards.two_to_train": "Trains two networks for {epochs} epochs each, in {time}.",
    "cards.one_to_train": (
        "Trains one network for {epochs} epochs, in {time}; the baseline is there already: {name}."
    ),
    "cards.over_in": "Over in {time}.",
    "cards.takes": "Takes {time}.",
    "cards.reused": "The baseline is not trained again: {runs} {count:|is|are} reused.",
    "cards.limit": "At most {most} of your networks can be under way at once.",
    # --- the Runs tab -----------------------------------------------------------------------------
    "runs.empty": (
        "Nothing here yet. Train a network or try an experiment, and it becomes a row of this "
        "table."
    ),
    "runs.run": "Run",
    "runs.differs": "Differs from the recipe",
    "runs.recipe_meaning": (
        "The recipe is the article's: one hidden layer of 128 neurons, Adam, batches of 64, "
        "five epochs"
    ),
    "runs.best": "best",
    "runs.reads": "reads",
    "runs.progress": "Progress of the run",
    "runs.stopped_after": "stopped after {done} of {epochs} epochs",
    "runs.uploaded": "uploaded",
    "runs.uploaded_alone": "uploaded without its metadata",
    "runs.overlay": "Draw the curves of {name}",
    "runs.read": "Let it read drawings",
    "runs.train_on": "Train on",
    "runs.more_epochs": "more epochs",
    "runs.open": "Code and files",
    "runs.delete": "Delete",
    "runs.really": "Delete {name} for good?",
    "runs.keep": "Keep",
    "runs.kept": "The newest {most} runs are kept.",
    "runs.evicted": "{names} had to make room.",
    "runs.upload": "Upload a checkpoint (.pth, and its .json) …",
    "runs.one_file": (
        "Choose one .pth file and, if you have it, the .json that was downloaded with it."
    ),
    "runs.curves_words": (
        "{name}: training loss {losses}, test accuracy {accuracies} after the last epoch"
    ),
    "runs.curves_separator": "; ",
    # --- sessions and files -----------------------------------------------------------------------
    "session.not_open": (
        "This page has not found its session yet: try again in a moment, or reload it."
    ),
    "session.ended": "This session has ended: reload the page to begin a new one.",
    "session.too_many": (
        "At most {most} of your networks can be under way at once, and {under_way} "
        "{under_way:|is|are}: let some end first."
    ),
    "session.run_gone": "This run is gone.",
    "files.no_download": (
        "The server cannot write files just now, so the network cannot be downloaded."
    ),
    "files.gone": "The file is gone already: upload it again.",
    "classifier.missing": "cannot be loaded: {file} is missing",
    "classifier.unreadable": "cannot be loaded: {file} cannot be read",
    "classifier.damaged": "cannot be loaded: {file} is damaged",
    "classifier.no_metadata": "{file} is missing or damaged, so nobody knows how sure it may be",
    # --- jobs -------------------------------------------------------------------------------------
    "jobs.full": "Too many networks wait for their training. Try again later.",
    "jobs.cannot_train_on": "This run cannot train on: its optimiser is gone. Start a new one.",
    # --- endpoints and limits ---------------------------------------------------------------------
}
