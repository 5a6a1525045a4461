"""The app: `python app.py`, and the entry of a Hugging Face Space."""

from __future__ import annotations

import functools
import gc
import os
import signal
import sys
import threading
from functools import partial

import gradio as gr
import torch
from starlette.middleware import Middleware

from mnist_core.text import Message
from mnist_core.web.components.head import Head
from mnist_core.web.components.theme import make_theme
from mnist_core.web.endpoints.agents import agents_route
from mnist_core.web.endpoints.allowed_routes import AllowedRoutes
from mnist_core.web.endpoints.cached_files import CachedFiles
from mnist_core.web.endpoints.client_share import ClientShare
from mnist_core.web.endpoints.component_files import components_route
from mnist_core.web.endpoints.compression import Compression
from mnist_core.web.endpoints.connection_share import ConnectionShare
from mnist_core.web.endpoints.ended_streams import EndedStreams
from mnist_core.web.endpoints.explain import build_explain_endpoints
from mnist_core.web.endpoints.first_words import FirstWords
from mnist_core.web.endpoints.health import health_route
from mnist_core.web.endpoints.json_limit import JsonLimit
from mnist_core.web.endpoints.link_preview import picture_route
from mnist_core.web.endpoints.log import note_start, set_up_logs
from mnist_core.web.endpoints.mcp import mcp_routes
from mnist_core.web.endpoints.page_language import PageLanguage
from mnist_core.web.endpoints.page_share import PageShare
from mnist_core.web.endpoints.predict import build_endpoints
from mnist_core.web.endpoints.presence import presence_route
from mnist_core.web.endpoints.safe_headers import SafeHeaders
from mnist_core.web.endpoints.upload_limit import UploadLimit
from mnist_core.web.gradio_compat.connections import keep_the_door
from mnist_core.web.gradio_compat.downloads import refuse_downloads
from mnist_core.web.gradio_compat.file_lists import file_lists, forget_gone
from mnist_core.web.gradio_compat.malloc import share_arenas
from mnist_core.web.gradio_compat.page_memory import bound_page_memory
from mnist_core.web.gradio_compat.page_parts import PageParts
from mnist_core.web.gradio_compat.page_state import keep_no_looks
from mnist_core.web.gradio_compat.queue_shares import is_queue_full, share_queue
from mnist_core.web.gradio_compat.served_blocks import ServedBlocks
from mnist_core.web.gradio_compat.streams import end_of_stream
from mnist_core.web.limits import MEGABYTE, the_limits
from mnist_core.web.sessions.client import SHARE, client_of, trust_proxies
from mnist_core.web.sessions.page import SessionLink, enter
from mnist_core.web.sessions.uploads import remove_own_folder, use_own_folder
from mnist_core.web.tabs.address import PageAddress
from mnist_core.web.tabs.draw import DrawTab
from mnist_core.web.tabs.experiments import ExperimentsTab
from mnist_core.web.tabs.guide import GuideBook
from mnist_core.web.tabs.language import build_language_switch
from mnist_core.web.tabs.mistakes import MistakesTab
from mnist_core.web.tabs.own_browser import OwnBrowser
from mnist_core.web.tabs.page_stream import Tab, at_once, build_page_stream
from mnist_core.web.tabs.runs import RunsTab
from mnist_core.web.tabs.train import TrainTab

# Handlers at once. Gradio counts a page's stream among them, although it holds no thread: there are
# at most `MAX_STREAMS` of those, so room is left.
MAX_THREADS = 1_000
CALLS_IN_QUEUE = 500
SECONDS_BETWEEN_ESTIMATES = 10  # of who waits how long; no page of ours shows them
MORE_PAGES = 50  # than sessions, of which Gradio keeps the state


@functools.cache
def make_demo() -> gr.Blocks:
    """Build the page, which looks the same and keeps its limits whoever serves it.

    From then on this process keeps Gradio's files in a folder of its own, and fetches nothing.

    Raises:
        ValueError: the environment sets a limit wrongly, or leaves no place for that folder.
    """
    limits = the_limits()
    use_own_folder()
    refuse_downloads()
    keep_no_looks()
    page = ServedBlocks(title=Message("page.title"), analytics_enabled=False)
    parts = PageParts(page)
    with page:
        lists = file_lists(page)
        page.serve_with(
            routes=[
                health_route(partial(is_queue_full, page)),
                presence_route(partial(forget_gone, lists)),
                agents_route(),
                picture_route(),
                components_route(parts),
                *mcp_routes(),
            ],
            middleware=[
                Middleware(SafeHeaders),
                Middleware(CachedFiles),
                Middleware(PageLanguage),
                Middleware(ClientShare),
                Middleware(AllowedRoutes),
                Middleware(Compression),
                Middleware(FirstWords, shorten=parts.take_out),
                Middleware(JsonLimit),
                Middleware(EndedStreams, end=partial(end_of_stream, page)),
                Middleware(PageShare, pages=limits.sessions + MORE_PAGES),
                Middleware(UploadLimit, file_lists=lists),
            ],
            theme=make_theme(),
            footer_links=["api"],
            run_history=False,  # it would keep every answer in the browser, slowing each one down
            show_error=False,  # what an error says is for the log alone
            enable_monitoring=False,  # Gradio's own dashboard tells anybody how the app is used
            max_threads=MAX_THREADS,
            max_file_size=limits.upload_mb * MEGABYTE,
            # Gradio keeps 0.2 MB of each page, closed ones included, until so many others have
            # come. A page that it has forgotten does not notice.
            state_session_capacity=limits.sessions + MORE_PAGES,
        )
        build_endpoints()  # first, since Gradio's page takes the first event for `/predict`
        build_explain_endpoints()
        link = SessionLink()
        head = Head(elem_classes="page-head")
        guide = GuideBook()
        with gr.Tabs(overflow_behavior="wrap"):
            with gr.Tab(Message("tab.draw"), elem_id="draw"):
                draw = DrawTab(link)
            with gr.Tab(Message("tab.train"), elem_id="train"):
                train = TrainTab(link)
            with gr.Tab(Message("tab.mistakes"), elem_id="mistakes"):
                mistakes = MistakesTab(link)
            with gr.Tab(Message("tab.experiments"), elem_id="experiments"):
                experiments = ExperimentsTab(link)
            with gr.Tab(Message("tab.runs"), elem_id="runs"):
                runs = RunsTab(link)
        mistakes.lead_from(experiments.cards.mistakes, runs.table.mistakes)
        address = PageAddress(link, train)
        own_browser = OwnBrowser(link, draw, train, runs)
        tabs: list[Tab] = [draw, train, mistakes, experiments, runs, own_browser, address, guide]
        build_page_stream(link, tabs)
        entered = link.opened(enter, link, link, preprocess=False, **at_once(link))
        build_language_switch(page, head, link, train)
        filled = entered.success(train.fill_again, link, train.form.outputs, **at_once(link))
        train.form.describe_after(address.follow(filled, link), link)
    # "auto" would tell everybody who waits at each call that ends, those who have left as well.
    page.queue(status_update_rate=SECONDS_BETWEEN_ESTIMATES, max_size=CALLS_IN_QUEUE)
    bound_page_memory(page)
    share_queue(page, SHARE, client_of)
    return page


def __getattr__(name: str) -> gr.Blocks:
    """Build the page when somebody asks for it, as by `from app import demo`."""
    if name == "demo":
        return make_demo()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def main() -> None:
    """Serve the app until it is interrupted; it may be called in any thread."""
    try:
        page = make_demo()
    except ValueError as error:
        sys.exit(str(error))
    set_up_logs()
    trust_proxies()
    keep_the_door(ConnectionShare())
    share_arenas()
    # One thread a job: two that train and read at once would fight for the cores.
    torch.set_num_threads(1)
    # A reading passes the interpreter between threads a dozen times; with Python's usual 5 ms it
    # would wait 50 ms for a plot that is being drawn.
    sys.setswitchinterval(0.0005)
    note_start(the_limits())
    # What is there by now stays: 400,000 objects of libraries. Each full collection would look
    # through all of them, and nobody would be answered for half a second.
    gc.collect()
    gc.freeze()
    if threading.current_thread() is threading.main_thread():  # signals go to no other
        listen_to_signals()
    page.launch(
        enable_monitoring=False,
        ssr_mode=False,  # one server everywhere: a Space would put a second one before it
    )


def listen_to_signals() -> None:
    """End tidily when the system asks for it, or when the terminal is closed."""
    signal.signal(signal.SIGTERM, end_at_once)
    hang_up = getattr(signal, "SIGHUP", None)  # Windows has no such signal
    if hang_up is not None and signal.getsignal(hang_up) != signal.SIG_IGN:  # as under nohup
        signal.signal(hang_up, end_at_once)


def end_at_once(*_: object) -> None:
    """End without waiting until the open pages let go."""
    remove_own_folder()
    os._exit(0)


if __name__ == "__main__" and gr.NO_RELOAD:
    main()  # not once more when `gradio app.py` reads this file anew and takes `demo` from it
