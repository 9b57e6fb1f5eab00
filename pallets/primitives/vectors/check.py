#!/usr/bin/env python3
"""Recomputes the committed vectors from their inputs, without any code of this project.

Standard library only. Says what it checked and ends with 1 at the first difference.
"""

import json
import struct
import sys
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
CHECKED = 0


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def same(what, computed, committed):
    global CHECKED
    CHECKED += 1
    if isinstance(computed, bytes):
        computed = computed.hex()
    if computed != committed:
        sys.exit(f"{what}: computed {computed}, committed {committed}")


def h(*parts):
    return sha256(b"".join(parts)).digest()


def raw(text):
    return bytes.fromhex(text)


def u8(value):
    return struct.pack("<B", value)


def u16(value):
    return struct.pack("<H", value)


def u32(value):
    return struct.pack("<I", value)


def u64(value):
    return struct.pack("<Q", int(value))


def u128(value):
    return int(value).to_bytes(16, "little")


def compact(length):
    """SCALE's compact integer, as it stands before a list."""
    if length < 1 << 6:
        return u8(length << 2)
    if length < 1 << 14:
        return u16(length << 2 | 1)
    return u32(length << 2 | 2)


# --- RFC 6962 -------------------------------------------------------------------------------------


def leaf_hash(content):
    return h(b"\0", content)


def split_of(count):
    """Largest power of two below count."""
    return 1 << (count - 1).bit_length() - 1


def root(leaves):
    if not leaves:
        return h()
    if len(leaves) == 1:
        return leaves[0]
    k = split_of(len(leaves))
    return h(b"\1", root(leaves[:k]), root(leaves[k:]))


def proof(leaves, index):
    if len(leaves) == 1:
        return []
    k = split_of(len(leaves))
    if index < k:
        return proof(leaves[:k], index) + [root(leaves[k:])]
    return proof(leaves[k:], index - k) + [root(leaves[:k])]


def check_merkle():
    for tree in load("merkle")["trees"]:
        leaves = [leaf_hash(u32(n)) for n in range(tree["count"])]
        same("root", root(leaves), tree["root"])
        for index, committed in enumerate(tree["proofs"]):
            same("proof", [node.hex() for node in proof(leaves, index)], committed)


# --- Possession and nonce -------------------------------------------------------------------------


def stream(name, length):
    blocks = range((length + 31) // 32)
    return b"".join(h(name.encode(), u32(block)) for block in blocks)[:length]


def check_possession():
    vectors = load("possession")
    for v in vectors["chains"]:
        plaintext = stream(v["name"], v["length"])
        leaves = [plaintext[at : at + 1024] for at in range(0, len(plaintext), 1024)]
        same("leaves", len(leaves), v["leaves"])
        same("plain root", root([leaf_hash(leaf) for leaf in leaves]), v["plain_root"])
        cell = h(b"chainflix/cell", raw(v["magnet"]), u8(v["rendition"]), u16(v["index"]))
        same("cell id", cell, v["cell_id"])
        viewer, code = raw(v["viewer"]), raw(v["play_code"])
        acc, indices = h(b"chainflix/possession-start/1", raw(v["constant"]), code, viewer, cell), []
        same("start", acc, v["start"])
        for j in range(8):
            begin, end = j * len(leaves) // 8, (j + 1) * len(leaves) // 8
            index = begin + struct.unpack("<Q", acc[:8])[0] % (end - begin)
            indices.append(index)
            acc = h(b"chainflix/possession-step/1", u8(j), acc, leaves[index])
        same("indices", indices, v["indices"])
        same("acc", acc, v["acc"])
        before = b"chainflix/nonce/1" + raw(v["genesis"]) + acc + viewer + cell + code + u32(v["cycle"])
        digest = h(before, u64(v["nonce"]))
        same("nonce hash", digest, v["nonce_hash"])
        same("difficulty", int.from_bytes(digest, "big") >> (256 - vectors["difficulty"]), 0)
        earlier = (n for n in range(int(v["nonce"])) if h(before, u64(n))[:2] == b"\0\0")
        same("no earlier nonce", next(earlier, None), None)


# --- Messages -------------------------------------------------------------------------------------


def check_delegation():
    v = load("delegation")
    keys = ["genesis", "account", "session_key", "exchange_key"]
    rounds = v["first_round"], v["last_round"]
    lines = "\n".join([v[key] for key in keys] + [f"{r:08x}" for r in rounds])
    same("text", f"<Bytes>chainflix session 1\n{lines}\n</Bytes>", v["text"])
    encoded = b"".join([raw(v[key]) for key in keys] + [u32(r) for r in rounds])
    same("delegation", encoded, v["scale"])
    hashed = h(b"chainflix/delegation/1", encoded)
    same("delegation hash", hashed, v["hash"])
    session = v["session"]
    genesis, verifier = raw(v["genesis"]), raw(session["verifier"])
    transcript = genesis + verifier + hashed + raw(session["encapsulated"])
    same("transcript", b"chainflix/session-open/1" + transcript, session["transcript"])
    same("info", b"chainflix/session-info/1" + genesis + verifier, session["hpke_info"])
    same("nonce", bytes(4) + struct.pack(">Q", 258), session["nonce_of_message_258"])


def check_ticket():
    v = load("ticket")
    encoded = b"".join(
        [u8(v["version"]), raw(v["issuer"]), u32(v["round"]), u32(v["index"]), raw(v["viewer"])]
        + [raw(v["delegation"]), raw(v["video"]), u16(v["minute"]), u8(v["rendition"])]
        + [u64(v["issue_ms"]), raw(v["constant"]), raw(v["play_code"])]
    )
    genesis = raw(v["genesis"])
    same("ticket", encoded, v["scale"])
    same("ticket leaf", leaf_hash(encoded), v["leaf_hash"])
    same("ticket payload", b"chainflix/ticket/1" + genesis + encoded, v["signing_payload"])
    a = v["acceptance"]
    accepted = genesis + raw(v["issuer"]) + leaf_hash(encoded) + u32(a["round"])
    same("acceptance", b"chainflix/acceptance/1" + accepted, a["signing_payload"])


def check_receipt():
    v = load("receipt")
    t = v["terms"]
    terms = b"".join(
        [u8(t["version"]), raw(t["genesis"]), raw(t["issuer"]), u32(t["epoch"]), raw(t["viewer"])]
        + [raw(t["session_key"]), raw(t["video"]), u16(t["cell"]), u8(t["rendition"])]
        + [u32(t["provider"]), u32(t["round"]), u64(t["expires_ms"]), u64(t["max_bytes"])]
    )
    same("terms", terms, v["terms_scale"])
    token = terms + raw(v["seal_nonce"]) + raw(v["sealed_download_key"])
    same("token", token, v["scale"])
    token_id = h(b"chainflix/token/1", token)
    same("token id", token_id, v["token_id"])
    opened = b"chainflix/delivery/1" + raw(t["genesis"]) + token_id + raw(v["peer_id"])
    same("delivery", opened, v["delivery_payload"])
    total = raw(t["genesis"]) + token_id + u64(v["bytes"])
    same("provider's receipt", b"chainflix/receipt/1" + total, v["provider_payload"])
    same("countersignature", b"chainflix/countersignature/1" + total, v["viewer_payload"])


def view_claim(v):
    parts = [u8(v["version"]), raw(v["viewer"]), raw(v["delegation"]), raw(v["video"])]
    parts += [u16(v["minute"]), u8(v["rendition"]), u64(v["issue_ms"]), raw(v["constant"])]
    parts += [raw(v["play_code"]), raw(v["acc"]), u64(v["nonce"]), compact(len(v["deliveries"]))]
    parts += [u32(provider) + u32(count) for provider, count in v["deliveries"]]
    parts += [compact(len(v["enhancements"]))] + [u32(shown) for shown in v["enhancements"]]
    ad = v["ad"]
    if ad is None:
        parts.append(b"\0")
    else:
        parts += [b"\1", u32(ad["campaign"]), raw(ad["host_video"]), u8(ad["clicked"])]
    return b"".join(parts)


def check_view():
    vectors = load("view")
    for v in vectors["views"]:
        claim = view_claim(v)
        same("claim", claim, v["claim_scale"])
        payload = b"chainflix/view/1" + raw(vectors["genesis"]) + claim
        same("claim payload", payload, v["signing_payload"])
        issuers = u32(v["elapsed_ms"]) + u32(v["ticket_index"]) + raw(v["address_tag"])
        leaf = claim + raw(v["signature"]) + issuers
        same("leaf", leaf, v["leaf_scale"])
        same("leaf hash", leaf_hash(leaf), v["leaf_hash"])
        same("personal leaf", leaf_hash(raw(v["voter"]) + leaf), v["personal_leaf_hash"])


def check_report():
    v = load("report")
    payload = b"chainflix/report/1" + raw(v["genesis"]) + raw(v["scale"])
    same("report payload", len(payload), v["signing_payload_length"])
    same("report payload", h(payload), v["signing_payload_sha256"])
    header = u32(v["round"]) + raw(v["verifier"]) + raw(v["header_scale"])
    same("header in its cycle", leaf_hash(header), v["cycle_leaf_hash"])
    for part in ["header_scale", "verdicts_scale", "opening_scale", "earnings_scale"]:
        same(part, v["scale"].count(v[part]), 1)


def check_controller():
    v = load("controller")
    genesis, key, video = raw(v["genesis"]), raw(v["controller"]), raw(v["video"])
    providers = compact(len(v["providers"])) + b"".join(u32(p) for p in v["providers"])
    sources = genesis + key + video + u8(v["rendition"]) + u16(v["cell"]) + providers
    sources += u64(v["expires_ms"])
    same("sources", b"chainflix/sources/1" + sources, v["signing_payload"])
    same("grant", b"chainflix/grant/1" + raw(v["grant_scale"]), v["grant_payload"])
    text = b"chainflix/new-video/1" + genesis + key + video + u64(v["expires_ms"])
    same("new video", b"<Bytes>" + text + b"</Bytes>", v["new_video_text"])


def check_verifier():
    v = load("verifier")
    who = raw(v["genesis"]) + raw(v["verifier"])
    announced = b"chainflix/announcement/1" + who + raw(v["announcement_scale"])
    same("announcement", announced, v["announcement_payload"])
    label, epoch = b"chainflix/set-secret/1", u32(v["epoch"])
    commitment = h(label, b"/commitment", epoch, raw(v["secret"]))
    same("commitment", commitment, v["commitment"])
    for variant, name in enumerate(["commit_payload", "acknowledge_payload"]):
        duty = u8(variant) + epoch + commitment
        same(name, label + b"/vote" + who + duty, v[name])
    beat = v["heartbeat"]
    bits = bytearray(128)
    for provider in beat["alive"]:
        place = provider - 1024 * beat["page"]
        bits[place // 8] |= 1 << place % 8
    bits = bytes(bits).rstrip(b"\0")
    scale = u8(1) + u32(beat["period"]) + u32(beat["page"]) + compact(len(bits)) + bits
    same("heartbeat", scale, beat["scale"])
    same("heartbeat payload", b"chainflix/heartbeat/1" + who + scale, beat["payload"])
    same("report key", b"chainflix/duty/report/\0\0\x4e\x21", v["report_key_of_round_20001"])


# --- Proofs against verifiers ---------------------------------------------------------------------


def hashes(path):
    return compact(len(path)) + b"".join(raw(node) for node in path)


def placed(v):
    same("placed leaf", leaf_hash(raw(v["leaf_scale"])), v["leaf_hash"])
    return u32(v["index"]) + raw(v["leaf_scale"]) + hashes(v["path"])


def optional(v, encode):
    return b"\0" if v is None else b"\1" + encode(v)


KINDS = ["WrongNonce", "OutsideWindow", "TicketElsewhere", "SameMinute", "Overlap", "NotAssigned"]
KINDS += ["VideoInactive", "WrongPossession", "EnhancementInactive"]


def evidence(kind, v):
    if kind == "TicketElsewhere":
        return b"\0" if v["hash"] is None else b"\1" + raw(v["hash"]) + hashes(v["path"])
    if kind in ("SameMinute", "Overlap"):
        return u32(v["round"]) + placed(v["placed"])
    if kind == "WrongPossession":
        openings = compact(len(v["openings"]))
        for opening in v["openings"]:
            leaf = raw(opening["leaf"])
            openings += compact(len(leaf)) + leaf + hashes(opening["path"])
        return raw(v["cell_scale"]) + hashes(v["cell_path"]) + openings
    if kind == "EnhancementInactive":
        return u32(v["enhancement"])
    return b""


def check_fault():
    vectors = load("fault")
    same("kinds", sorted({v["kind"] for v in vectors}), sorted(KINDS))
    for v in vectors:
        number = u8(KINDS.index(v["kind"]))
        same("kind", number, v["kind_scale"])
        encoded = raw(v["issuer"]) + u32(v["round"]) + placed(v["leaf"])
        same("fault proof", encoded + number + evidence(v["kind"], v["evidence"]), v["scale"])
        # An earlier body, or what only openings show, is nothing that a body shows by itself.
        other = v["evidence"].get("round", v["round"])
        shown = v["kind"] != "WrongPossession" and other == v["round"]
        same("shown by the body", shown, v["shown_by_body"])


def check_missing():
    v = load("missing")
    ticket, genesis = raw(v["ticket_scale"]), raw(v["genesis"])
    same("missing ticket", leaf_hash(ticket), v["ticket_leaf_hash"])
    a, c = v["acceptance"], v["certificate"]
    accepted = raw(a["issuer"]) + leaf_hash(ticket) + u32(a["round"])
    payload = b"chainflix/acceptance/1" + genesis + accepted
    same("missing acceptance", payload, a["signing_payload"])
    announcement = raw(c["announcement_scale"])
    payload = b"chainflix/announcement/1" + genesis + raw(a["issuer"]) + announcement
    same("certified announcement", payload, c["announcement_payload"])
    same("certificate", payload + u32(c["sequence"]), c["signing_payload"])
    certificate = announcement + u32(c["sequence"]) + u32(c["round"]) + raw(c["signature"])
    absences = compact(len(v["absences"]))
    for absence in v["absences"]:
        absences += u32(absence["round"])
        absences += optional(absence["before"], placed) + optional(absence["after"], placed)
    encoded = ticket + accepted + raw(a["signature"]) + certificate + u32(v["first"]) + absences
    same("missing view", encoded, v["scale"])
    for case in v["carried"]:
        # 20 counted rounds, and no more than a cycle; a cycle shorter than 20 rounds shortens nothing.
        oldest = max(0, case["round"] - max(20, case["length"]))
        same("carried from", max(oldest, case["twentieth"] or 0), case["carried_from"])


# --- Manifest and draws ---------------------------------------------------------------------------


def check_manifest():
    v = load("manifest")
    same("magnet", h(raw(v["scale"])), v["magnet"])
    leaves = []
    for e in v["entries"]:
        entry = u8(e["rendition"]) + u16(e["index"]) + u32(e["playtime_ms"]) + u32(e["bytes"])
        entry += raw(e["plain_root"]) + raw(e["cipher_root"])
        same("cell entry", entry, e["scale"])
        same("cell entry in the manifest", v["scale"].count(e["scale"]), 1)
        leaves.append(leaf_hash(entry))
        same("cell entry's leaf", leaves[-1], e["leaf_hash"])
    same("manifest root", root(leaves), v["root"])


def check_draws():
    v = load("draws")
    preimages = [raw(p) for p in v["preimages"]]
    commitments = [h(b"chainflix/commitment/1", p).hex() for p in preimages]
    same("commitments", commitments, v["commitments"])
    draw = h(b"chainflix/draw/1", u32(v["round"]), *preimages)
    same("draw", draw, v["draw"])
    for case in v["drawn_leaves"]:
        drawn = [
            struct.unpack("<Q", h(b"chainflix/drawn-leaf/1", draw, raw(v["root"]), u32(k))[:8])[0]
            % case["count"]
            for k in range(4)
        ]
        same("drawn leaves", drawn, case["by_number"])
        same("opened leaves", sorted(set(drawn)), case["opened"])
    same("first seed", h(b"chainflix/first-seed/1"), v["first_cycle_seed"])
    for case in v["assignments"]:
        viewer, seed = raw(case["viewer"]), raw(v["seed"])
        ranks = [(h(b"chainflix/assignment/1", seed, viewer, raw(n)), n) for n in v["verifiers"]]
        same("assigned", [name for _, name in sorted(ranks, reverse=True)[:2]], case["assigned"])


# --- Money ----------------------------------------------------------------------------------------

CFX = 10**12
# Rounds of 43.2 s between halvings, number of halvings, first round that mints nothing.
PRESETS = {
    "whitepaper": (730_000, 1, 29_200_000),
    "geometric": (2_160_000, 1_000, None),
    "dev": (100, 3, None),
}


def check_emission():
    for v in load("emission"):
        factor = 43_200 // v["round_ms"]
        every, halvings, end = PRESETS[v["preset"]]
        every, end = every * factor, end * factor if end else None

        def reward(at):
            if end is not None and at >= end:
                return 0
            return (135 * CFX // factor) >> min(at // every, halvings)

        def cumulative(before):
            total, at = 0, 0
            while at < before and reward(at):
                era_end = (at // every + 1) * every if at // every < halvings else before
                upto = min(before, era_end, end or before)
                total += (upto - at) * reward(at)
                at = upto
            return total

        for row in v["rows"]:
            same("reward", str(reward(row["round"])), row["reward"])
            same("cumulative", str(cumulative(row["round"])), row["cumulative"])


def check_split():
    v = load("split")
    roles = ["viewer", "enhancers", "verifier", "storage", "supervisor"]
    for case in v["ratios"]:
        amount, ratio = int(case["amount"]), case["ratio"]
        same("ratio", sum(ratio.values()), 1_000_000)
        parts = {role: amount * ratio[role] // 1_000_000 for role in roles}
        parts["producer"] = amount - sum(parts.values())
        for role, part in parts.items():
            same(role, str(part), case[role])
    for case in v["verifier"]:
        amount, n = int(case["amount"]), case["reporters"]
        parts = [amount // 2] + [(amount - amount // 2) // n] * n if n else [amount]
        same("verifier parts", [str(part) for part in parts], case["issuer_then_reporters"])
    for case in v["enhancers"]:
        amount, shown = int(case["amount"]), case["shown"]
        same("enhancer parts", [str(amount // shown)] * shown if shown else [], case["parts"])


def check_settlement():
    v = load("settlement")
    for r in v["rounds"]:
        playtimes = r["playtimes_ms"]
        median = sorted(playtimes)[(len(playtimes) - 1) // 2]
        same("median", median, r["median_ms"])
        weights = [min(p, max(2 * median, 1_200_000)) for p in playtimes]
        same("weights", weights, r["weights_ms"])
        emission, total = int(r["emission"]), sum(weights)
        rewards = [emission * w // total for w in weights]
        same("block rewards", [str(x) for x in rewards], r["block_rewards"])
        minutes = [str(x * 60_000 // p) if p else None for x, p in zip(rewards, playtimes)]
        same("a minute", minutes, r["value_of_a_minute"])
        capped = min(emission, total * (CFX // 100) // 1000)
        same("rate", str(capped), r["round_reward_at_0_01_cfx_per_second"])
    for p in v["producers"]:
        all_ms = sum(p["playtimes_ms"])
        cap = max(all_ms // 5, min(all_ms, 2 * all_ms // len(p["playtimes_ms"])))
        same("producer cap", cap, p["cap_ms"])
        values = [int(p["value"]) * cap // own if own > cap else int(p["value"]) for own in p["playtimes_ms"]]
        same("capped values", [str(value) for value in values], p["values"])
    for a in v["approvals"]:
        same("approval", 100 * a["approvals"] > 51 * a["eligible"], a["approved"])


def check_earnings():
    v = totals_of("earnings")
    same("sum of values", str(values_of(v)), v["sum"])


def check_earnings_with_ads():
    v = totals_of("earnings_with_ads")
    for ad in v["campaigns"]:
        costs = [int(view["cost"]) for view in ad["views"]]
        same("debits", str(sum(costs)), ad["debits"])
        paid = min(int(ad["balance"]), int(ad["limit_per_round"]), sum(costs))
        same("paid", str(paid), ad["paid"])
        for view in ad["views"]:
            value = int(view["cost"]) * paid // sum(costs)
            same("ad view", str(value), view["value"])
    # Ads take nothing from what is watched; what excluded views don't earn is the advertisers'.
    paid = sum(int(ad["paid"]) for ad in v["campaigns"])
    same("sum with ads", str(values_of(load("earnings")) + paid), v["sum"])


def values_of(v):
    return sum(int(o.get("value", 0)) for block in v["outcomes"] for o in block)


def totals_of(name):
    v = load(name)
    leaves = [leaf_hash(raw(t["account"]) + u128(t["total"])) for t in v["totals"]]
    same("order", [t["account"] for t in v["totals"]], sorted(t["account"] for t in v["totals"]))
    for index, total in enumerate(v["totals"]):
        same("earnings leaf", leaves[index], total["leaf_hash"])
        same("earnings proof", [node.hex() for node in proof(leaves, index)], total["proof"])
    same("earnings root", root(leaves), v["root"])
    same("sum of totals", str(sum(int(t["total"]) for t in v["totals"])), v["sum"])
    return v


def check_refusals():
    same("codes", [r["code"] for r in load("refusals")], list(range(43)))


def main():
    checks = {name[6:]: check for name, check in globals().items() if name.startswith("check_")}
    files = {path.stem for path in FOLDER.glob("*.json")}
    same("a check for every file", sorted(checks), sorted(files))
    for check in checks.values():
        check()
    print(f"{CHECKED} values of {len(files)} files come out")


if __name__ == "__main__":
    main()
