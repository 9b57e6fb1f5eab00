"""What schemathesis can't know: headers that HTTP can carry, and what the controller that it talks to has on record.

What no server's parser lets through never reaches the controller's own code. Magnets and nodes that are made up are never
known: every other request is for one that is, so that what lies behind "not found" is reached too.
"""
import itertools
import json
import os
import re
import urllib.request

import schemathesis

TURNS = itertools.count()


def told(path):
    with urllib.request.urlopen(os.environ["CONTROLLER_URL"] + path, timeout=10) as answer:
        return json.load(answer)


# What is on record, and how it is written: what is wrong on purpose stays wrong.
KNOWN = {
    "magnet": ("[0-9a-f]{64}", [video["video"] for video in told("/v1/videos")]),
    "provider": ("[0-9]{1,9}", [node["provider"] for node in told("/v1/nodes")]),
}


@schemathesis.hook
def filter_headers(context, headers):
    return all(all(" " <= letter <= "~" for letter in str(value)) for value in (headers or {}).values())


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if path_parameters and next(TURNS) % 2:
        for name, (written, known) in KNOWN.items():
            if known and re.fullmatch(written, str(path_parameters.get(name, ""))):
                path_parameters[name] = known[0]
    return path_parameters
