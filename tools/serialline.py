"""A machine's serial line for pexpect, read at once and kept in a file.

Guarantees  The guest never waits for us: a thread reads what it writes, at
            once, into the log, and holds it for expect().
            The log is what was written, byte for byte (QEMU 7.2's own
            chardev logfile repeats characters when its reader was slow).
See         tools/qemu.py
"""

import threading

from pexpect.exceptions import EOF, TIMEOUT
from pexpect.spawnbase import SpawnBase


class SerialLine(SpawnBase):
    def __init__(self, connection, log):
        super().__init__(encoding="utf-8", codec_errors="replace")
        self.delaybeforesend = None
        self.closed = False
        self.written = 0                # bytes that came so far
        self._connection = connection
        self._file = open(log, "wb")
        self._fresh = b""
        self._ended = False
        self._change = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        data = b"."
        while data:
            try:
                data = self._connection.recv(65536)
            except OSError:             # QEMU went with input unread
                data = b""
            with self._change:
                self._file.write(data)
                self._file.flush()
                self.written += len(data)
                self._fresh += data
                self._ended = not data
                self._change.notify_all()

    def read_nonblocking(self, size=1, timeout=None):
        """What pexpect asks of a spawn; it takes all there is."""
        with self._change:
            self._change.wait_for(lambda: self._fresh or self._ended, timeout)
            data, self._fresh = self._fresh, b""
            if not data and self._ended:
                self.flag_eof = True
                raise EOF("the serial line ended")
            if not data:
                raise TIMEOUT("nothing came")
        return self._decoder.decode(data, final=False)

    def send(self, data):
        """Blocks for as long as the guest holds us back."""
        self._connection.sendall(data)

    def close(self):
        self._reader.join(5)
        self._connection.close()
        self._file.close()
        self.closed = True
