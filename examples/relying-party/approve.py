# STYRK_URL=… STYRK_KEY=… STYRK_ID=… python3 approve.py anna@regionx.example       (cryptography)
import base64, hashlib, json, os, secrets, sys, time, urllib.request
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

URL, KEY, OWN_ID = (os.environ[name] for name in ("STYRK_URL", "STYRK_KEY", "STYRK_ID"))
def call(path, body=None, **headers):
    request = urllib.request.Request(URL + path, body, {"Authorization": f"Bearer {KEY}", **headers})
    return json.load(urllib.request.urlopen(request))
def decode(text): return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
def number(data): return int.from_bytes(data, "big")

nonce = secrets.token_urlsafe(16)
body = json.dumps({"user": sys.argv[1], "nonce": nonce}).encode()
seen = call("/api/v1/sign-ins", body, **{"Content-Type": "application/json", "Idempotency-Key": nonce})
print("Number:", seen["number"], flush=True)
while seen["status"] != "ended": seen = call(f"/api/v1/sign-ins/{seen['id']}?wait=30")

signed, signature = seen["result"].rsplit(".", 1)
header, claims = (json.loads(decode(part)) for part in signed.split("."))
if (header["alg"], header["typ"]) != ("ES256", "styrk-result+jwt"): sys.exit("not a result")
key = next(key for key in call("/.well-known/jwks.json")["keys"] if key["kid"] == header["kid"])
public = ec.EllipticCurvePublicNumbers(number(decode(key["x"])), number(decode(key["y"])), ec.SECP256R1()).public_key()
r, s = decode(signature)[:32], decode(signature)[32:]
public.verify(utils.encode_dss_signature(number(r), number(s)), signed.encode(), ec.ECDSA(SHA256()))
asked = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")
expected = {"iss": URL, "aud": OWN_ID, "nonce": nonce, "request": seen["id"], "asked": asked}
if claims["exp"] <= time.time() or claims != {**claims, **expected}: sys.exit("not the result of this request")
sys.exit(f"not approved: {claims['end']}") if claims["end"] != "approved" else print("Approved:", claims["sub"])
