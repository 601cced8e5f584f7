"""Authlib's OAuth 1.0a provider, on a free loopback port, for one run of the check.

Its argument is the file of the RSA client's public key.
Prints `READY URL` when it listens and ends when its standard input does.
"""

import os
import sys
import threading
from urllib.parse import parse_qs

from authlib.integrations.flask_oauth1 import (
    AuthorizationServer,
    ResourceProtector,
    create_exists_nonce_func,
    current_credential,
    register_nonce_hooks,
    register_temporary_credential_hooks,
)
from flask import Flask, jsonify, request
from werkzeug.serving import make_server

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"


class Cache(dict):
    def set(self, key, value, timeout=None):
        self[key] = value

    def delete(self, key):
        self.pop(key, None)

    def has(self, key):
        return key in self


class Client:
    def __init__(self, public_key=None):
        self.public_key = public_key

    def get_client_secret(self):
        return None if self.public_key else "interop-consumer-secret"

    def get_default_redirect_uri(self):
        return "oob"

    def get_rsa_public_key(self):
        return self.public_key


class User:
    def get_user_id(self):
        return "ann"


class Token:
    def __init__(self, token, user):
        self.token, self.user = token, user

    def get_oauth_token(self):
        return self.token["oauth_token"]

    def get_oauth_token_secret(self):
        return self.token["oauth_token_secret"]


def query_client(client_id):
    return clients.get(client_id)


def create_token_credential(token, temporary):
    tokens[token["oauth_token"]] = Token(token, temporary["user_id"])
    return tokens[token["oauth_token"]]


with open(sys.argv[1], encoding="ascii") as file:
    clients = {"interop consumer/+é": Client(), "interop-rsa": Client(file.read())}
tokens = {}
cache = Cache()
app = Flask(__name__)
app.config["OAUTH1_SUPPORTED_SIGNATURE_METHODS"] = ["HMAC-SHA1", "PLAINTEXT", "RSA-SHA1"]
server = AuthorizationServer(app, query_client=query_client)
register_nonce_hooks(server, cache)
register_temporary_credential_hooks(server, cache)
server.register_hook("create_token_credential", create_token_credential)
protect = ResourceProtector(
    app,
    query_client=query_client,
    query_token=lambda client_id, token: tokens.get(token),
    exists_nonce=create_exists_nonce_func(cache),
)

PAGE = """<!doctype html><title>Allow</title><form method="post">
<button name="decision" value="approve">Allow</button><button name="decision" value="deny">Deny</button></form>"""


@app.post("/initiate")
def initiate():
    return server.create_temporary_credentials_response()


@app.get("/authorize")
def ask():
    # The form goes back to the same address: Authlib takes `oauth_token` from one place alone.
    return PAGE


@app.post("/authorize")
def answer():
    user = User() if request.form.get("decision") == "approve" else None
    response = server.create_authorization_response(grant_user=user)
    location = response.headers.get("Location", "")
    if location.startswith("oob?"):
        # Authlib redirects to `oob` itself; a page that shows the code is left to the application.
        return f"<p>Your code is <b>{parse_qs(location)['oauth_verifier'][0]}</b></p>"
    return response


@app.post("/token")
def token():
    return server.create_token_response()


@app.route("/me", methods=["GET", "POST"])
@protect()
def me():
    return jsonify(user=current_credential.user, form=request.form.to_dict(), query=request.args.to_dict())


listener = make_server("127.0.0.1", 0, app, threaded=True)
print(f"READY http://127.0.0.1:{listener.server_port}", flush=True)
threading.Thread(target=lambda: (sys.stdin.read(), listener.shutdown()), daemon=True).start()
listener.serve_forever()
