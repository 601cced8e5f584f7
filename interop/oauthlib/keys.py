"""Makes an RSA key of 2048 bits for one run: the private half and the public one, in the files given."""

import os
import sys

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
private, public = sys.argv[1:]
os.umask(0o077)
with open(private, "wb") as file:
    file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
with open(public, "wb") as file:
    file.write(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
