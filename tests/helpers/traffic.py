"""How many bytes go through the sockets of this process, counted where it reads."""

from contextlib import contextmanager
from unittest import mock

from tornado.iostream import IOStream


class Traffic:
    """Bytes so far, both ways."""

    n_bytes = 0


@contextmanager
def counted_traffic():
    """Count what tornado, over which dask speaks, reads and writes in the block.

    With a LocalCluster that is the traffic of client and scheduler together.
    """
    traffic = Traffic()
    read, write = IOStream.read_from_fd, IOStream.write_to_fd

    def counted(n_bytes):
        traffic.n_bytes += n_bytes or 0
        return n_bytes

    with (
        mock.patch.object(IOStream, "read_from_fd", lambda *a: counted(read(*a))),
        mock.patch.object(IOStream, "write_to_fd", lambda *a: counted(write(*a))),
    ):
        yield traffic
