"""The lab's internet: a switch in user space that delays frames and loses some, for kernels without netem.

hub.py serve DELAY_MS LOSS_PERCENT INTERFACE...   forwards Ethernet frames between the interfaces
hub.py plain INTERFACE...                         has the kernel send whole frames only, with their checksums
"""

import array
import fcntl
import heapq
import random
import select
import socket
import struct
import sys
import time

SIOCETHTOOL = 0x8946
# Commands of ethtool that set: scatter-gather, checksums, TCP segmentation, generic segmentation.
OFFLOADS = (0x17, 0x1F, 0x24, 0x19)
PACKET_OUTGOING = 4
# Frames on their way; more are lost, as in a router whose queue is full.
QUEUE = 20_000


def plain(interface):
    """A frame that the kernel has left half-made would leave the switch half-made."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in OFFLOADS:
            value = array.array("B", struct.pack("II", command, 0))
            request = struct.pack("16sP", interface.encode(), value.buffer_info()[0])
            try:
                fcntl.ioctl(control, SIOCETHTOOL, request)
            except OSError:
                # The device never had it.
                pass


def serve(delay, loss, interfaces):
    ports = []
    for interface in interfaces:
        port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        port.bind((interface, 0))
        port.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        port.setblocking(False)
        ports.append(port)
    poll = select.epoll()
    for port in ports:
        poll.register(port.fileno(), select.EPOLLIN)
    by_number = {port.fileno(): port for port in ports}
    places, queue, order = {}, [], 0
    while True:
        now = time.monotonic()
        while queue and queue[0][0] <= now:
            _, _, frame, targets = heapq.heappop(queue)
            for target in targets:
                try:
                    target.send(frame)
                except OSError:
                    # Its queue is full, or it is gone: lost.
                    pass
        wait = max(0.0, queue[0][0] - now) if queue else 1.0
        for number, _ in poll.poll(wait):
            port = by_number[number]
            for _ in range(64):
                try:
                    frame, source = port.recvfrom(65_536)
                except BlockingIOError:
                    break
                if source[2] == PACKET_OUTGOING or len(frame) < 14:
                    continue
                places[frame[6:12]] = port
                if len(queue) >= QUEUE or random.random() < loss:
                    continue
                known = places.get(frame[0:6])
                targets = [known] if known else [other for other in ports if other is not port]
                order += 1
                heapq.heappush(queue, (time.monotonic() + delay, order, frame, targets))


if __name__ == "__main__":
    if sys.argv[1] == "plain":
        for device in sys.argv[2:]:
            plain(device)
    else:
        try:
            serve(float(sys.argv[2]) / 1000, float(sys.argv[3]) / 100, sys.argv[4:])
        except KeyboardInterrupt:
            pass
