// STYRK_URL=… STYRK_KEY=… STYRK_ID=… node approve.mjs anna@regionx.example
import { createHash, createPublicKey, randomBytes, verify } from "node:crypto";
const { STYRK_URL: url, STYRK_KEY: apiKey, STYRK_ID: ownId } = process.env;
const call = async (path, { headers, ...rest } = {}) => {
  const reply = await fetch(url + path, { ...rest, headers: { authorization: `Bearer ${apiKey}`, ...headers } });
  if (!reply.ok) throw new Error(await reply.text());
  return reply.json();
};

const nonce = randomBytes(16).toString("base64url");
const body = JSON.stringify({ user: process.argv[2], nonce });
const headers = { "content-type": "application/json", "idempotency-key": nonce };
let seen = await call("/api/v1/sign-ins", { method: "POST", headers, body });
console.log("Number:", seen.number);
while (seen.status !== "ended") seen = await call(`/api/v1/sign-ins/${seen.id}?wait=30`);

const parts = seen.result.split(".");
const [header, claims] = parts.slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));
const jwk = (await call("/.well-known/jwks.json")).keys.find(({ kid }) => kid === header.kid);
const key = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
const signature = Buffer.from(parts[2], "base64url");
const genuine = verify("sha256", `${parts[0]}.${parts[1]}`, key, signature);
const asked = createHash("sha256").update(body).digest("base64url");
const expected = { iss: url, aud: ownId, nonce, request: seen.id, asked };
const typed = header.alg === "ES256" && header.typ === "styrk-result+jwt";
const ours = claims.exp > Date.now() / 1000 && Object.keys(expected).every((name) => claims[name] === expected[name]);
if (!genuine || !typed || !ours) throw new Error("not the result of this request");
if (claims.end !== "approved") throw new Error(`not approved: ${claims.end}`);
console.log("Approved:", claims.sub);
