"""A picture in the place of the drawing: chosen, dropped or pasted, cropped, and put away."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import JSHandle, Locator, Page, Route, expect

from tests.browser.conftest import PageErrors, until
from tests.browser.pen import FOUR, ONE, SEVEN, Points, canvas, draw_by_finger, draw_by_mouse
from tests.browser.test_draw import digit_read, opacity
from tests.browser.test_inside import open_view

Area = tuple[float, float, float, float]
"""Left, top, right and bottom, as shares of a picture."""

LEFT: Area = (0.05, 0.15, 0.45, 0.95)  # where a digit is written, in a wide picture
RIGHT: Area = (0.6, 0.2, 0.9, 0.8)


def write(*digits: tuple[list[Points], Area], size: tuple[int, int] = (400, 200)) -> Image.Image:
    """Write digits into a picture."""
    picture = Image.new("L", size, 240)
    for strokes, (left, top, right, bottom) in digits:
        for stroke in strokes:
            points = [
                ((left + x * (right - left)) * size[0], (top + y * (bottom - top)) * size[1])
                for x, y in stroke
            ]
            ImageDraw.Draw(picture).line(points, fill=20, width=9, joint="curve")
    return picture


def seven() -> Image.Image:
    return write(([SEVEN], LEFT))


def seven_and_one() -> Image.Image:
    return write(([SEVEN], LEFT), ([ONE], RIGHT))


def as_file(picture: Image.Image, kind: str = "PNG", **settings: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **settings)
    return buffer.getvalue()


def choose(page: Page, content: bytes, name: str = "picture.png", kind: str = "image/png") -> None:
    """Choose a file by the button."""
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("read-picture").click()
    chooser.value.set_files({"name": name, "mimeType": kind, "buffer": content})


def transfer(page: Page, content: bytes, name: str = "picture.png") -> JSHandle:
    """Return a DataTransfer with a file, as a drop or a paste brings it."""
    return page.evaluate_handle(
        """([content, name]) => {
          const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], name));
          return transfer;
        }""",
        [base64.b64encode(content).decode(), name],
    )


def drop(page: Page, onto: Locator, content: bytes, name: str = "picture.png") -> None:
    data = {"dataTransfer": transfer(page, content, name)}
    onto.dispatch_event("dragenter", data)
    onto.dispatch_event("dragover", data)
    onto.dispatch_event("drop", data)


def state_is(page: Page, state: str) -> None:
    expect(page.get_by_test_id("picture")).to_have_attribute("data-state", state)


def is_shown(page: Page) -> bool:
    """Tell whether the browser shows the picture."""
    size: int = page.get_by_test_id("shown").evaluate("image => image.naturalWidth")
    return size > 0 and page.get_by_test_id("shown").is_visible()


def area_of(page: Page, part: Locator) -> Area:
    """Return where something lies in the picture."""
    box, whole = part.bounding_box(), page.get_by_test_id("photo").bounding_box()
    assert box is not None and whole is not None
    left = (box["x"] - whole["x"]) / whole["width"]
    top = (box["y"] - whole["y"]) / whole["height"]
    return (
        left,
        top,
        left + box["width"] / whole["width"],
        top + box["height"] / whole["height"],
    )


def reads_at(page: Page, area: Area) -> None:
    """Wait until the box of what was read lies within an area, the middle of which it holds."""
    box = page.get_by_test_id("read-box")

    def is_there() -> bool:
        if not box.is_visible():
            return False
        left, top, right, bottom = area_of(page, box)
        x, y = (area[0] + area[2]) / 2, (area[1] + area[3]) / 2
        slack = 0.05
        return (
            area[0] - slack < left < x < right < area[2] + slack
            and area[1] - slack < top < y < bottom < area[3] + slack
        )

    until(page, is_there)


def on_photo(page: Page, x: float, y: float) -> tuple[float, float]:
    box = page.get_by_test_id("photo").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


# --- the ways in -------------------------------------------------------------------------------


def test_a_picture_that_is_chosen_is_shown_with_the_digit_that_was_read(page: Page) -> None:
    draw_by_mouse(page, ONE)
    digit_read(page, 1)
    choose(page, as_file(seven()))
    digit_read(page, 7)
    state_is(page, "read")
    assert is_shown(page)
    reads_at(page, LEFT)
    expect(page.get_by_test_id("hint")).to_be_hidden()
    expect(canvas(page)).to_be_hidden()
    expect(page.get_by_test_id("yes")).to_be_disabled()  # a picture is not kept with a label
    page.locator("#train-button").click()
    page.locator("#draw-button").click()
    assert is_shown(page)
    digit_read(page, 7)


def test_the_way_of_the_drawing_is_not_shown_as_that_of_the_picture(page: Page) -> None:
    draw_by_mouse(page, ONE)
    open_view(page, "input")
    verdict = page.get_by_test_id("pipeline-verdict")
    expect(verdict).to_contain_text("reads 1")
    choose(page, as_file(seven()))
    digit_read(page, 7)
    expect(verdict).to_have_text("")
    page.keyboard.press("Control+z")
    expect(verdict).to_contain_text("reads 1")


def test_a_picture_is_dropped_anywhere_in_the_tab(page: Page) -> None:
    file = transfer(page, as_file(seven()))
    canvas(page).dispatch_event("dragenter", {"dataTransfer": file})
    expect(page.get_by_test_id("drop-here")).to_be_visible()
    canvas(page).dispatch_event("dragleave", {"dataTransfer": file})
    expect(page.get_by_test_id("drop-here")).to_be_hidden()
    drop(page, canvas(page), as_file(seven()))
    digit_read(page, 7)
    reads_at(page, LEFT)
    expect(page.get_by_test_id("drop-here")).to_be_hidden()
    drop(page, page.get_by_test_id("prediction"), as_file(write(([ONE], RIGHT))))
    digit_read(page, 1)
    reads_at(page, RIGHT)


def test_what_is_dropped_on_another_tab_is_not_taken(page: Page) -> None:
    page.locator("#train-button").click()
    drop(page, page.locator("body"), as_file(seven()))
    page.locator("#draw-button").click()
    expect(page.get_by_test_id("hint")).to_be_visible()
    expect(page.get_by_test_id("picture")).to_be_hidden()


def test_a_picture_is_pasted_from_the_clipboard(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(
        """async content => {
          const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
          const picture = new Blob([bytes], { type: "image/png" });
          await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
        }""",
        base64.b64encode(as_file(seven())).decode(),
    )
    page.evaluate("document.body.append(document.createElement('textarea'))")
    page.locator("body > textarea").focus()
    page.keyboard.press("Control+v")
    canvas(page).focus()
    expect(page.get_by_test_id("picture")).to_be_hidden()  # that was for the text
    page.keyboard.press("Control+v")
    digit_read(page, 7)
    reads_at(page, LEFT)


@pytest.mark.parametrize("name", ["scan", ".png", "seven.txt"])
def test_a_file_is_what_its_content_says(page: Page, name: str) -> None:
    choose(page, as_file(seven(), "TIFF"), name, "")
    digit_read(page, 7)
    reads_at(page, LEFT)
    assert is_shown(page)  # although no Chromium shows a TIFF by itself


def test_every_kind_is_shown(page: Page) -> None:
    Image.init()
    for kind in [kind for kind in ("WEBP", "AVIF", "PPM", "GIF", "BMP") if kind in Image.SAVE]:
        choose(page, as_file(seven().convert("RGB"), kind), "seven")
        digit_read(page, 7)
        state_is(page, "read")
        assert is_shown(page), kind
        choose(page, as_file(write(([ONE], RIGHT))))
        digit_read(page, 1)


@pytest.mark.parametrize(
    ("kind", "shown_by"),
    [("JPEG", "blob:"), ("PNG", "blob:"), ("WEBP", "data:"), ("TIFF", "data:")],
)
def test_the_box_lies_on_the_digit_however_the_camera_lay(
    page: Page, kind: str, shown_by: str
) -> None:
    upright = seven()
    for turn, back in {3: "ROTATE_180", 6: "ROTATE_90", 8: "ROTATE_270"}.items():
        exif = Image.Exif()
        exif[0x0112] = turn  # how it is to be turned to stand upright
        content = as_file(upright.transpose(Image.Transpose[back]), kind, exif=exif)
        choose(page, content, f"seven.{kind.lower()}", f"image/{kind.lower()}")
        digit_read(page, 7)
        state_is(page, "read")
        reads_at(page, LEFT)
        image = page.get_by_test_id("shown")
        expect(image).to_have_attribute("src", re.compile(f"^{shown_by}"))
        until(page, lambda: ink_at(page, LEFT) > 5 * ink_at(page, RIGHT))


def ink_at(page: Page, area: Area) -> float:
    """Return how dark a part of the picture is as the browser shows it, 0 to 1."""
    darkness: float = page.get_by_test_id("shown").evaluate(
        """(image, [left, top, right, bottom]) => {
          const [width, height] = [200, 100];
          const pencil = new OffscreenCanvas(width, height).getContext("2d");
          pencil.drawImage(image, 0, 0, width, height);
          const [x, y] = [left * width, top * height];
          const sides = [x, y, right * width - x, bottom * height - y];
          const { data } = pencil.getImageData(...sides.map(Math.round));
          const light = data.filter((_, i) => i % 4 === 0).reduce((sum, value) => sum + value, 0);
          return 1 - light / (data.length / 4) / 240;
        }""",
        list(area),
    )
    return max(darkness, 0.001)


# --- the part that counts ----------------------------------------------------------------------


def test_each_thing_found_can_be_pressed(page: Page) -> None:
    choose(page, as_file(seven_and_one()))
    digit_read(page, 7)
    frames = page.get_by_test_id("frame")
    expect(frames).to_have_count(2)
    expect(frames.first).to_have_attribute("aria-pressed", "true")
    frames.last.click()
    digit_read(page, 1)
    reads_at(page, RIGHT)
    expect(frames.last).to_have_attribute("aria-pressed", "true")
    expect(frames.first).to_have_attribute("aria-pressed", "false")
    frames.first.focus()
    page.keyboard.press("Enter")
    digit_read(page, 7)
    reads_at(page, LEFT)


def test_the_mouse_marks_the_part_that_counts(page: Page) -> None:
    choose(page, as_file(seven_and_one()))
    digit_read(page, 7)
    page.mouse.move(*on_photo(page, 0.95, 0.9))
    page.mouse.down()
    page.mouse.move(*on_photo(page, 0.5, 0.05), steps=6)
    expect(page.get_by_test_id("crop")).to_be_visible()
    page.mouse.up()
    digit_read(page, 1)
    reads_at(page, RIGHT)
    area = area_of(page, page.get_by_test_id("crop"))
    assert area == pytest.approx((0.5, 0.05, 0.95, 0.9), abs=0.02)
    page.mouse.click(*on_photo(page, 0.5, 0.03))  # beside all frames: the whole picture again
    digit_read(page, 7)
    reads_at(page, LEFT)
    expect(page.get_by_test_id("crop")).to_be_hidden()


def test_a_drag_that_begins_on_a_frame_marks_a_part_as_well(page: Page) -> None:
    choose(page, as_file(write(([SEVEN], LEFT), (FOUR, RIGHT))))
    digit_read(page, 7)
    expect(page.get_by_test_id("frame")).to_have_count(2)
    page.mouse.move(*on_photo(page, 0.3, 0.5))
    page.mouse.down()
    page.mouse.move(*on_photo(page, 0.99, 0.99), steps=6)
    page.mouse.move(*on_photo(page, 0.99, 0.0), steps=6)
    page.mouse.move(*on_photo(page, 0.99, 0.99), steps=6)
    page.mouse.up()
    expect(page.get_by_test_id("crop")).to_be_visible()
    state_is(page, "read")


def test_a_finger_marks_the_part_that_counts_and_the_page_stays(phone: Page) -> None:
    choose(phone, as_file(seven_and_one()))
    digit_read(phone, 7)
    finger = phone.context.new_cdp_session(phone)
    (x0, y0), (x1, y1) = on_photo(phone, 0.55, 0.05), on_photo(phone, 0.95, 0.95)
    start: list[dict[str, float]] = [{"x": x0, "y": y0}]
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": start})
    for step in range(1, 9):
        at = [{"x": x0 + (x1 - x0) * step / 8, "y": y0 + (y1 - y0) * step / 8}]
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": at})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    digit_read(phone, 1)
    reads_at(phone, RIGHT)
    assert phone.evaluate("scrollY") == 0


def test_a_part_with_nothing_in_it_has_no_answer(page: Page) -> None:
    choose(page, as_file(seven()))
    digit_read(page, 7)
    page.mouse.move(*on_photo(page, 0.7, 0.1))
    page.mouse.down()
    page.mouse.move(*on_photo(page, 0.95, 0.9), steps=6)
    page.mouse.up()
    digit_read(page, None)
    expect(page.get_by_test_id("picture-note")).to_contain_text("nothing to read in this part")
    expect(page.get_by_test_id("read-box")).to_be_hidden()


# --- and away ----------------------------------------------------------------------------------


def test_clear_puts_the_picture_away_and_the_next_stroke_is_read(page: Page) -> None:
    draw_by_mouse(page, ONE)
    digit_read(page, 1)
    choose(page, as_file(seven()))
    digit_read(page, 7)
    page.get_by_test_id("clear").click()
    digit_read(page, None)
    expect(page.get_by_test_id("picture")).to_be_hidden()
    expect(page.get_by_test_id("hint")).to_be_visible()
    expect(canvas(page)).to_be_focused()
    draw_by_mouse(page, ONE)
    digit_read(page, 1)


def test_undo_brings_the_drawing_back_in_place_of_the_picture(page: Page) -> None:
    draw_by_mouse(page, ONE)
    digit_read(page, 1)
    choose(page, as_file(seven()))
    digit_read(page, 7)
    page.keyboard.press("Control+z")
    digit_read(page, 1)
    expect(page.get_by_test_id("picture")).to_be_hidden()
    choose(page, as_file(seven()))
    digit_read(page, 7)
    page.keyboard.press("Delete")
    digit_read(page, None)


def test_a_finger_draws_where_the_picture_was(phone: Page) -> None:
    choose(phone, as_file(seven()))
    digit_read(phone, 7)
    phone.get_by_test_id("clear").tap()
    digit_read(phone, None)
    draw_by_finger(phone, ONE)
    digit_read(phone, 1)


def test_nothing_moves_when_a_picture_comes_and_goes(page: Page, phone: Page) -> None:
    for device in (page, phone):
        parts = [device.get_by_test_id(name) for name in ("clear", "prediction", "classifiers")]
        before = [part.bounding_box() for part in parts]
        choose(device, as_file(seven()))
        digit_read(device, 7)
        assert [part.bounding_box() for part in parts] == before
        choose(device, b"no picture", "a rather long name of a file that is no picture.png")
        digit_read(device, None)
        assert [part.bounding_box() for part in parts] == before


# --- what goes wrong ---------------------------------------------------------------------------


def test_after_what_cannot_be_read_the_answer_before_does_not_stand(page: Page) -> None:
    choose(page, as_file(seven()))
    digit_read(page, 7)
    choose(page, b"no image", "fake.png")
    expect(page.get_by_test_id("picture-note")).to_contain_text(
        "fake.png is not an image that can be read"
    )
    digit_read(page, None)
    expect(page.get_by_test_id("answer")).to_have_text("")
    expect(page.get_by_test_id("photo")).to_be_hidden()
    choose(page, as_file(write(([ONE], RIGHT))))
    digit_read(page, 1)
    expect(page.get_by_test_id("picture-note")).to_have_text("")


@pytest.mark.parametrize("way", ["chosen", "dropped"])
def test_heic_is_refused_with_the_kinds_that_are_read(page: Page, way: str) -> None:
    content = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64
    if way == "chosen":
        choose(page, content, "IMG_0001.HEIC")
    else:
        drop(page, canvas(page), content, "IMG_0001.HEIC")
    note = page.get_by_test_id("picture-note")
    expect(note).to_contain_text("IMG_0001.HEIC is not an image that can be read: PNG, JPEG")
    expect(note).to_be_visible()


def test_a_file_that_is_too_large_is_not_even_sent(page: Page) -> None:
    page.get_by_test_id("picture-file").evaluate(
        """input => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(21 * 2 ** 20)], "large.png"));
          input.files = transfer.files;
          input.dispatchEvent(new Event("change"));
        }"""
    )
    expect(page.get_by_test_id("picture-note")).to_have_text(
        "large.png is larger than 20 megabytes."
    )
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_test_id("picture-note")).to_have_text("large.png 超过了 20 MB。")
    choose(page, as_file(write()))
    expect(page.get_by_test_id("picture-note")).to_have_text("图片是空白的，没有可以识别的数字。")


def test_without_a_connection_no_answer_stands_for_the_picture(
    page: Page, page_errors: PageErrors
) -> None:
    draw_by_mouse(page, ONE)
    digit_read(page, 1)
    page.route("**/upload", lambda route: route.abort())
    choose(page, as_file(seven()))
    expect(page.get_by_test_id("picture-note")).to_contain_text("no connection")
    digit_read(page, None)
    page.unroute("**/upload")
    choose(page, as_file(seven()))
    digit_read(page, 7)
    page.route("**/queue/join**", lambda route: route.abort())
    page.mouse.move(*on_photo(page, 0.6, 0.1))
    page.mouse.down()
    page.mouse.move(*on_photo(page, 0.95, 0.9), steps=6)
    page.mouse.up()
    until(page, lambda: opacity(page.locator(".bars")) < 0.5)
    expect(page.get_by_test_id("unanswered")).to_be_visible()
    page_errors.messages.clear()  # of the network


def test_a_picture_that_the_server_keeps_no_more_is_sent_again(page: Page) -> None:
    with page.expect_response("**/upload") as sending:
        choose(page, as_file(seven_and_one()))
    digit_read(page, 7)
    state_is(page, "read")
    (path,) = sending.value.json()
    Path(path).unlink()
    with page.expect_response("**/upload"):
        page.get_by_test_id("frame").last.click()
    digit_read(page, 1)


def test_another_network_reads_the_picture_that_is_there(page: Page) -> None:
    choose(page, as_file(seven()))
    digit_read(page, 7)
    page.get_by_label("SimpleNN").check()
    expect(page.get_by_test_id("classifier")).to_have_text("Read by SimpleNN")
    digit_read(page, 7)
    reads_at(page, LEFT)


def test_the_answer_to_a_picture_that_is_gone_is_not_shown(page: Page) -> None:
    """The drawing that came later has its answer, and keeps it."""
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/queue/join**", hold_the_first)
    choose(page, as_file(seven()))
    until(page, lambda: bool(held))
    page.get_by_test_id("clear").click()
    draw_by_mouse(page, ONE)
    digit_read(page, 1)
    held[0].continue_()
    choose(page, as_file(write((FOUR, RIGHT))))  # its answer comes after that one
    digit_read(page, 4)
    page.keyboard.press("Control+z")
    digit_read(page, 1)
    expect(page.get_by_test_id("picture")).to_be_hidden()
