"""Hostile requests to every endpoint; `python -m tests.hostile` sends ten thousand of them."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.campaign import open_campaign

PAYLOADS = 180


def test_no_request_harms_the_app_or_learns_of_its_inside(tmp_path: Path) -> None:
    with open_campaign(tmp_path) as campaign:
        campaign.run(PAYLOADS)
    assert campaign.findings == {}
    assert campaign.sent >= PAYLOADS
