"""Sends what `countersign oauth1 sign --json` printed, and prints the status and the answer.

Arguments: the method, and the place of the signature: header, query or body.
"""

import json
import sys
import urllib.error
import urllib.request

method, place = sys.argv[1:]
signed = json.load(sys.stdin)
data = signed["body"].encode() if signed["body"] is not None else None
request = urllib.request.Request(signed["url"], data=data, method=method)
if place == "header":
    request.add_header("Authorization", signed["authorization"])
try:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as response:
        print(response.status, response.read().decode())
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode(errors="replace"))
