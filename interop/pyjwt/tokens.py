"""Keys and tokens of PyJWT and of Authlib, and what the two make of a token of ours.

`tokens.py make DIRECTORY` writes for each algorithm a private key, its public half in PEM and as a JWK set, and a
token by each library; `tokens.py check LIBRARY ALGORITHM DIRECTORY` reads a token on standard input, and prints its
subject when the library accepts it.
"""

import base64
import json
import os
import pathlib
import sys
import time
import warnings

import jwt as pyjwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

warnings.simplefilter("ignore")
from authlib.jose import JsonWebKey, JsonWebToken  # noqa: E402

ISSUER = "https://issuer.example"
AUDIENCE = "https://api.example/é"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "HS256"]


def private_key(algorithm):
    if algorithm.startswith("ES"):
        return ec.generate_private_key(ec.SECP256R1() if algorithm == "ES256" else ec.SECP384R1())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def claims():
    now = int(time.time())
    return {"iss": ISSUER, "sub": "Zoë ☂", "aud": [AUDIENCE, "other"], "iat": now, "nbf": now, "exp": now + 300,
            "jti": "1", "nested": {"b": [1, None, True, 1.5], "a": ""}}


def make(directory):
    os.umask(0o077)
    for algorithm in ALGORITHMS:
        header = {"typ": "JWT", "alg": algorithm, "kid": algorithm}
        if algorithm == "HS256":
            secret = base64.urlsafe_b64encode(os.urandom(32)).decode()
            (directory / "HS256.secret").write_text(secret)
            signing, jwk = secret, JsonWebKey.import_key(secret, {"kty": "oct"})
        else:
            key = private_key(algorithm)
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            (directory / f"{algorithm}.pem").write_bytes(pem)
            (directory / f"{algorithm}.public.pem").write_bytes(public)
            signing, jwk = pem, JsonWebKey.import_key(pem, {"kid": algorithm})
            public_jwk = {**JsonWebKey.import_key(public).as_dict(), "kid": algorithm, "use": "sig", "alg": algorithm}
            (directory / f"{algorithm}.jwks").write_text(json.dumps({"keys": [public_jwk]}))
        token = pyjwt.encode(claims(), signing, algorithm=algorithm, headers={"kid": algorithm})
        (directory / f"{algorithm}.pyjwt").write_text(token)
        token = JsonWebToken([algorithm]).encode(header, claims(), jwk).decode()
        (directory / f"{algorithm}.authlib").write_text(token)


def check(library, algorithm, directory):
    token = sys.stdin.read().strip()
    name = "HS256.secret" if algorithm == "HS256" else f"{algorithm}.public.pem"
    key = (directory / name).read_text()
    if library == "pyjwt":
        options = {"require": ["iss", "aud", "exp", "iat"]}
        found = pyjwt.decode(token, key, algorithms=[algorithm], issuer=ISSUER, audience=AUDIENCE, options=options)
    else:
        key = JsonWebKey.import_key(key, {"kty": "oct"}) if algorithm == "HS256" else JsonWebKey.import_key(key)
        options = {"iss": {"essential": True, "value": ISSUER}, "aud": {"essential": True, "value": AUDIENCE}}
        found = JsonWebToken([algorithm]).decode(token, key, claims_options=options)
        found.validate()
    print(found["sub"])


def main():
    words = sys.argv[1:]
    if words[0] == "make":
        make(pathlib.Path(words[1]))
    else:
        check(words[1], words[2], pathlib.Path(words[3]))


main()
