"""The kernel from outside, through struct quiesce_debug alone.

Everything is found as kernel/debug.h tells a host program to: by the magic in
physical memory, without symbols.
"""

import struct

IMAGE, IMAGE_SIZE = 1 << 20, 4 << 20
FIELDS = ("magic version size image_base direct_map nr_cpus event_ring_slots "
          "event_ring_records event_record_size event_ring percpu_offsets "
          "cpus_possible log log_slots log_slot_size threads").split()
LAYOUT = "<QIIQQIIIIQQQQIIQ"


class Kernel:
    """A stopped machine's memory, by kernel virtual address."""

    def __init__(self, machine):
        machine.stop()
        self.machine = machine
        image = machine.physical_memory(IMAGE, IMAGE_SIZE)
        at = image.index(b"QUIESCE!")
        while at % 8:
            at = image.index(b"QUIESCE!", at + 1)
        values = struct.unpack_from(LAYOUT, image, at)
        self.__dict__.update(zip(FIELDS, values))
        assert self.size >= struct.calcsize(LAYOUT)

    def read(self, address, size):
        base = (self.image_base if address >= self.image_base
                else self.direct_map)
        return self.machine.physical_memory(address - base, size)

    def words(self, address, n=1):
        return struct.unpack("<%dQ" % n, self.read(address, 8 * n))

    def cpus(self):
        words = self.words(self.cpus_possible, self.nr_cpus // 64)
        return [cpu for cpu in range(self.nr_cpus)
                if words[cpu // 64] >> cpu % 64 & 1]

    def events(self, cpu):
        """(seq, kind, cpu, thread, a, b) of each record, oldest first."""
        ring = (self.event_ring
                + self.words(self.percpu_offsets + 8 * cpu)[0]) % 2 ** 64
        count, slots = self.words(ring)[0], self.event_ring_slots
        size = self.event_record_size
        data = self.read(ring + self.event_ring_records, slots * size)
        records = (struct.unpack_from("<QHHIQQ", data, n % slots * size)
                   for n in range(max(0, count - slots), count))
        return [record for record in records if record[0]]

    def lines(self):
        head, size = self.words(self.log)[0], self.log_slot_size
        data = self.read(self.log, size * (1 + self.log_slots))
        for line in range(max(0, head - self.log_slots), head):
            at = size * (1 + line % self.log_slots)
            state, = struct.unpack_from("<Q", data, at)
            if state != 2 * (line // self.log_slots) + 2:
                continue
            length = data[at + 23]
            yield data[at + 24:at + 24 + length].decode()

    def thread_names(self):
        head, *_ = self.words(self.threads)
        node, identity, name = struct.unpack(
            "<III", self.read(self.threads + 8, 12))
        at, names = self.words(head)[0], {}
        while at != head:
            number, = struct.unpack("<I", self.read(at - node + identity, 4))
            text = self.read(at - node + name, 16).split(b"\0")[0].decode()
            assert number not in names, "the list does not end"
            names[number] = text
            at, = self.words(at)
        return names


def test_log_is_found_in_memory(boot):
    machine = boot("pvh", cpus=2)
    lines = list(Kernel(machine).lines())
    assert any("2 of 2 CPUs online" in line for line in lines)
    assert all(line in machine.text() for line in lines)


def test_events_are_found_in_memory(boot):
    machine = boot("pvh", cpus=4)
    machine.command_output("test kernel/log_ring/*")
    kernel = Kernel(machine)
    assert kernel.cpus() == [0, 1, 2, 3]
    events = [kernel.events(cpu) for cpu in kernel.cpus()]
    for cpu, records in enumerate(events):
        assert all(record[2] == cpu for record in records)
        numbers = [record[0] for record in records]
        assert numbers == sorted(numbers)
    everything = [record for records in events for record in records]
    assert len({record[0] for record in everything}) == len(everything)
    ended = [record for record in everything if record[1] == 4]
    assert len(ended) == 6 and all(record[5] == 0 for record in ended)


def test_threads_are_found_in_memory(boot):
    machine = boot("pvh", cpus=2)
    names = Kernel(machine).thread_names()
    assert "main" in names.values()
