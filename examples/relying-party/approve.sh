#!/usr/bin/env bash
# STYRK_URL=… STYRK_KEY=… STYRK_ID=… bash approve.sh anna@regionx.example       (curl, jq, openssl)
set -euo pipefail
call() { curl -sS --fail-with-body -H @<(echo "Authorization: Bearer $STYRK_KEY") "$STYRK_URL$1" "${@:2}"; }
decode() { printf '%s%.*s' "$1" $(((4 - ${#1} % 4) % 4)) === | basenc --base64url -d; }
hex() { decode "$1" | basenc --base16 -w0; }
work=$(mktemp -d) && trap 'rm -r "$work"' EXIT
nonce=$(openssl rand -hex 16)
body=$(jq -nc --arg user "$1" --arg nonce "$nonce" '{$user, $nonce}')
seen=$(call /api/v1/sign-ins -H "Content-Type: application/json" -H "Idempotency-Key: $nonce" -d "$body")
id=$(jq -r .id <<<"$seen")
echo "Number: $(jq -r .number <<<"$seen")"
until [ "$(jq -r .status <<<"$seen")" = ended ]; do seen=$(call "/api/v1/sign-ins/$id?wait=30"); done

IFS=. read -r head claims signature <<<"$(jq -r .result <<<"$seen")"
kid=$(decode "$head" | jq -r 'select(.alg == "ES256" and .typ == "styrk-result+jwt").kid')
read -r x y < <(call /.well-known/jwks.json | jq -r --arg kid "$kid" '.keys[] | select(.kid == $kid) | "\(.x) \(.y)"')
rs=$(hex "$signature")
printf 'asn1=SEQUENCE:s\n[s]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' "${rs:0:64}" "${rs:64}" >"$work/asn1"
openssl asn1parse -genconf "$work/asn1" -noout -out "$work/signature"
echo "3059301306072A8648CE3D020106082A8648CE3D03010703420004$(hex "$x")$(hex "$y")" | basenc --base16 -d >"$work/key"
printf %s "$head.$claims" | openssl dgst -sha256 -keyform DER -verify "$work/key" -signature "$work/signature" >&2

asked=$(printf %s "$body" | openssl dgst -sha256 -binary | basenc --base64url | tr -d =)
expected=$(jq -nc --arg iss "$STYRK_URL" --arg aud "$STYRK_ID" --arg nonce "$nonce" --arg request "$id" \
  --arg asked "$asked" '{$iss, $aud, $nonce, $request, $asked}')
decode "$claims" | jq -r --argjson expected "$expected" 'if .exp <= now or . != . + $expected
  then error("not the result of this request") elif .end != "approved" then error("not approved: " + .end)
  else "Approved: " + .sub end'
