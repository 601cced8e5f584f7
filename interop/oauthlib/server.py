"""oauthlib's OAuth 1.0a provider behind a small server on a free loopback port, for one run of the check.

Prints `READY URL` when it listens and ends when its standard input does. With a file name as argument it
knows a client with that public key.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from oauthlib.oauth1 import RequestValidator, WebApplicationServer
from oauthlib.oauth1.rfc5849.errors import OAuth1Error

SECRETS = {"interop consumer/+é": "interop-consumer-secret", "interop-rsa": ""}
NOBODY = "nobody"


class Validator(RequestValidator):
    enforce_ssl = False
    nonce_length = (16, 64)
    dummy_client = dummy_request_token = dummy_access_token = NOBODY

    def __init__(self):
        super().__init__()
        self.temporary, self.tokens, self.nonces = {}, {}, set()

    def check_client_key(self, client_key):
        return bool(client_key)

    def get_client_secret(self, client_key, request):
        return SECRETS.get(client_key, NOBODY)

    def get_rsa_key(self, client_key, request):
        with open(sys.argv[1], encoding="ascii") as file:
            return file.read()

    def get_request_token_secret(self, client_key, token, request):
        return self.temporary.get(token, {}).get("oauth_token_secret", NOBODY)

    def get_access_token_secret(self, client_key, token, request):
        return self.tokens.get(token, {}).get("oauth_token_secret", NOBODY)

    def get_default_realms(self, client_key, request):
        return []

    def get_realms(self, token, request):
        return []

    def validate_client_key(self, client_key, request):
        # A client with a key signs with it, and nobody else may: an empty secret is one that everybody knows.
        return client_key in SECRETS and (client_key == "interop-rsa") == request.signature_method.startswith("RSA-")

    def validate_timestamp_and_nonce(
        self, client_key, timestamp, nonce, request, request_token=None, access_token=None
    ):
        use = (client_key, timestamp, nonce, request_token or access_token)
        fresh = use not in self.nonces
        self.nonces.add(use)
        return fresh

    def validate_requested_realms(self, client_key, realms, request):
        return True

    def validate_redirect_uri(self, client_key, redirect_uri, request):
        return redirect_uri == "oob" or redirect_uri.startswith("http://127.0.0.1:")

    def save_request_token(self, token, request):
        kept = {**token, "client": request.client_key, "callback": request.redirect_uri}
        self.temporary[token["oauth_token"]] = kept

    def validate_request_token(self, client_key, token, request):
        return self.temporary.get(token, {}).get("client") == client_key

    def verify_request_token(self, token, request):
        return token in self.temporary

    def verify_realms(self, token, realms, request):
        return True

    def get_redirect_uri(self, token, request):
        return self.temporary[token]["callback"]

    def save_verifier(self, token, verifier, request):
        self.temporary[token]["verifier"] = verifier["oauth_verifier"]

    def validate_verifier(self, client_key, token, verifier, request):
        return self.temporary.get(token, {}).get("verifier") == verifier

    def save_access_token(self, token, request):
        self.tokens[token["oauth_token"]] = {**token, "client": request.client_key, "user": "ann"}

    def invalidate_request_token(self, client_key, request_token, request):
        del self.temporary[request_token]

    def validate_access_token(self, client_key, token, request):
        return self.tokens.get(token, {}).get("client") == client_key

    def validate_realms(self, client_key, token, request, uri=None, realms=None):
        return True


validator = Validator()
server = WebApplicationServer(validator)

# The token stays in the query: oauthlib refuses oauth_* parameters in two places here as well.
PAGE = """<!doctype html><title>Allow</title><form method="post">
<button name="decision" value="approve">Allow</button><button name="decision" value="deny">Deny</button></form>"""
FORM = "application/x-www-form-urlencoded"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.serve(None)

    def do_POST(self):
        self.serve(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def serve(self, body):
        uri = f"http://{self.headers['Host']}{self.path}"
        request = (uri, self.command, body, dict(self.headers))
        path = urlsplit(self.path).path
        try:
            if path == "/initiate":
                self.answer(*server.create_request_token_response(*request))
            elif path == "/authorize" and body is None:
                server.get_realms_and_credentials(*request)
                self.answer({"Content-Type": "text/html"}, PAGE, 200)
            elif path == "/authorize":
                self.decide(request, parse_qs(body))
            elif path == "/token":
                self.answer(*server.create_access_token_response(*request))
            else:
                self.resource(request)
        except OAuth1Error as error:
            self.answer({"Content-Type": FORM}, error.urlencoded, error.status_code)

    def decide(self, request, form):
        if form["decision"] == ["approve"]:
            headers, page, status = server.create_authorization_response(*request, realms=[])
            if status == 200:
                # oauthlib leaves the page that shows the code to the application.
                code = parse_qs(page)["oauth_verifier"][0]
                headers, page = {"Content-Type": "text/html"}, f"<p>Your code is <b>{code}</b></p>"
            self.answer(headers, page, status)
            return
        token = parse_qs(urlsplit(self.path).query)["oauth_token"][0]
        callback = validator.temporary.pop(token)["callback"]
        refusal = urlencode({"oauth_token": token, "oauth_problem": "permission_denied"})
        self.answer({"Location": f"{callback}{'&' if '?' in callback else '?'}{refusal}"}, None, 302)

    def resource(self, request):
        valid, seen = server.validate_protected_resource_request(*request)
        if not valid:
            self.answer({}, json.dumps(getattr(seen, "validator_log", None)), 401)
            return
        content_type = self.headers.get("Content-Type", "")
        sent = {
            "user": validator.tokens[seen.resource_owner_key]["user"],
            "signed": seen.signature_method,
            "query": parse_qsl(urlsplit(self.path).query, keep_blank_values=True),
            "form": parse_qsl(request[2] or "", keep_blank_values=True) if content_type == FORM else [],
        }
        self.answer({"Content-Type": "application/json"}, json.dumps(sent, ensure_ascii=False), 200)

    def answer(self, headers, body, status):
        body = (body or "").encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"READY http://127.0.0.1:{listener.server_port}", flush=True)
threading.Thread(target=lambda: (sys.stdin.read(), listener.shutdown()), daemon=True).start()
listener.serve_forever()
