"""lab.py BINARY RESULTS [--pairs KIND/KIND,...] [--delay MS] [--loss PERCENT]: all pairs of sites, one after the other.

Runs inside a network and a mount namespace of its own (scripts/nat-lab.sh makes them), so nothing of it is left behind.
A provider behind each kind of router serves a cell for the whole time; a new viewer behind each kind downloads it. How a
pair was connected is read from the counters of the viewer's routers, not from what the programs say.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time

from sites import COUNTING, FORWARDING, KINDS, MINIUPNPD, PREFIX, PREFIX6, HUB, Site, inside, run

RELAYS = (1, 2)
CONES = ("full-cone", "address", "port", "symmetric")
# Bytes between the two sites that show a direct path: punching in vain takes up to 200 KB of QUIC handshakes.
DIRECT_BYTES = 512 * 1024
# Time in which relays tell a provider where they see it and dial it back.
SETTLES = "8"


def started(name, *command):
    """A program in a site, with its first line."""
    process = subprocess.Popen(
        ["ip", "netns", "exec", name, *command],
        stdout=subprocess.PIPE,
        stderr=None if os.environ.get("RUST_LOG") else subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    return process


def first_line(process, what):
    line = process.stdout.readline()
    if not line:
        sys.exit(f"{what} ended before it said anything")
    return json.loads(line)


def between(before, after, addresses):
    """Bytes and packets that a site has exchanged with some addresses meanwhile."""
    total = {"bytes": 0, "packets": 0}
    for address in addresses:
        now, then = after.get(address, {}), before.get(address, {})
        for unit in total:
            total[unit] += now.get(unit, 0) - then.get(unit, 0)
    return total


def pair(binary, provider, told, viewer, relay_addresses):
    before = viewer.traffic()
    process = started(viewer.host, binary, "viewer", told["key"], *told["addresses"])
    try:
        output, _ = process.communicate(timeout=90)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output = ""
    after = viewer.traffic()
    result = {"provider": provider.kind, "viewer": viewer.kind}
    result["connected"] = process.returncode == 0 and bool(output.strip())
    if result["connected"]:
        result.update(json.loads(output))
    result["counted_direct"] = between(before, after, [provider.address, provider.address6])
    result["counted_relays"] = between(before, after, relay_addresses)
    carried = result["counted_direct"]["bytes"] >= DIRECT_BYTES
    result["path"] = ("direct" if carried else "relayed") if result["connected"] else "none"
    return result


def cell(result):
    if not result["connected"]:
        return "none"
    if result["path"] == "relayed":
        return f"relay {result['first_ms']}"
    direct = "-" if result["direct_ms"] is None else result["direct_ms"]
    return f"direct {result['first_ms']}" if not result["began_relayed"] else f"moved {result['first_ms']}/{direct}"


def matrix(results, providers, viewers):
    by_pair = {(r["provider"], r["viewer"]): r for r in results}
    rows = [["provider \\ viewer", *viewers]]
    for provider in providers:
        cells = [by_pair.get((provider, viewer)) for viewer in viewers]
        rows.append([provider, *(cell(found) if found else "" for found in cells)])
    return rows


def text(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip() for row in rows)


def summary(results):
    cones = [r for r in results if r["provider"] in CONES and r["viewer"] in CONES]
    return {
        "nat_pairs": len(cones),
        "nat_pairs_connected": sum(r["connected"] for r in cones),
        "nat_pairs_direct": sum(r["path"] == "direct" for r in cones),
        "all_pairs": len(results),
        "all_connected": sum(r["connected"] for r in results),
        "all_direct": sum(r["path"] == "direct" for r in results),
        "stalled_pairs": sum(r.get("stalled_ms", 0) > 0 for r in results),
    }


def main():
    options = argparse.ArgumentParser()
    options.add_argument("binary")
    options.add_argument("results")
    options.add_argument("--pairs", default="")
    options.add_argument("--delay", type=float, default=10)
    options.add_argument("--loss", type=float, default=0)
    given = options.parse_args()
    pairs = [tuple(p.split("/")) for p in given.pairs.split(",") if p]
    pairs = pairs or [(p, v) for p in KINDS for v in KINDS]
    kinds, named = [*KINDS, *FORWARDING, *COUNTING], {kind for two in pairs for kind in two}
    if named - set(kinds):
        sys.exit(f"no such kind of router: {', '.join(sorted(named - set(kinds)))}; there are {', '.join(kinds)}")
    if named & set(FORWARDING) and not MINIUPNPD:
        sys.exit("routers that forward ports when asked run miniupnpd, which is missing; scripts/setup.sh --tests installs it")
    providers = [kind for kind in kinds if kind in {p for p, _ in pairs}]
    viewers = [kind for kind in kinds if kind in {v for _, v in pairs}]
    relays = [Site(number, "none") for number in RELAYS]
    for relay in relays:
        relay.join(relay.host, f"{relay.address6}/64", "wan6")
    provider_sites = {kind: Site(10 + i, kind) for i, kind in enumerate(providers)}
    viewer_sites = {kind: Site(30 + i, kind) for i, kind in enumerate(viewers)}
    sites = [*relays, *provider_sites.values(), *viewer_sites.values()]
    ports = [port for site in sites for port in site.ports]
    running = [daemon for site in sites for daemon in site.daemons]
    try:
        hub = ["python3", HUB, "serve", str(given.delay), str(given.loss), *ports]
        running.append(subprocess.Popen(hub, start_new_session=True))
        addresses = []
        for relay in relays:
            listen = [f"/ip4/{relay.address}/udp/4001/quic-v1", f"/ip4/{relay.address}/tcp/4001"]
            listen.append(f"/ip6/{relay.address6}/udp/4001/quic-v1")
            process = started(relay.host, given.binary, "relay", *listen)
            running.append(process)
            addresses += first_line(process, "a relay")["addresses"]
        begun = {}
        for kind, site in provider_sites.items():
            begun[kind] = started(site.host, given.binary, "provider", SETTLES, *addresses)
            running.append(begun[kind])
        told = {kind: first_line(process, f"the provider {kind}") for kind, process in begun.items()}
        if os.environ.get("RUST_LOG"):
            print(json.dumps(told, indent=1), file=sys.stderr)
        relay_ips = [a for r in relays for a in (r.address, r.address6)]
        results = []
        for provider, viewer in pairs:
            result = pair(
                given.binary, provider_sites[provider], told[provider], viewer_sites[viewer], relay_ips
            )
            result["provider_class"] = told[provider]["class"]
            results.append(result)
            print(f"{provider} -> {viewer}: {cell(result)}", file=sys.stderr, flush=True)
    finally:
        for process in running:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
    rows = matrix(results, providers, viewers)
    report = {
        "delay_ms_each_way": given.delay,
        "loss_percent": given.loss,
        "relays": len(relays),
        "summary": summary(results),
        "provider_classes": {kind: told[kind]["class"] for kind in providers},
        "results": results,
        "matrix": rows,
    }
    with open(given.results, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")
    print(text(rows))
    print(json.dumps(report["summary"]))
    if not all(r["connected"] for r in results):
        sys.exit("not all pairs were connected")


if __name__ == "__main__":
    main()
