package com.eatthepath.pushy.apns.server;

import com.eatthepath.pushy.apns.auth.ApnsVerificationKey;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.File;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Set;

/**
 * APNs as the authors of pushy understand it. Takes: certificate, its key, the sender's public key, a topic, a device
 * token, and one of an app that is gone. Says which port it got.
 */
public final class Mock {
    public static void main(String[] given) throws Exception {
        ApnsVerificationKey key = ApnsVerificationKey.loadFromPkcs8File(new File(given[2]), "TEAM123456", "ABCDE12345");
        String topic = given[3];
        MockApnsServer server = new MockApnsServerBuilder()
            .setServerCredentials(new File(given[0]), new File(given[1]), null)
            // Without this it speaks HTTP/1.1 to whoever asks for HTTP/2 by ALPN.
            .setUseAlpn(true)
            .setHandlerFactory(session -> new Standard(
                Map.of(topic, Set.of(given[4], given[5])),
                Map.of(given[5], Instant.now().minusSeconds(3600)),
                Map.of(key.getKeyId(), key),
                Map.of(key, Set.of(topic))))
            .build();
        System.out.println(server.start(0).get());
        Thread.sleep(Long.MAX_VALUE);
    }

    /**
     * pushy writes and reads ES256 signatures in DER, which Apple takes as well. The standard's form is the 64 bytes of
     * RFC 7518, section 3.4, so they are put into DER before pushy looks at the token.
     */
    private static final class Standard extends TokenAuthenticationValidatingPushNotificationHandler {
        Standard(
            Map<String, Set<String>> devices,
            Map<String, Instant> gone,
            Map<String, ApnsVerificationKey> keys,
            Map<ApnsVerificationKey, Set<String>> topics
        ) {
            super(devices, gone, keys, topics);
        }

        @Override
        protected void verifyAuthentication(Http2Headers headers) throws RejectedNotificationException {
            String token = headers.get("authorization").toString();
            int dot = token.lastIndexOf('.');
            byte[] raw = Base64.getUrlDecoder().decode(token.substring(dot + 1));
            if (raw.length != 64) {
                throw new RejectedNotificationException(RejectionReason.INVALID_PROVIDER_TOKEN);
            }
            byte[] der = der(integer(raw, 0), integer(raw, 32));
            Http2Headers same = new DefaultHttp2Headers().set(headers);
            same.set("authorization", token.substring(0, dot + 1) + Base64.getUrlEncoder().withoutPadding().encodeToString(der));
            super.verifyAuthentication(same);
        }

        private static byte[] integer(byte[] raw, int from) {
            byte[] value = new BigInteger(1, Arrays.copyOfRange(raw, from, from + 32)).toByteArray();
            return concatenated(new byte[] {2, (byte) value.length}, value);
        }

        private static byte[] der(byte[] r, byte[] s) {
            return concatenated(new byte[] {0x30, (byte) (r.length + s.length)}, concatenated(r, s));
        }

        private static byte[] concatenated(byte[] one, byte[] other) {
            byte[] both = Arrays.copyOf(one, one.length + other.length);
            System.arraycopy(other, 0, both, one.length, other.length);
            return both;
        }
    }
}
