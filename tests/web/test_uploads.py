from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from gradio import processing_utils

import app
from mnist_core.web.sessions import uploads
from mnist_core.web.sessions.session import Session
from mnist_core.web.sessions.uploads import (
    UPLOAD_KEEP_SECONDS,
    clear_uploads,
    find_upload,
    remove_own_folder,
    use_own_folder,
)
from tests.real_mnist import REPOSITORY
from tests.web.workshop import trained


def put(file: Path, age: float = 0.0, size: int = 10) -> Path:
    """Put a file somewhere, as if it had been sent so many seconds ago."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x" * size)
    os.utime(file, (time.time() - age, time.time() - age))
    return file


def test_what_has_been_read_is_removed_and_what_has_just_come_is_not(own_cache: Path) -> None:
    old = put(own_cache / "a1" / "seven.png", UPLOAD_KEEP_SECONDS + 1)
    broken_off = put(own_cache / "tmp1", UPLOAD_KEEP_SECONDS + 1)
    fresh = put(own_cache / "b2" / "eight.png", UPLOAD_KEEP_SECONDS - 60)
    coming = put(own_cache / "tmp2", 0)
    made = own_cache / "c3"  # for a file that is about to come
    made.mkdir()
    assert clear_uploads() == (2, 20)
    assert not old.parent.exists()
    assert not broken_off.exists()
    assert fresh.exists() and coming.exists() and made.exists()
    os.utime(made, (0, 0))  # nothing has come
    assert clear_uploads() == (2, 20)
    assert not made.exists()


def test_an_upload_is_found_and_no_other_file(session: Session, own_cache: Path) -> None:
    upload = put(own_cache / "a1" / "seven.png")
    assert find_upload(str(upload)) == upload
    assert find_upload(str(own_cache / "b2" / ".." / "a1" / "seven.png")) == upload
    upload.unlink()
    files = session.files(trained(session))
    assert files is not None
    elsewhere = put(own_cache.parent / "a1" / "other.png")
    (own_cache / "a1" / "link.png").symlink_to(elsewhere)
    others = [
        upload,
        *files,
        elsewhere,
        own_cache / "a1" / "link.png",
        own_cache,
        "",
        "\0",
        "x" * 9999,
    ]
    assert [find_upload(str(path)) for path in others] == [None] * len(others)


def test_nothing_is_there_to_clear() -> None:
    assert clear_uploads() == (0, 0)


def test_the_files_of_a_session_are_its_own_to_remove(session: Session, own_cache: Path) -> None:
    files = session.files(trained(session))
    assert files is not None
    for file in files:
        os.utime(file, (0, 0))
    assert clear_uploads() == (0, 0)
    assert all(file.exists() for file in files)


def test_with_a_session_what_it_has_sent_goes_too(session: Session, own_cache: Path) -> None:
    assert session.files(trained(session))
    put(own_cache / "a1" / "seven.png", UPLOAD_KEEP_SECONDS + 1)
    put(own_cache / "tmp1", UPLOAD_KEEP_SECONDS + 1, size=0)  # one such Gradio leaves for each file
    session.end()
    assert list(own_cache.iterdir()) == []


def test_files_that_are_gone_are_written_anew(session: Session) -> None:
    run = trained(session)
    files = session.files(run)
    assert files is not None
    files[0].unlink()  # as Gradio does with a file that is a day old
    assert session.files(run) == files
    assert files[0].exists()
    session.end()
    assert session.files(run) is None


def test_no_other_app_s_files_are_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    theirs = put(tmp_path / "c3" / "theirs.png", UPLOAD_KEEP_SECONDS + 1)
    use_own_folder()
    folder = Path(os.environ["GRADIO_TEMP_DIR"])
    assert folder.parent == tmp_path
    assert folder.is_dir()
    ours = put(folder / "d4" / "ours.png", UPLOAD_KEEP_SECONDS + 1)
    assert clear_uploads() == (0, 0)
    assert not ours.exists()
    remove_own_folder()
    assert not folder.exists()
    assert theirs.exists()


KILLED = """
import os, signal
from pathlib import Path
from mnist_core.web.sessions.uploads import use_own_folder
use_own_folder()
(Path(os.environ["GRADIO_TEMP_DIR"]) / "left.png").touch()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_has_left_goes_with_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    subprocess.run([sys.executable, "-c", KILLED], env=environment, check=False)
    (leftover,) = tmp_path.glob("mnist-*/left.png")
    theirs = put(tmp_path / "c3" / "theirs.png")
    folders = []
    for _ in range(2):  # the second start leaves the first one's folder alone
        monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
        use_own_folder()
        folders.append(Path(os.environ["GRADIO_TEMP_DIR"]))
    assert not leftover.parent.exists()
    assert all(folder.is_dir() for folder in folders)
    assert theirs.exists()
    for folder in folders:
        monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
        remove_own_folder()
    assert list(tmp_path.iterdir()) == [theirs.parent]


def test_where_no_folder_can_be_made_memory_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "file" / "folder"))
    monkeypatch.setattr(uploads, "MEMORY", str(tmp_path / "memory"))
    use_own_folder()
    assert Path(os.environ["GRADIO_TEMP_DIR"]).parent == tmp_path / "memory"

    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "file" / "folder"))
    monkeypatch.setattr(uploads, "MEMORY", str(tmp_path / "file" / "memory"))
    with pytest.raises(ValueError, match="GRADIO_TEMP_DIR"):
        use_own_folder()


def test_what_is_named_by_an_address_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's page may not make the server load what lies elsewhere, and how much of it."""
    fetched: list[str] = []

    async def fetch(url: str) -> None:
        fetched.append(url)
        raise OSError("There is no network in this test.")

    monkeypatch.setattr(processing_utils, "async_ssrf_protected_get", fetch)
    client = TestClient(app.demo.app)
    address = {"path": "https://example.com/x", "meta": {"_type": "gradio.FileData"}}
    for fn in app.demo.fns.values():
        values = [address] * len(fn.inputs)
        body = {"data": values, "fn_index": fn._id, "session_hash": "a-stranger"}
        assert client.post("/gradio_api/run/predict", json=body).status_code != 404
    assert not fetched
