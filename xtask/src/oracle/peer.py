"""Signs requests with oauthlib: one JSON document a line in, one a line out.

A first argument plants a mistake that the comparison must notice, or it proves nothing.
"""

import functools
import json
import re
import sys

from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import SIGNATURE_HMAC_SHA1, SIGNATURE_PLAINTEXT, signature

seen = {}
join = signature.signature_base_string
PLANTS = {
    "lower-case-escapes": lambda text: re.sub("%[0-9A-F]{2}", lambda found: found.group().lower(), text),
    "keep-default-port": lambda text: re.sub(r"(http%3A%2F%2F[^&%]+)(%2F)", r"\1%3A80\2", text, count=1),
    "plus-for-space": lambda text: text.replace("%2520", "%2B"),
    "unsorted": lambda text: re.sub("[^&]*$", lambda found: "%26".join(found.group().split("%26")[::-1]), text),
    "no-equals-sign": lambda text: re.sub("%3D(?=%26|$)", "", text),
}


def base_string(method, uri, parameters):
    text = join(method, uri, parameters)
    seen["base"] = PLANTS[plant](text) if plant else text
    return seen["base"]


class Exact(Client):
    """The client with what is otherwise fixed made a choice."""

    def get_oauth_params(self, request):
        found = super().get_oauth_params(request)
        return [pair for pair in found if self.case["version"] or pair[0] != "oauth_version"] + [
            tuple(pair) for pair in self.case["extra"]
        ]

    def get_oauth_signature(self, request):
        if self.signature_method == SIGNATURE_PLAINTEXT:
            # It takes no base string for PLAINTEXT, and the comparison wants one.
            self.signature_method = SIGNATURE_HMAC_SHA1
            super().get_oauth_signature(request)
            self.signature_method = SIGNATURE_PLAINTEXT
        seen["signature"] = super().get_oauth_signature(request)
        return seen["signature"]


def sign(case):
    client = Exact(
        case["client_key"],
        client_secret=case["client_secret"],
        resource_owner_key=case["token"],
        resource_owner_secret=case["token_secret"],
        callback_uri=case["callback"],
        signature_method=case["signature_method"],
        signature_type=case["place"],
        rsa_key=key,
        verifier=case["verifier"],
        nonce=case["nonce"],
        timestamp=case["timestamp"],
    )
    client.case = case
    headers = {}
    if case["content_type"] is not None:
        headers["Content-Type"] = case["content_type"]
    if case["host"] is not None:
        headers["Host"] = case["host"]
    seen.clear()
    try:
        uri, headers, body = client.sign(case["uri"], case["method"], case["body"], headers)
    except ValueError as error:
        return {"refused": str(error)[:200]}
    return {**seen, "uri": uri, "authorization": headers.get("Authorization"), "body": body}


plant = sys.argv[2] if len(sys.argv) > 2 else None
signature.signature_base_string = base_string
# It would read and check the key again for each signature.
signature._prepare_key_plus = functools.cache(signature._prepare_key_plus)
with open(sys.argv[1], encoding="utf-8") as file:
    key = file.read()
for line in sys.stdin.buffer:
    print(json.dumps(sign(json.loads(line))))
