"""The page and its server: the floors of this house, the highest first, and a line for each room.

What a floor imports lies on the same floor or below it.

`tabs/`               what a tab shows and does
    `draw`                a drawing in, the prediction out, while the pen is still moving
    `pipeline`            how the drawing becomes the network's input
    `train`               any settings, and the run watched while it learns
    `train_form`          the settings of a run
    `augmentation_preview`  training images, and what an augmentation makes of them
    `experiments`         the article's advice, one click each
    `experiment_results`  which runs belong to an experiment, and what they came to
    `runs`                every run of the session, side by side
    `curves`              curves of several runs, as pictures and in words
`endpoints/`          what is offered to programs, and to whoever runs the app
    `predict`             `/predict` and `/predict_strokes`
    `health`              `GET /health`
    `allowed_routes`      the addresses that are answered, and no other
    `log`                 one line on stderr for each event
    `request_limit`       how large a request may be
`sessions/`           what is kept of a visitor
    `page`                a page that opens finds its session, and one that closes leaves it
    `registry`            every session, by a key that only its pages know
    `session`             the runs of one visitor, and which network reads
    `classifiers`         the networks that can read: the shipped ones and the session's runs
    `own_test_set`        the drawings that the visitor has labelled
    `run_files`           a run's weights and metadata, as files
    `drawn_curves`        which runs are drawn over each other, and in which colours
    `shelf`               the networks of all sessions: the oldest makes room
    `uploads`             the files that visitors send
`components/`         our own `gr.HTML` components, and how the page looks
    `canvas`              where a digit is drawn
    `prediction`          the digit, ten bars, and the network's input
    `leaderboard`         the networks, and how many of the visitor's drawings each reads right
    `pipeline`            the preprocessing, step by step
    `run_panel`           how a run is doing
    `console`             the lines that the article's code prints
    `experiment_cards`    the experiments
    `run_table`           the runs
    `link`                the page's link to its session
    `assets`              a component's files
    `theme`               colours and fonts
`jobs/`               training on the server
    `run`                 one run: its settings, what came of them, the network
    `status`              where a run stands
    `queue`               runs that wait, and the worker that trains them
    `presence`            whether a page is connected
    `pace`                how fast a run trains
    `throttle`            predictions go before training
    `gpu_loan`            a GPU that a ZeroGPU Space lends
`gradio_compat/`      all that touches a private name of Gradio, uvicorn or torch
    `served_blocks`       a page that keeps its look and its limits, whoever serves it
    `closed_pages`        what Gradio keeps of pages that have closed
    `upload_folder`       where Gradio keeps files
    `file_lists`          the lists that it keeps of them
    `downloads`           what it fetches: nothing
    `routes`              those of its routes that are treated in our own way
    `event_data`          what a component's script sends with an event
    `plot`                a picture for `gr.Plot`
    `error_hooks`         where Gradio and uvicorn leave errors
    `gpu`                 a GPU from `spaces`, and the request of who pays for it
    `malloc`              the C library's memory
`limits`              what one visitor, and all of them together, may cost
"""
