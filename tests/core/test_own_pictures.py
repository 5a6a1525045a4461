"""Folders and zip files of pictures, as people have them and as strangers make them."""

from __future__ import annotations

import ast
import io
import os
import pickle
import resource
import shutil
import struct
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from mnist_core.checkpoints import describe_run, load_checkpoint, save_checkpoint
from mnist_core.codegen import generate_code
from mnist_core.config import TrainConfig
from mnist_core.data import (
    DataSet,
    DownloadError,
    add_own,
    close_images,
    fetch_images,
    find_data_set,
    forget_own,
    has_images,
    load_images,
    map_images,
)
from mnist_core.pictures import (
    Bounds,
    Pictures,
    as_data_set,
    read_picture,
    read_pictures,
    save_data_set,
    squares,
)
from mnist_core.pictures.files import LISTED_ENTRY
from mnist_core.preprocessing import decoder, sandbox
from mnist_core.preprocessing.decoder import FAILED
from mnist_core.training import EpochRecord, set_up, train
from tests.bombs import PICTURE_BOMBS, png_that_claims
from tests.each import each
from tests.in_chinese import in_chinese
from tests.made_pictures import (
    LYING,
    UPRIGHT,
    content_of,
    link_to,
    picture,
    two_classes,
    write_folder,
    write_zip,
)

SMALL = Bounds(pictures=100, megabytes=2, megabytes_each=1, seconds=100)


def skipped_in(pictures: Pictures) -> dict[str, str]:
    assert pictures.skipped.count == len(pictures.skipped.first)
    return dict(pictures.skipped.first)


def same(one: Pictures, other: Pictures) -> bool:
    return (one.classes, one.train.names, one.test.names) == (
        other.classes,
        other.train.names,
        other.test.names,
    ) and all(
        torch.equal(getattr(getattr(one, half), what), getattr(getattr(other, half), what))
        for half in ("train", "test")
        for what in ("pixels", "labels")
    )


# --- what is found -------------------------------------------------------------------------------


def test_a_folder_a_class_and_every_fifth_picture_for_the_test(tmp_path: Path) -> None:
    found = read_pictures(write_folder(tmp_path, two_classes(11)))
    assert found.classes == (LYING, UPRIGHT)
    assert found.shape == (3, 32, 32)
    assert found.train.pixels.dtype == torch.uint8
    assert found.train.labels.dtype == torch.int64
    assert found.test.names == tuple(
        f"{name}/{number:03}.png" for number in (4, 9) for name in (LYING, UPRIGHT)
    )
    assert found.test.labels.tolist() == [0, 1, 0, 1]
    assert len(found.train.labels) == 18
    assert set(found.train.names).isdisjoint(found.test.names)
    assert found.skipped.count == 0


def test_pixels_are_those_of_the_file_that_is_named(tmp_path: Path) -> None:
    found = read_pictures(write_folder(tmp_path, two_classes()))
    for half in (found.train, found.test):
        for pixels, label, name in zip(half.pixels, half.labels, half.names, strict=True):
            with Image.open(tmp_path / name) as original:
                expected = np.asarray(ImageOps.fit(original, (32, 32)))
            assert np.array_equal(pixels.permute(1, 2, 0).numpy(), expected)
            assert found.classes[int(label)] == name.split("/")[0]


def test_train_and_test_folders_divide_the_pictures(tmp_path: Path) -> None:
    files = two_classes(8, "train/") | two_classes(3, "Test/")
    files |= {"test/new/1.png": b"?", "other/upright/1.png": b"?", "about.txt": b"?"}
    found = read_pictures(write_zip(tmp_path / "divided.zip", files))
    assert found.classes == (LYING, UPRIGHT)
    assert Counter(name.split("/")[0] for name in found.train.names) == {"train": 16}
    assert Counter(name.split("/")[0] for name in found.test.names) == {"Test": 6}
    assert skipped_in(found) == {
        "about.txt": "neither in train nor in test",
        "other/upright/1.png": "neither in train nor in test",
        "test/new/1.png": "of a class of which there is nothing to learn from",
    }


def test_folders_that_hold_all_others_do_not_count(tmp_path: Path) -> None:
    plain = read_pictures(write_zip(tmp_path / "a.zip", two_classes()))
    for number, prefix in enumerate(each(["mine/", "./mine/deep/", "train/"])):
        files = two_classes(prefix=prefix) | {"read me.txt": b"by me"}
        found = read_pictures(write_zip(tmp_path / f"{number}.zip", files))
        assert found.classes == plain.classes
        assert torch.equal(found.train.pixels, plain.train.pixels)
        assert skipped_in(found) == {"read me.txt": "in no class's folder"}


def test_folders_within_a_class_are_of_it(tmp_path: Path) -> None:
    files = two_classes(5, "") | {
        f"{name.replace('/', '/more/')}": content for name, content in two_classes(5).items()
    }
    found = read_pictures(write_folder(tmp_path, files))
    assert found.classes == (LYING, UPRIGHT)
    assert len(found.train.labels) + len(found.test.labels) == 20


def test_neither_the_disk_nor_the_zip_file_decides_the_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = two_classes(12)
    first = read_pictures(write_zip(tmp_path / "forth.zip", files))
    assert same(first, read_pictures(write_zip(tmp_path / "back.zip", files, reversed(files))))
    folder = write_folder(tmp_path / "folder", files)
    assert same(first, read_pictures(folder))
    walk = os.walk

    def walk_backwards(root: Path) -> Iterator[tuple[str, list[str], list[str]]]:
        for here, folders, names in walk(root):
            folders.sort(reverse=True)
            yield here, folders, sorted(names, reverse=True)

    monkeypatch.setattr(os, "walk", walk_backwards)
    assert same(first, read_pictures(folder))


def test_the_classes_take_turns_as_far_as_they_go(tmp_path: Path) -> None:
    files = two_classes(10) | {
        f"{UPRIGHT}/9{number}.png": content_of(picture(number, is_upright=True))
        for number in range(15)
    }
    found = read_pictures(write_folder(tmp_path, files))
    assert found.train.labels.tolist() == [0, 1] * 8 + [1] * 12
    assert found.test.labels.tolist() == [0, 1] * 2 + [1] * 3


def test_what_systems_leave_beside_pictures_is_not_worth_a_word(tmp_path: Path) -> None:
    files = two_classes() | {
        "__MACOSX/upright/._000.png": b"?",
        "upright/.DS_Store": b"?",
        "upright/Thumbs.db": b"?",
        ".git/config/x": b"?",
    }
    assert read_pictures(write_zip(tmp_path / "a.zip", files)).skipped.count == 0
    assert read_pictures(write_folder(tmp_path / "b", files)).skipped.count == 0


def test_names_are_read_as_macos_and_windows_write_them(tmp_path: Path) -> None:
    files = {name.replace(UPRIGHT, "standing"): content for name, content in two_classes().items()}
    path = write_zip(tmp_path / "a.zip", files)
    path.write_bytes(path.read_bytes().replace(b"standing/", "stående\\".encode()))
    assert read_pictures(path).classes == (LYING, "stående")


# --- grey and colour, sizes ----------------------------------------------------------------------


def test_grey_pictures_are_of_one_channel_and_28_pixels(tmp_path: Path) -> None:
    for mode in each(["L", "1", "RGB of grey"]):
        files = two_classes(mode="L" if mode == "RGB of grey" else mode)
        if mode == "RGB of grey":
            for name, content in files.items():
                files[name] = content_of(Image.open(io.BytesIO(content)).convert("RGB"))
        found = read_pictures(write_folder(tmp_path / mode, files))
        assert found.shape == (1, 28, 28)
        for pixels, name in zip(found.train.pixels, found.train.names, strict=True):
            original = Image.open(io.BytesIO(files[name])).convert("L")
            assert np.array_equal(pixels[0].numpy(), np.asarray(ImageOps.fit(original, (28, 28))))


def test_one_picture_in_colour_makes_all_of_three_channels(tmp_path: Path) -> None:
    files = two_classes(mode="L") | {"upright/004.png": content_of(Image.new("RGB", (9, 9), "red"))}
    found = read_pictures(write_folder(tmp_path, files))
    assert found.shape == (3, 32, 32)
    red = found.test.pixels[found.test.names.index("upright/004.png")]
    assert torch.equal(red.amax(dim=(1, 2)), torch.tensor([255, 0, 0], dtype=torch.uint8))
    (gray,) = {tuple(pixels[:, 0, 0].tolist()) for pixels in found.train.pixels[:1]}
    assert len(set(gray)) == 1


def test_the_side_can_be_chosen(tmp_path: Path) -> None:
    colour = write_folder(tmp_path / "colour", two_classes())
    gray = write_folder(tmp_path / "gray", two_classes(mode="L"))
    assert read_pictures(colour, side=28).shape == (3, 28, 28)
    assert read_pictures(gray, side=32).shape == (1, 32, 32)


SHAPES: dict[str, Image.Image] = {
    "wide": Image.new("RGB", (300, 20), "red"),
    "high": Image.new("RGB", (3, 200), "red"),
    "one pixel": Image.new("RGB", (1, 1), "red"),
    "palette": Image.new("RGB", (30, 30), "red").convert("P"),
    "CMYK": Image.new("RGB", (30, 30), "red").convert("CMYK"),
}


def test_a_picture_of_any_form_becomes_a_square_that_is_not_squeezed() -> None:
    for name in each(SHAPES):
        kind = "TIFF" if name == "CMYK" else "PNG"
        small = decoder.shrink(io.BytesIO(content_of(SHAPES[name], kind)), 32)
        assert small is not None
        assert (small.mode, small.size) == ("RGB", (32, 32))
        assert small.getextrema() == ((255, 255), (0, 0), (0, 0))
    wide = Image.new("RGB", (200, 50), "white")
    wide.paste("black", (85, 10, 115, 40))  # a square in the middle
    small = decoder.shrink(io.BytesIO(content_of(wide)), 32)
    assert small is not None
    ink = np.asarray(small.convert("L")) < 128
    rows, columns = np.nonzero(ink.any(axis=1))[0], np.nonzero(ink.any(axis=0))[0]
    assert np.ptp(rows) == np.ptp(columns)


def test_what_is_transparent_is_white_and_a_camera_may_lie_on_its_side() -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    small = decoder.shrink(io.BytesIO(content_of(clear)), 32)
    assert small is not None
    assert small.getextrema() == ((255, 255),) * 3
    turned = Image.new("RGB", (40, 40), "white")
    turned.paste("black", (0, 0, 40, 20))  # the upper half
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    turned.save(file, "JPEG", exif=exif)
    small = decoder.shrink(file, 32)
    assert small is not None
    assert np.asarray(small)[:8].min() > 200
    assert np.asarray(small)[-8:].max() < 50


def test_pictures_of_sixteen_bits_keep_their_shades() -> None:
    shades = np.linspace(0, 60_000, 32 * 32).reshape(32, 32)
    for kind in each(["uint16", "int32", "float32"]):
        image = Image.fromarray(shades.astype(kind))
        content = content_of(image, "TIFF" if kind == "float32" else "PNG")
        small = decoder.shrink(io.BytesIO(content), 32)
        assert small is not None
        expected = shades / 60_000 * 255
        assert np.abs(np.asarray(small.convert("L")) - expected).max() <= 1


# --- what is wrong with it -----------------------------------------------------------------------


def refusal(path: Path, bounds: Bounds = SMALL) -> str:
    with pytest.raises((ValueError, FileNotFoundError)) as caught:
        read_pictures(path, bounds=bounds)
    in_chinese(caught.value)
    return str(caught.value)


def test_too_few_classes_or_pictures_are_named(tmp_path: Path) -> None:
    files = two_classes()
    upright = {name: content for name, content in files.items() if UPRIGHT in name}
    few = {name: content for name, content in files.items() if "009" not in name}
    broken = files | {f"{LYING}/003.png": b"no picture"}
    many = {f"{number}/1.png": b"?" for number in range(21)}
    untested = two_classes(8, "train/") | {
        name: content for name, content in two_classes(3, "test/").items() if UPRIGHT in name
    }
    cases = {
        "no pictures in folders": {"a.png": b"?"},
        "pictures of upright only": upright,
        "Of lying, 8 pictures to learn from and 1 for the test can be read": few,
        "21 classes; 20 at most": many,
        "Of lying, 8 pictures to learn from and 0 for the test": untested,
        "Of lying, 8 pictures to learn from and 1 for the test": broken,
    }
    for number, said in enumerate(each(cases)):
        assert said in refusal(write_folder(tmp_path / str(number), cases[said]))
        if number:
            assert said in refusal(write_zip(tmp_path / f"{number}.zip", cases[said]))
    (tmp_path / "empty").mkdir()
    assert "no pictures in folders" in refusal(tmp_path / "empty")
    assert "no pictures in folders" in refusal(write_zip(tmp_path / "empty.zip", {}))


def test_what_is_neither_folder_nor_zip_file_is_said(tmp_path: Path) -> None:
    assert "neither a folder nor a zip file" in refusal(tmp_path / "nothing")
    whole = write_zip(tmp_path / "a.zip", two_classes()).read_bytes()
    listed = whole.index(LISTED_ENTRY)
    wrong = {
        "empty": b"",
        "text": b"cats and dogs",
        "cut short": whole[: len(whole) // 2],
        "no list": whole[:listed] + whole[-22:],
        "list of zeros": whole[:listed] + bytes(len(whole) - listed - 22) + whole[-22:],
    }
    for name in each(wrong):
        (tmp_path / "wrong.zip").write_bytes(wrong[name])
        assert "wrong.zip is not a zip file that can be read" in refusal(tmp_path / "wrong.zip")


def test_bad_files_are_named_and_skipped_and_nothing_else_is_lost(tmp_path: Path) -> None:
    files = two_classes(12)
    plain = read_pictures(write_zip(tmp_path / "plain.zip", files))
    bad = {
        f"{UPRIGHT}/000 text.png": b"no picture",
        f"{UPRIGHT}/000 cut.png": files[f"{UPRIGHT}/000.png"][:60],
        f"{UPRIGHT}/000 huge.png": png_that_claims(100_000, 100_000),
        f"{UPRIGHT}/000 empty.png": b"",
        f"{UPRIGHT}/000 program.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    }
    for number, path in enumerate(
        (write_folder(tmp_path / "f", files | bad), write_zip(tmp_path / "b.zip", files | bad))
    ):
        found = read_pictures(path)
        assert same(plain, found), number
        assert skipped_in(found) == {
            name: "more than 40 megapixels" if "huge" in name else "no picture that can be read"
            for name in bad
        }


def test_a_thousand_bad_files_are_counted_and_five_named(tmp_path: Path) -> None:
    files = two_classes() | {f"{UPRIGHT}/{number}.txt": b"?" for number in range(1_000)}
    found = read_pictures(write_zip(tmp_path / "a.zip", files))
    assert found.skipped.count == 1_000
    assert len(found.skipped.first) == 5


# --- what strangers make -------------------------------------------------------------------------


def test_names_that_leave_the_folder_links_and_what_is_packed_oddly(tmp_path: Path) -> None:
    files = two_classes()
    cases: dict[str, tuple[str, dict[str, Any]]] = {
        "../../../../tmp/evil.png": ("its path leaves the folder", {}),
        "/etc/evil.png": ("its path leaves the folder", {}),
        "upright/../../evil.png": ("its path leaves the folder", {}),
        "..\\evil.png": ("its path leaves the folder", {}),
        "C:\\evil\\evil.png": ("its path leaves the folder", {}),
        "upright/lzma.png": (
            "packed in a way that is not read",
            {"compress_type": zipfile.ZIP_LZMA},
        ),
    }
    for name in each(cases):
        reason, settings = cases[name]
        path = write_zip(tmp_path / "a.zip", files)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(name, files[f"{UPRIGHT}/000.png"], **settings)
        found = read_pictures(path)
        assert skipped_in(found) == {name.replace("\\", "/"): reason}
        assert len(found.train.labels) + len(found.test.labels) == 20
    assert sorted(tmp_path.iterdir()) == [tmp_path / "a.zip"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(content_of(Image.new("RGB", (9, 9), "red")))
    path = write_zip(tmp_path / "a.zip", two_classes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(*link_to(str(secret), "upright/link.png"))
    assert skipped_in(read_pictures(path)) == {"upright/link.png": "a link"}
    folder = write_folder(tmp_path / "folder", two_classes())
    (folder / UPRIGHT / "link.png").symlink_to(secret)
    (folder / "all").symlink_to(folder)  # a circle
    assert skipped_in(read_pictures(folder)) == {"all": "a link", "upright/link.png": "a link"}


def test_encrypted_and_damaged_files_are_skipped(tmp_path: Path) -> None:
    files = two_classes() | {f"{UPRIGHT}/bad.png": content_of(picture(1, is_upright=True))}
    path = write_zip(tmp_path / "a.zip", files)
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo(f"{UPRIGHT}/bad.png").header_offset
    last = whole.rindex(LISTED_ENTRY)
    encrypted = bytearray(whole)
    encrypted[last + 8] |= 1
    path.write_bytes(encrypted)
    assert skipped_in(read_pictures(path)) == {f"{UPRIGHT}/bad.png": "encrypted"}
    damaged = bytearray(whole)
    damaged[start + 60] ^= 255
    path.write_bytes(damaged)
    assert skipped_in(read_pictures(path)) == {f"{UPRIGHT}/bad.png": "damaged"}
    elsewhere = bytearray(whole)  # the list says another name than the file itself
    place = last + 46
    elsewhere[place : place + 3] = b"UPR"
    path.write_bytes(elsewhere)
    assert "UPRight" in refusal(path)


def test_bombs_of_every_size_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    many = write_zip(tmp_path / "many.zip", two_classes())
    content = many.read_bytes()
    listed = content.index(LISTED_ENTRY)
    end = content.index(b"PK\5\6")
    entry = content[listed : content.index(LISTED_ENTRY, listed + 4)]
    entries = entry * 300_000
    where = struct.pack("<HHIIH", 0xFFFF, 0xFFFF, len(entries), listed, 0)
    many.write_bytes(content[:listed] + entries + content[end : end + 8] + where)
    assert "more than 20,000 files" in refusal(many, Bounds(pictures=20_000))
    zeros = two_classes() | {f"{UPRIGHT}/{number}.bmp": bytes(900_000) for number in range(3)}
    assert "more than 2 megabytes" in refusal(write_zip(tmp_path / "zeros.zip", zeros))
    large = two_classes() | {f"{UPRIGHT}/large.bmp": bytes(1_100_000)}
    found = read_pictures(write_zip(tmp_path / "large.zip", large), bounds=SMALL)
    assert skipped_in(found) == {f"{UPRIGHT}/large.bmp": "larger than 1 megabytes"}
    found = read_pictures(write_folder(tmp_path / "large", large), bounds=SMALL)
    assert skipped_in(found) == {f"{UPRIGHT}/large.bmp": "larger than 1 megabytes"}
    folder = write_folder(tmp_path / "many", {f"a/{n}.png": b"?" for n in range(101)})
    assert "more than 100 files" in refusal(folder)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 300_000  # kilobytes, of which the test has made most


def test_a_file_that_unpacks_to_more_than_its_list_says_is_skipped(tmp_path: Path) -> None:
    files = two_classes() | {f"{UPRIGHT}/bomb.png": bytes(10**7)}
    path = write_zip(tmp_path / "a.zip", files)
    content = bytearray(path.read_bytes())
    last = content.rindex(LISTED_ENTRY)
    content[last + 24 : last + 28] = struct.pack("<I", 100)
    path.write_bytes(content)
    assert skipped_in(read_pictures(path)) == {f"{UPRIGHT}/bomb.png": "damaged"}


def test_picture_bombs_are_skipped_and_all_else_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "DECODING_TIMEOUT_SECONDS", 3.0)
    bombs = {f"{UPRIGHT}/000 {name}.png": make() for name, make in PICTURE_BOMBS.items()}
    files = two_classes(12)
    plain = read_pictures(write_zip(tmp_path / "plain.zip", files))
    found = read_pictures(write_zip(tmp_path / "bombs.zip", files | bombs))
    assert same(plain, found)
    assert set(skipped_in(found)) == set(bombs)


def test_names_with_markup_and_control_characters_are_shown_as_they_are_or_not_at_all(
    tmp_path: Path,
) -> None:
    markup = "<img src=x onerror=alert(1)>"
    files = {name.replace(UPRIGHT, markup): content for name, content in two_classes().items()}
    path = write_zip(tmp_path / "a.zip", files | {f"{LYING}/\x1b[31m" + "x" * 99: b"?"})
    found = read_pictures(path)
    assert found.classes == (markup, LYING)
    ((name, _),) = found.skipped.first
    assert name.isprintable()
    assert len(name) == 60
    for wrong in each(["\x1b[31mred", "two\nlines", "\u202etxet", "x" * 41, " "]):
        files = {name.replace(UPRIGHT, wrong): content for name, content in two_classes().items()}
        said = refusal(write_zip(tmp_path / "a.zip", files))
        assert "The name of a class" in said
        assert said.isprintable()


def test_what_takes_too_long_is_given_up(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", two_classes())
    assert "longer than 0 seconds" in refusal(path, Bounds(seconds=0))


def test_the_process_that_decodes_many_is_as_poor_as_that_for_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[dict[str, Any]] = []
    run = subprocess.run

    def look(*arguments: Any, **settings: Any) -> Any:
        given.append(settings)
        return run(*arguments, **settings)

    monkeypatch.setenv("HF_TOKEN", "a secret")
    monkeypatch.setattr("mnist_core.preprocessing.sandbox.subprocess.run", look)
    content = content_of(picture(0, is_upright=True))
    assert len(list(squares.shrink_all([content, b"?", content], (32, 28)))) == 3
    assert set(given[0]["env"]) <= set(sandbox.KEPT_VARIABLES)
    assert len(given) == 1  # one process for all of them


def test_a_process_that_dies_costs_one_picture_wherever_it_dies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = content_of(picture(0, is_upright=True))
    run = sandbox.run_decoder

    def die_at_nine(*, content: bytes, sides: tuple[int, ...]) -> bytes:
        before, killer, _ = content.partition(b"\x09\0\0\0\0\0\0\0die of me")
        said = run(content=before, sides=sides)
        return said if before or not killer else b""

    monkeypatch.setattr(squares, "run_decoder", die_at_nine)
    for contents in each(
        ([b"die of me", content], [content, b"die of me", b"die of me", content], [b"die of me"])
    ):
        found = list(squares.shrink_all(contents, (32, 28)))
        assert [square.found == FAILED for square in found] == [
            each_content == b"die of me" for each_content in contents
        ]


# --- real pictures -------------------------------------------------------------------------------


def test_cats_and_dogs_are_read(cats_and_dogs: Path) -> None:
    said: list[float] = []
    found = read_pictures(cats_and_dogs, note=said.append)
    assert found.classes == ("cats", "dogs")
    assert found.shape == (3, 32, 32)
    assert found.train.labels.bincount().tolist() == [5_000, 5_000]
    assert found.test.labels.bincount().tolist() == [1_000, 1_000]
    assert found.skipped.count == 0
    assert said == sorted(said)
    assert len(said) == 120
    with zipfile.ZipFile(cats_and_dogs) as archive:
        for place in (0, 7_777, -1):
            with Image.open(io.BytesIO(archive.read(found.train.names[place]))) as original:
                expected = np.asarray(original.convert("RGB"))
            assert np.array_equal(found.train.pixels[place].permute(1, 2, 0).numpy(), expected)


# --- as a data set -------------------------------------------------------------------------------


@pytest.fixture
def learned(tmp_path: Path) -> Iterator[DataSet]:
    """Return a data set of small pictures that settings can name."""
    path = write_zip(tmp_path / "small.zip", two_classes(75))
    data_set = as_data_set(read_pictures(path), path)
    add_own(data_set)
    yield data_set
    forget_own(data_set.key)


def test_pictures_in_files_are_those_in_memory(learned: DataSet, tmp_path: Path) -> None:
    path = tmp_path / "small.zip"
    saved = save_data_set(read_pictures(path), path, "pictures-abc", tmp_path / "saved")
    assert has_images(saved)
    assert (saved.name, saved.classes, saved.shape) == ("pictures", (LYING, UPRIGHT), (3, 32, 32))
    for ours, theirs in zip(
        (load_images(learned).train, load_images(learned).test),
        (map_images(saved).train, map_images(saved).test),
        strict=True,
    ):
        assert torch.equal(ours.images, theirs.images)
        assert torch.equal(ours.labels, theirs.labels)
    close_images(saved)
    again = pickle.loads(pickle.dumps(saved))  # as it goes to a worker
    assert torch.equal(map_images(again).test.labels, load_images(learned).test.labels)
    close_images(again)
    shutil.rmtree(tmp_path / "saved")
    assert not has_images(saved)
    with pytest.raises(DownloadError, match="not here any more"):
        list(fetch_images(saved))


def test_other_pictures_by_the_same_name_are_other_pictures(tmp_path: Path) -> None:
    for count in (10, 15):
        path = write_folder(tmp_path / str(count), two_classes(count))
        data_set = as_data_set(read_pictures(path), path)
        assert len(load_images(data_set).test) == 2 * count // 5


def test_a_network_learns_pictures_and_remembers_their_classes(
    learned: DataSet, tmp_path: Path
) -> None:
    config = TrainConfig(model="cnn", dataset=learned.key, epochs=3, augmentation="mirror")
    training = set_up(config, load_images(learned))
    (*_, last) = [record for record in train(training) if isinstance(record, EpochRecord)]
    assert last.test_accuracy > 0.9
    save_checkpoint(tmp_path / "cnn.pth", training.model, describe_run(config, [last]))
    checkpoint = load_checkpoint(tmp_path / "cnn.pth")
    assert (checkpoint.shape, checkpoint.classes) == ((3, 32, 32), 2)
    assert checkpoint.dataset is None  # whose pictures, nothing here can tell
    assert checkpoint.metadata["classes"] == [LYING, UPRIGHT]
    assert checkpoint.metadata["config"]["dataset"] == "pictures"


def test_what_makes_no_sense_for_pictures_or_for_digits_is_refused(learned: DataSet) -> None:
    with pytest.raises(ValueError, match="for photographs"):
        TrainConfig(augmentation="mirror")
    with pytest.raises(ValueError, match="MNIST alone"):
        TrainConfig(augmentation="handwriting", dataset=learned.key)
    while find_data_set(learned.key):  # commands of other tests may have added theirs
        forget_own(learned.key)
    with pytest.raises(ValueError, match="must be one of mnist"):
        TrainConfig(dataset=learned.key)


def test_one_picture_is_read_as_many_are(learned: DataSet, tmp_path: Path) -> None:
    found = read_pictures(tmp_path / "small.zip")
    (tmp_path / "one.png").write_bytes(two_classes(75)[found.test.names[3]])
    one = read_picture(tmp_path / "one.png", (3, 32, 32))
    assert torch.equal(one, found.test.pixels[3])
    assert read_picture(tmp_path / "one.png", (1, 28, 28)).shape == (1, 28, 28)
    (tmp_path / "no.png").write_bytes(b"?")
    with pytest.raises(ValueError, match="not an image"):
        read_picture(tmp_path / "no.png", (3, 32, 32))


def test_a_program_holds_names_as_text_whatever_they_are(tmp_path: Path) -> None:
    names = ('"); import os; os.abort(#', "{why} {0} '''")
    files = {
        name.replace(UPRIGHT, names[0]).replace(LYING, names[1]): content
        for name, content in two_classes(10).items()
    }
    path = write_zip(tmp_path / '{x} """.zip', files)
    data_set = as_data_set(read_pictures(path), path)
    add_own(data_set)
    for comments in each(("en", "zh", "none")):
        program = generate_code(TrainConfig(dataset=data_set.key), comments)
        strings = {
            node.value
            for node in ast.walk(ast.parse(program))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert {*names, path.name} <= strings
    forget_own(data_set.key)
