//! Tokens that a relying party signs itself (`private_key_jwt`, RFC 7523), each good for one call.

use crate::keys::RingVerify;
use crate::remembered::Remembered;
use authenticator_protocol::code::{Bytes, Hash, decode, decode_array};
use authenticator_protocol::ids::RelyingPartyId;
use authenticator_protocol::json::{self, present};
use authenticator_protocol::keys::Verify as _;
use authenticator_protocol::time::{Millis, Seconds};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use signin::relying_party::{ApiKey, Proof};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Seconds that a token may be good for.
const LIFE: u64 = 300;

/// Seconds that a relying party's clock may be ahead.
const AHEAD: u64 = 30;

/// The longest `jti`, in bytes.
const LONGEST: usize = 255;

/// A token, read and not believed.
pub struct Token {
    /// Who says to have signed it.
    pub issuer: RelyingPartyId,
    claims: Claims,
    input: String,
    signature: [u8; 64],
}

#[derive(Serialize, Deserialize)]
struct Head {
    alg: String,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    typ: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    crit: Option<serde_json::Value>,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    iat: u64,
    exp: u64,
    jti: String,
}

/// The name of a token that was checked.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    jti: Hash,
    signed: Seconds,
    expires: Seconds,
}

impl Token {
    /// Reads one. `None` when it is none, or of another kind.
    pub fn parse(text: &str) -> Option<Self> {
        let (input, signature) = text.rsplit_once('.')?;
        let (head, claims) = input.split_once('.')?;
        let head: Head = json::read(&decode(head)?)?;
        let claims: Claims = json::read(&decode(claims)?)?;
        // RFC 7515 section 4.1.11: no extension is known here, and `null` is not absence.
        let plain = head.crit.is_none() && head.typ.is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
        (head.alg == "ES256" && plain && claims.iss == claims.sub).then_some(())?;
        let issuer = claims.iss.parse().ok()?;
        Some(Self { issuer, claims, input: input.to_owned(), signature: decode_array(signature)? })
    }

    /// Which of these keys has signed it.
    pub fn signed_by<'a>(&self, keys: &'a [ApiKey]) -> Option<&'a ApiKey> {
        keys.iter().find(|key| match &key.proof {
            Proof::Secret(_) => false,
            Proof::Signature(public) => RingVerify.verify(public, self.input.as_bytes(), &self.signature),
        })
    }

    /// Whether it is for this service, and good now.
    pub fn check(&self, audience: &str, now: Seconds) -> Result<Name, &'static str> {
        let Claims { aud, iat, exp, jti, .. } = &self.claims;
        if aud != audience {
            return Err("aud: must be this service's address");
        }
        if *iat > now.0.saturating_add(AHEAD) {
            return Err("iat: is in the future");
        }
        if *exp > iat.saturating_add(LIFE) {
            return Err("exp: more than 300 seconds after `iat`");
        }
        if *exp <= now.0 {
            return Err("exp: has passed");
        }
        if jti.is_empty() || jti.len() > LONGEST {
            return Err("jti: 1 to 255 bytes");
        }
        let jti = Bytes(Sha256::digest(jti).into());
        Ok(Name { jti, signed: Seconds(*iat), expires: Seconds(*exp) })
    }
}

/// The tokens that this node has seen since it started, so that none is good for a second call.
pub struct Tokens {
    started: Seconds,
    /// Of one relying party; more than its calls within a token's life.
    most: usize,
    seen: Mutex<HashMap<RelyingPartyId, Remembered<Hash, Seconds>>>,
}

impl Tokens {
    /// A node that starts at `now` and takes so many calls a second of each relying party.
    pub fn new(now: Millis, per_second: u32) -> Self {
        let most = (LIFE + 2 * AHEAD).saturating_mul(per_second.into());
        Self {
            started: now.seconds(),
            most: usize::try_from(most).unwrap_or(usize::MAX),
            seen: Mutex::default(),
        }
    }

    /// Uses a token up.
    pub fn use_up(&self, party: RelyingPartyId, token: Name, now: Seconds) -> Result<(), &'static str> {
        // What an earlier process of this node has seen is not known.
        if token.signed <= self.started {
            return Err("iat: before this service started; sign another");
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.entry(party).or_default();
        if seen.things.contains_key(&token.jti) {
            return Err("jti: was used before");
        }
        seen.tidy(self.most / 2, now, |expires| *expires > now);
        if seen.things.len() >= self.most {
            return Err("jti: too many are remembered");
        }
        seen.things.insert(token.jti, token.expires);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use authenticator_protocol::code::encode;

    #[test]
    fn each_is_used_once_and_none_from_before_the_start() {
        let tokens = Tokens::new(Millis(1_000_000), 1);
        let (party, other) = ([1, 2]).map(|n| RelyingPartyId::from_bytes([n; 16])).into();
        let token = |number: u32, signed| {
            let mut jti = [0; 32];
            jti[..4].copy_from_slice(&number.to_be_bytes());
            Name { jti: Bytes(jti), signed: Seconds(signed), expires: Seconds(signed + LIFE) }
        };
        let now = Seconds(1_000);
        assert!(tokens.use_up(party, token(1, 1_000), now).unwrap_err().starts_with("iat:"));
        assert_eq!(tokens.use_up(party, token(1, 1_001), now), Ok(()));
        assert!(tokens.use_up(party, token(1, 1_001), now).unwrap_err().starts_with("jti:"));
        assert_eq!(tokens.use_up(other, token(1, 1_001), now), Ok(()), "another's names are its own");
        let taken =
            (2..1_000).filter(|number| tokens.use_up(party, token(*number, 1_001), now).is_ok()).count();
        assert_eq!(taken, tokens.most - 1);
        assert_eq!(tokens.use_up(other, token(2, 1_001), now), Ok(()), "nor does one keep another out");
        // Those that have expired are forgotten, since their time refuses them.
        assert_eq!(tokens.use_up(party, token(5_000, 1_302), Seconds(1_302)), Ok(()));
        assert_eq!(tokens.seen.lock().unwrap()[&party].things.len(), 1);
    }

    #[test]
    fn one_reader_reads_what_another_reads() {
        let id = RelyingPartyId::from_bytes([1; 16]);
        let claims = format!(r#""iss":"{id}","sub":"{id}","aud":"a","iat":1,"exp":2,"jti":"x""#);
        let read = |head: &str, claims: &str| {
            let [head, claims] = [head, claims].map(|part| encode(part.as_bytes()));
            Token::parse(&format!("{head}.{claims}.{}", encode(&[0; 64]))).is_some()
        };
        let object = |members: &str| format!("{{{members}}}");
        let (head, whole) = (object(r#""alg":"ES256""#), object(&claims));
        assert!(read(&head, &whole) && read(r#"{"kid":[1],"typ":"jwt","alg":"ES256"}"#, &whole));
        assert!(read(&head, &object(&format!(r#"{claims},"nbf":1.5,"more":{{}}"#))));
        for other in [
            r#""alg":"ES256","alg":"ES256""#,
            r#""alg":"none","alg":"ES256""#,
            r#""alg":{"ES256":null}"#,
            r#""alg":null"#,
            r#""alg":"ES256","typ":null"#,
            r#""alg":"ES256","typ":"JWT","typ":"JWT""#,
            r#""alg":"ES256","crit":null"#,
            r#""alg":"ES256","crit":[]"#,
            r#""alg":"ES256","crit":["exp"]"#,
            r#""alg":"ES256","kid":"\ud800""#,
        ] {
            assert!(!read(&object(other), &whole), "{other}");
        }
        assert!(
            !read(r#"["ES256","JWT",null]"#, &whole)
                && !read(&head, &format!(r#"["{id}","{id}","a",1,2,"x"]"#))
        );
        for (member, others) in [
            (r#""iat":1"#, [r#""iat":1.0"#, r#""iat":"1""#, r#""iat":-1"#, r#""iat":1,"iat":1"#]),
            (r#""jti":"x""#, [r#""jti":1"#, r#""jti":["x"]"#, r#""jti":null"#, r#""jti":"x","jti":"y""#]),
            (
                r#""aud":"a""#,
                [r#""aud":["a"]"#, r#""aud":{"a":1}"#, r#""aud":null"#, r#""aud":"b","aud":"a""#],
            ),
        ] {
            for other in others {
                assert!(!read(&head, &object(&claims.replace(member, other))), "{other}");
            }
        }
    }
}
