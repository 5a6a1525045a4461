"""Who a request comes from, as far as shares are concerned: one address, or one household's."""

from __future__ import annotations

import functools
import ipaddress
import os

from mnist_core.web.limits import ON_A_SPACE

SHARE = 1 / 3  # of what all clients have together, for one of them: a classroom is one
HOUSEHOLD_BITS = 64  # of an IPv6 address: whoever has one has all that begin with these
PROXIES = "FORWARDED_ALLOW_IPS"  # the web server's variable: whose word it takes for an address
PROXIES_OF_A_SPACE = "127.0.0.1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"


@functools.lru_cache(10_000)  # each request asks, and each call that waits
def client_of(host: str | None) -> str:
    """Name the client at an address: the socket's, or what a trusted proxy says of it.

    Args:
        host: the address; None if nobody knows.

    Returns:
        The name; empty if nobody knows, and then nothing is shared out.
    """
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:  # as in a test, or behind a socket that has a name
        return host or ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, HOUSEHOLD_BITS), strict=False))
    return str(address)


def trust_proxies() -> None:
    """Have the web server believe the proxy of a Space, unless the operator has named proxies."""
    if os.environ.get(ON_A_SPACE):
        os.environ.setdefault(PROXIES, PROXIES_OF_A_SPACE)
