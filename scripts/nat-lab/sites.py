"""Sites of the lab: a host behind a router of some kind, in network namespaces of their own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

HUB = str(Path(__file__).with_name("hub.py"))
PREFIX = "203.0.113"
PREFIX6 = "2001:db8::"
# miniupnpd forwards nothing to addresses that are reserved, for documentation either. Nobody outside sees this one.
FORWARDING_PREFIX = "1.2.3"
MINIUPNPD = shutil.which("miniupnpd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")

KINDS = {
    "none": "no router, a public address",
    "full-cone": "one port for all destinations, everybody may answer",
    "address": "one port for all destinations, addresses that were written to may answer",
    "port": "one port for all destinations, address and port that were written to may answer",
    "symmetric": "another random port for each destination, which alone may answer",
    "double": "a port-restricted router behind a port-restricted router",
    "ipv6": "a port-restricted router for IPv4, and public IPv6",
    "tcp-only": "a port-restricted router that lets no UDP through",
}

# Only when named. The first two run a daemon that is not everywhere.
FORWARDING = {
    "pcp": "a symmetric router that forwards ports when asked by PCP",
    "nat-pmp": "the same when asked by NAT-PMP; to PCP it does not answer",
}
COUNTING = {"counting": "the next port for each destination, which alone may answer"}

COUNT = """
table inet count {
    set sent { type ipv4_addr; flags dynamic; size 4096; }
    set received { type ipv4_addr; flags dynamic; size 4096; }
    set sent6 { type ipv6_addr; flags dynamic; size 4096; }
    set received6 { type ipv6_addr; flags dynamic; size 4096; }
    chain before {
        type filter hook prerouting priority -400; policy accept;
        iifname "wan*" add @received { ip saddr counter }
        iifname "wan*" add @received6 { ip6 saddr counter }
    }
    chain after {
        type filter hook postrouting priority 400; policy accept;
        oifname "wan*" add @sent { ip daddr counter }
        oifname "wan*" add @sent6 { ip6 daddr counter }
    }
}
"""

# What comes for the router itself is dropped before connection tracking keeps it: it would take the port that a host
# is about to send from.
DEAF = """
table inet deaf {
    chain input {
        type filter hook input priority 0; policy accept;
        iifname "wan" ct state new drop
    }
}
"""


def run(*command, stdin=None):
    done = subprocess.run(command, input=stdin, text=True, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def inside(space, *command, stdin=None):
    return run("ip", "netns", "exec", space, *command, stdin=stdin)


def independent_mapping(address):
    """Every socket keeps its port: the router remembers whose it is, and the kernel keeps a port that is free."""
    return f"""
table ip nat {{
    map mappings {{
        type inet_service : ipv4_addr . inet_service
        flags dynamic,timeout
        timeout 300s
        size 65536
    }}
    chain before {{
        type nat hook prerouting priority dstnat; policy accept;
        iifname "wan" meta l4proto udp dnat to udp dport map @mappings
    }}
    chain after {{
        type nat hook postrouting priority srcnat; policy accept;
        oifname "wan" meta l4proto udp update @mappings {{ udp sport timeout 300s : ip saddr . udp sport }}
        oifname "wan" snat to {address}
    }}
}}
"""


def counting_mapping(address):
    """Every destination gets the next port."""
    ports = ", ".join(f"{turn} : {20_000 + turn}" for turn in range(2_048))
    return f"""
table ip nat {{
    chain after {{
        type nat hook postrouting priority srcnat; policy accept;
        oifname "wan" meta l4proto udp snat to {address} : numgen inc mod 2048 map {{ {ports} }}
        oifname "wan" snat to {address}
    }}
}}
"""


def dependent_mapping(_address):
    return """
table ip nat {
    chain after {
        type nat hook postrouting priority srcnat; policy accept;
        oifname "wan" masquerade fully-random
    }
}
"""


FILTERS = {
    "everybody": "",
    "address": """
table ip filter {
    set contacted { type inet_service . ipv4_addr; flags dynamic,timeout; timeout 300s; size 65536; }
    chain forward {
        type filter hook forward priority 0; policy accept;
        oifname "wan" meta l4proto udp update @contacted { udp sport . ip daddr }
        iifname "wan" ct state established,related accept
        iifname "wan" meta l4proto udp udp dport . ip saddr @contacted accept
        iifname "wan" drop
    }
}
""",
    "port": """
table ip filter {
    chain forward {
        type filter hook forward priority 0; policy accept;
        iifname "wan" ct state established,related accept
        iifname "wan" drop
    }
}
""",
    "forwarding": """
table ip filter {
    chain forward {
        type filter hook forward priority 0; policy accept;
        iifname "wan" ct state established,related accept
        iifname "wan" ct status dnat accept
        iifname "wan" drop
    }
}
table inet upnp {
    chain forward { }
    chain inbound { }
    chain outbound { }
    chain before {
        type nat hook prerouting priority dstnat; policy accept;
        iifname "wan" jump inbound
    }
}
""",
    "silent": """
table inet silent {
    chain input {
        type filter hook input priority 0; policy accept;
        iifname "lan" udp dport 5351 @th,64,8 2 drop
    }
}
""",
    "tcp-only": """
table ip filter {
    chain forward {
        type filter hook forward priority 0; policy accept;
        meta l4proto udp drop
        iifname "wan" ct state established,related accept
        iifname "wan" drop
    }
}
""",
}

ROUTERS = {
    "full-cone": (independent_mapping, "everybody"),
    "address": (independent_mapping, "address"),
    "port": (independent_mapping, "port"),
    "symmetric": (dependent_mapping, "port"),
    "double": (independent_mapping, "port"),
    "ipv6": (independent_mapping, "port"),
    "tcp-only": (independent_mapping, "tcp-only"),
    "pcp": (dependent_mapping, "forwarding"),
    "nat-pmp": (dependent_mapping, "forwarding"),
    "counting": (counting_mapping, "port"),
}


class Site:
    """A host and its routers. `counted` are the namespaces whose interfaces lead to the internet."""

    def __init__(self, number, kind):
        self.number, self.kind = number, kind
        self.host = f"host{number}"
        self.address = f"{FORWARDING_PREFIX if kind in FORWARDING else PREFIX}.{number}"
        self.address6 = f"{PREFIX6}{number:x}"
        self.ports, self.counted, self.daemons = [], [], []
        space(self.host)
        if kind == "none":
            self.join(self.host, f"{self.address}/24", "wan")
            return
        router = f"router{number}"
        space(router)
        self.join(router, f"{self.address}/24", "wan")
        mapping, answers = ROUTERS[kind]
        self.route(router, mapping(self.address) + FILTERS[answers] + DEAF)
        if kind == "double":
            home, carrier = f"home{number}", f"100.64.{number}"
            space(home)
            link(router, "lan", f"{carrier}.1/24", home, "wan", f"{carrier}.2/24")
            inside(home, "ip", "route", "add", "default", "via", f"{carrier}.1")
            self.route(home, mapping(f"{carrier}.2") + FILTERS[answers] + DEAF)
            router = home
        lan = f"192.168.{number}"
        link(router, "lan", f"{lan}.1/24", self.host, "eth0", f"{lan}.2/24")
        inside(self.host, "ip", "route", "add", "default", "via", f"{lan}.1")
        if kind in FORWARDING:
            if kind == "nat-pmp":
                self.route(router, FILTERS["silent"])
            self.forward_ports(router)
        if kind == "ipv6":
            self.join(self.host, f"{self.address6}/64", "wan6")

    def join(self, name, address, device):
        """An interface on the lab's internet."""
        port = f"h{self.number}{device}"
        run("ip", "link", "add", port, "type", "veth", "peer", "name", device, "netns", name)
        # The switch is no host of its own.
        Path(f"/proc/sys/net/ipv6/conf/{port}/disable_ipv6").write_text("1", encoding="ascii")
        run("ip", "link", "set", port, "up")
        inside(name, "python3", HUB, "plain", device)
        inside(name, "ip", "address", "add", address, "dev", device, *nodad(address))
        inside(name, "ip", "link", "set", device, "up")
        if ":" not in address:
            # All of the lab's internet is one network, whatever the addresses.
            for prefix in {PREFIX, FORWARDING_PREFIX} - {self.address.rpartition(".")[0]}:
                inside(name, "ip", "route", "add", f"{prefix}.0/24", "dev", device, "src", self.address)
        self.ports.append(port)
        if name not in self.counted:
            self.counted.append(name)
            inside(name, "nft", "-f", "-", stdin=COUNT)

    def forward_ports(self, router):
        """A daemon on the router that forwards ports when hosts ask for them; UPnP it does not answer."""
        folder = tempfile.mkdtemp(prefix="miniupnpd-")
        config = Path(folder, "conf")
        config.write_text(
            f"ext_ifname=wan\nlistening_ip=lan\nenable_natpmp=yes\nenable_upnp=no\nuuid={uuid.uuid4()}\n"
            f"ext_ip={self.address}\nupnp_table_name=upnp\nupnp_nat_table_name=upnp\nsecure_mode=yes\n"
            "upnp_forward_chain=forward\nupnp_nat_chain=inbound\nupnp_nat_postrouting_chain=outbound\n"
            "allow 1024-65535 0.0.0.0/0 1024-65535\ndeny 0-65535 0.0.0.0/0 0-65535\n",
            encoding="ascii",
        )
        with open(Path(folder, "log"), "w", encoding="utf-8") as log:
            self.daemons.append(
                subprocess.Popen(
                    ["ip", "netns", "exec", router, MINIUPNPD, "-d", "-f", config, "-P", Path(folder, "pid")],
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    @staticmethod
    def route(name, rules):
        inside(name, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        inside(name, "nft", "-f", "-", stdin=rules)

    def traffic(self):
        """Bytes to and from each address, as the routers have counted them."""
        total = {}
        for name in self.counted:
            for counted in ("sent", "received", "sent6", "received6"):
                listed = json.loads(inside(name, "nft", "-j", "list", "set", "inet", "count", counted))
                for entry in listed["nftables"]:
                    for element in entry.get("set", {}).get("elem", []):
                        element = element["elem"]
                        seen = total.setdefault(element["val"], {"bytes": 0, "packets": 0})
                        for unit in seen:
                            seen[unit] += element["counter"][unit]
        return total


def nodad(address):
    return ["nodad"] if ":" in address else []


def space(name):
    run("ip", "netns", "add", name)
    inside(name, "ip", "link", "set", "lo", "up")


def link(one, device, address, other, other_device, other_address):
    """A cable between two namespaces."""
    run("ip", "link", "add", device, "netns", one, "type", "veth", "peer", "name", other_device, "netns", other)
    for name, end, ip in ((one, device, address), (other, other_device, other_address)):
        inside(name, "ip", "address", "add", ip, "dev", end)
        inside(name, "ip", "link", "set", end, "up")
