"""Connections that go to public addresses alone: a person names the address, and the server must not be his way in.

A name is resolved once, and exactly the addresses that were checked are connected to: a name that means something else
a moment later gains nothing. Redirects are connections too. Proxies are not used, as nobody could check behind them.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any  # Any: signatures of urllib3's and requests', which pass them on

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from dashboard.errors import ProviderRefused
from dashboard.providers.base import ADDRESS

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
# Prefixes of IPv6 in which an address of IPv4 is written.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet, in whichever way it is written."""
    address = _embedded(ipaddress.ip_address(text.partition("%")[0]))
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _embedded(address: Ip) -> Ip:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


def _connected(connection: HTTPConnection) -> socket.socket:
    """A socket to a checked address of the connection's host. Raises: ProviderRefused, NewConnectionError."""
    host = connection.host.strip("[]")
    try:
        found = socket.getaddrinfo(host, connection.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NewConnectionError(connection, f"{host} is not known") from error
    for *_, place in found:
        if not is_public(str(place[0])):
            message = f"{host} is not a public address; URL_PROVIDER_ALLOW_PRIVATE would allow it."
            raise ProviderRefused(message, provider=ADDRESS)
    seconds = connection.timeout if isinstance(connection.timeout, int | float) else None
    for family, kind, protocol, _, place in found:
        made = socket.socket(family, kind, protocol)
        try:
            made.settimeout(seconds)
            made.connect(place)
        except OSError:
            made.close()
            continue
        return made
    raise NewConnectionError(connection, f"{host} does not answer")


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class PublicAdapter(HTTPAdapter):
    """What a session of ``requests`` connects with, so that it reaches public addresses alone."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have the pools connect as this module does."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
