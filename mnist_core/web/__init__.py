"""The page and its server: the floors of this house, the highest first, and a line for each room.

What a floor imports lies on the same floor or below it.

`tabs/`               what a tab shows and does
    `page_stream`         tells all tabs of a page what has changed
    `draw`                a drawing in, the prediction out, while the pen is still moving
    `score`               how many of the visitor's drawings each network reads right
    `picture`             where things are in a picture, and the image of its digit
    `image_strip`         test images to press, where nobody can draw what was learned
    `inside`              what the network does with it, and why
    `pipeline`            how the drawing becomes the network's input
    `teach`               classes of the visitor's own, and the visitor's hand, learned in seconds
    `train`               any settings, and the run watched while it learns
    `train_form`          the settings of a run
    `form_inputs`         an input for each, and what can be chosen in it
    `form_settings`       what they hold, as settings
    `data_set_choice`     what is to be learned
    `own_pictures`        what was found in the pictures that the visitor has brought
    `first_batch`         what a run will learn from, by its settings
    `run_curves`          a run as its curves show it
    `scrubber`            what a run's network was, from its beginning on
    `one_step`            the article's loop by hand, in words and numbers
    `augmentation_preview`  training images, and what an augmentation makes of them
    `mistakes`            what a network misreads, and how sure it is of that
    `demonstrations`      cards that compare nothing: a forgotten `view`, a learning rate
    `experiments`         the article's advice, one click each
    `experiment_results`  which runs belong to an experiment, and what they came to
    `runs`                every run of the session, side by side
    `own_browser`         what the visitor's own browser keeps, and what of it comes back
    `guide`               the guide's pages, and what the run in sight comes to
    `address`             the page's address, read and written
    `settings_query`      how settings are written in an address
    `language`            the switch between the page's languages
    `run_text`            a run in words
    `curves`              curves of several runs, as pictures and in words
`endpoints/`          what is offered to programs, and to whoever runs the app
    `predict`             `/predict` and `/predict_strokes`
    `explain`             `/predict_pixels` and `/explain`
    `mcp`                 the same as tools for agents
    `agents`              `GET /agents.md`, which says how to call them
    `link_preview`        what a link to the page shows where somebody posts it
    `health`              `GET /health`
    `presence`            `POST /presence`: a page is in sight, hidden, or closed
    `page_language`       in which language a page is served
    `safe_headers`        what every answer says to a browser
    `first_words`         what a page says until its scripts have come
    `component_files`     what the page's components are made of
    `compression`         answers in text, made small
    `cached_files`        which answers a browser may keep, and how long
    `allowed_routes`      the addresses that are answered, and no other
    `connection_share`    each client's share of connections
    `client_share`        each client's share of the server
    `page_share`          each page's
    `token_buckets`       what a client may ask for, and how soon again
    `ended_streams`       streams in which nothing is to be told
    `turns`               how many requests of a client are handled at once
    `log`                 one line on stderr for each event
    `json_limit`          how much JSON a request may hold
    `upload_limit`        whether there is room for an upload
    `request_body`        a body that comes, of so much in so much time
`sessions/`           what is kept of a visitor
    `client`              who a request comes from
    `page`                how a page finds its session, and when it is told of a change
    `registry`            every session, by a key that only its pages know, and who makes room
    `session`             the runs of one visitor, the own test set, the state of the tabs
    `tab_state`           what the tabs show
    `classifiers`         networks that can classify a drawing: the shipped ones and the runs
    `hidden_indexes`      what classifiers make of their test images
    `readings`            what they read in those images, one by one
    `own_test_set`        the digits that the visitor has labelled
    `own_classes`         the classes that the visitor has named, and their drawings
    `own_networks`        networks that have learned those, or the visitor's hand
    `own_pictures`        the pictures that the visitor has brought
    `run_files`           a network's weights and metadata, as files
    `drawn_curves`        which runs' curves are drawn, and in which colours
    `uploads`             the files that visitors send
`components/`         our own `gr.HTML` components, and how the page looks
    `canvas`              where a digit is drawn
    `picture`             a picture in the place of the drawing
    `image_strip`         a strip of test images to press
    `sprites`             many small images as one picture
    `prediction`          the digit, ten bars, and the network's input
    `leaderboard`         the networks, and how many of the visitor's drawings each reads right
    `inside`              layers, neurons and evidence, as pictures that add up
    `keepsakes`           what the browser keeps, and the drawings that it offers
    `pipeline`            the preprocessing, step by step
    `teach`               names, drawings and an exam, to teach a network
    `mistakes`            the confusion matrix, the images, a quiz, calibration, and a map
    `run_panel`           how a run is doing
    `number_field`        a number, typed or stepped
    `first_batch`         the images of the first batch, before there are curves
    `run_curves`          the loss of each batch, and what each epoch came to
    `scrubber`            back and forth through what a network was
    `one_step`            the loop by hand, a line at each press
    `plot`                a plot, and what it shows in words
    `console`             the lines that the article's code prints
    `listing`             a program, to read, copy and download
    `address`             the page's address, as its script knows it
    `guide`               the article's steps as a book beside the page
    `share`               what a visitor takes along or passes on
    `experiment_cards`    the experiments
    `run_table`           the runs
    `past_results`        what those of earlier visits came to
    `head`                what the page is, and its languages
    `link`                the page's link to its session
    `base`                what every component is: a class and three files
    `theme`               colours and fonts
`jobs/`               training on the server
    `queue`               runs that wait, and the threads that have them trained
    `short_jobs`          trainings of seconds, which wait for no run
    `short_task`          what such a training does
    `run`                 one run: its settings, what came of them, the network
    `failure`             why one has failed
    `pace`                how fast a run trains
    `presence`            whether a page is connected
    `worker_pool`         the workers that there are, kept warm
    `worker_process`      a worker as the server sees it
    `gpu_loan`            a GPU that a ZeroGPU Space lends
    `worker`              what a worker does, in its own process
    `snapshot`            a training as bytes, to go on from elsewhere
    `status`              where a run stands
    `throttle`            who draws goes first
`gradio_compat/`      all that touches a private name of Gradio, uvicorn or torch
    `served_blocks`       a page that keeps its look and its limits, whoever serves it
    `queue_shares`        its queue, in which clients take turns
    `page_memory`         what Gradio remembers of pages
    `page_order`          what comes first in its page
    `page_parts`          templates and scripts apart from it
    `page_state`          what it keeps of each
    `streams`             what it tells of calls that it does not know
    `connections`         what uvicorn takes from whom
    `upload_folder`       where Gradio keeps files
    `file_lists`          the lists that it keeps of them
    `wrong_input`         what it says of values that no page sends
    `drain`               how fast bodies go by that nobody reads
    `downloads`           what it fetches: nothing
    `routes`              those of its routes that are treated in our own way
    `event_data`          what a component's script sends with an event
    `buttons`             buttons in the page's language
    `error_hooks`         where Gradio and uvicorn leave errors
    `gpu`                 a GPU from `spaces`, and the request of who pays for it
    `malloc`              the C library's memory
`limits`              what one visitor, and all of them together, may cost
"""
