"""Does with requests-oauthlib what its documentation says, against the provider at the address given."""

import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import requests
from oauthlib.oauth1 import SIGNATURE_TYPE_AUTH_HEADER, SIGNATURE_TYPE_BODY, SIGNATURE_TYPE_QUERY
from requests_oauthlib import OAuth1, OAuth1Session
from requests_oauthlib.oauth1_session import TokenRequestDenied, VerifierMissing

BASE = sys.argv[1]
KEY, SECRET = "demo-consumer", "demo-consumer-secret"
METHODS = ["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "PLAINTEXT"]
# The sample API takes no POST, and says so only to a request whose signature holds; else it is 401.
NOT_ALLOWED = 405
PLACES = {"header": SIGNATURE_TYPE_AUTH_HEADER, "query": SIGNATURE_TYPE_QUERY, "body": SIGNATURE_TYPE_BODY}


def check(holds, what, seen=""):
    if not holds:
        sys.exit(f"  FAILED: {what} (got: {str(seen)[:300]})")
    print(f"  ok: {what}", flush=True)


def person(address, answer="approve"):
    """What the person sees at the end; the form's buttons are pressed by the shared script."""
    environment = {**os.environ, "PERSON_ANSWER": answer}
    command = [sys.executable, os.environ["BROWSER"], address]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment, timeout=60).stdout


class Listener:
    """Waits for the browser to come back, once."""

    def __init__(self):
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                listener.path = self.path
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.path = None
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/ready"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def by_callback(answer="approve"):
    listener = Listener()
    session = OAuth1Session(KEY, client_secret=SECRET, callback_uri=f"{listener.address}?x=1%2B2")
    session.fetch_request_token(f"{BASE}/_ah/OAuthGetRequestToken")
    person(session.authorization_url(f"{BASE}/_ah/OAuthAuthorizeToken"), answer)
    listener.server.shutdown()
    try:
        session.parse_authorization_response(f"http://127.0.0.1{listener.path}")
    except VerifierMissing:
        pass
    return session, listener.path


def by_code(**options):
    session = OAuth1Session(KEY, client_secret=SECRET, callback_uri="oob", **options)
    session.fetch_request_token(f"{BASE}/_ah/OAuthGetRequestToken")
    page = person(session.authorization_url(f"{BASE}/_ah/OAuthAuthorizeToken"))
    code = re.search('<code id="verifier">([^<]+)</code>', page).group(1)
    return session.fetch_access_token(f"{BASE}/_ah/OAuthGetAccessToken", verifier=code)


session, path = by_callback()
check("x=1%2B2" in path and "oauth_verifier=" in path, "the callback keeps its query and brings a verifier", path)
session.fetch_access_token(f"{BASE}/_ah/OAuthGetAccessToken")
answer = session.get(f"{BASE}/me")
check(answer.status_code == 200 and "alice" in answer.text, "three legs by callback, and a signed call", answer.text)

for method in METHODS:
    token = by_code(signature_method=method)
    kept = {"resource_owner_key": token["oauth_token"], "resource_owner_secret": token["oauth_token_secret"]}
    for place, signature_type in PLACES.items():
        session = OAuth1Session(KEY, client_secret=SECRET, signature_method=method, signature_type=signature_type, **kept)
        if place == "body":
            answer = session.post(f"{BASE}/me?in=query", data={"a": "1 2", "b": "é&=", "c": ""})
            check(answer.status_code == NOT_ALLOWED, f"{method} by code, signed in the {place}", answer.text)
        else:
            answer = session.get(f"{BASE}/me?q=a%20b&q=%C3%A9&b=&a~=%2B")
            check(answer.status_code == 200, f"{method} by code, signed in the {place}", answer.text)

token = by_code()
kept = {"resource_owner_key": token["oauth_token"], "resource_owner_secret": token["oauth_token_secret"]}
files = OAuth1Session(KEY, client_secret=SECRET, **kept).get(f"{BASE}/drive/v3/files", params={"pageSize": "2"})
check(files.status_code == 200 and "files" in files.json(), "the sample API's files", files.text)

once = requests.Request("GET", f"{BASE}/me", auth=OAuth1(KEY, client_secret=SECRET, **kept)).prepare()
wire = requests.Session()
first, again = wire.send(once), wire.send(once)
check(first.status_code == 200, "a prepared request is accepted", first.text)
check(again.status_code == 401 and "nonce_used" in again.text, "and its repetition is not: nonce_used", again.text)

changed = requests.Request("GET", f"{BASE}/me?a=1", auth=OAuth1(KEY, client_secret=SECRET, **kept)).prepare()
changed.url = changed.url.replace("a=1", "a=2")
refused = wire.send(changed)
check(refused.status_code == 401 and "signature_invalid" in refused.text, "a changed query: signature_invalid", refused.text)

form = requests.Request("POST", f"{BASE}/me", data={"a": "1"}, auth=OAuth1(KEY, client_secret=SECRET, **kept)).prepare()
form.body = b"a=2"
refused = wire.send(form)
check(refused.status_code == 401 and "signature_invalid" in refused.text, "a changed form: signature_invalid", refused.text)

for what, credentials in {
    "a wrong secret": {"client_key": KEY, "client_secret": "wrong"},
    "an unknown consumer": {"client_key": "nobody", "client_secret": SECRET},
}.items():
    try:
        OAuth1Session(**credentials, callback_uri="oob").fetch_request_token(f"{BASE}/_ah/OAuthGetRequestToken")
        check(False, f"{what} is refused")
    except TokenRequestDenied as error:
        check(error.status_code == 401, f"{what} is refused", error)

session, path = by_callback("deny")
check("oauth_verifier" not in path and "denied" in path, "a refusal comes back without a verifier", path)
