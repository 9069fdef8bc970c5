package styrk.authenticator.shell

import okhttp3.Call
import okhttp3.Callback
import okhttp3.Dispatcher
import okhttp3.Interceptor
import okhttp3.MediaType
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.Response
import okhttp3.WebSocket
import okhttp3.WebSocketListener
import okio.BufferedSink
import okio.ByteString
import okio.utf8Size
import styrk.authenticator.core.Outcome
import java.io.IOException
import java.util.concurrent.TimeUnit

/**
 * The network over OkHttp, the same on Android and on a JDK. Android has no WebSocket of its own, and a time limit for a
 * whole exchange is OkHttp's too (`HttpURLConnection` limits each read by itself).
 */
class OkHttpNetwork(client: OkHttpClient = OkHttpClient()) : Network {
    private val client = client.newBuilder()
        .followRedirects(false)
        .followSslRedirects(false)
        // A time limit begins when a request does: none may wait for others of the same service.
        .dispatcher(Dispatcher().apply { maxRequestsPerHost = maxRequests })
        // As often as the service does.
        .pingInterval(PING, TimeUnit.SECONDS)
        .addInterceptor(::uncompressed)
        .build()

    /** Frames are read as they are: a compressed one may grow without bound before anybody can look at its length. */
    private fun uncompressed(chain: Interceptor.Chain): Response {
        val plain = chain.request().newBuilder().removeHeader(EXTENSIONS).build()
        return chain.proceed(plain).newBuilder().removeHeader(EXTENSIONS).build()
    }

    override fun post(url: String, contentType: String, body: ByteArray, timeout: Long, ended: (Outcome) -> Unit) =
        ask(timeout, ended) { request(url).post(SentOnce(body, contentType.toMediaType())).build() }

    override fun get(url: String, timeout: Long, ended: (Outcome) -> Unit) = ask(timeout, ended) { request(url).build() }

    private fun ask(timeout: Long, ended: (Outcome) -> Unit, request: () -> Request) {
        val call = try {
            client.newCall(request())
        } catch (_: IllegalArgumentException) {
            // Not an address.
            return ended(Outcome.NoNetwork)
        }
        call.timeout().timeout(timeout, TimeUnit.MILLISECONDS)
        call.enqueue(object : Callback {
            override fun onFailure(call: Call, e: IOException) = ended(Outcome.NoNetwork)

            override fun onResponse(call: Call, response: Response) = ended(read(response))
        })
    }

    private fun read(response: Response): Outcome = try {
        val body = response.use { it.peekBody(MAX_ANSWER).bytes() }
        Outcome.Http(response.code.toUShort(), body)
    } catch (_: IOException) {
        Outcome.NoNetwork
    }

    override fun open(url: String, listener: SocketListener): Socket {
        val request = try {
            request(url).build()
        } catch (_: IllegalArgumentException) {
            listener.closed(null)
            return NO_SOCKET
        }
        val socket = client.newWebSocket(request, Frames(listener))
        return object : Socket {
            override fun send(text: String) {
                socket.send(text)
            }

            override fun close() {
                if (!socket.close(NORMAL, null)) socket.cancel()
            }
        }
    }

    private fun request(url: String) = Request.Builder().url(url)

    private class Frames(private val listener: SocketListener) : WebSocketListener() {
        override fun onMessage(webSocket: WebSocket, text: String) {
            if (text.utf8Size() <= MAX_ANSWER) listener.text(text) else webSocket.cancel()
        }

        override fun onMessage(webSocket: WebSocket, bytes: ByteString) {
            if (bytes.size <= MAX_ANSWER) listener.binary(bytes.toByteArray()) else webSocket.cancel()
        }

        override fun onClosing(webSocket: WebSocket, code: Int, reason: String) {
            webSocket.close(NORMAL, null)
        }

        override fun onClosed(webSocket: WebSocket, code: Int, reason: String) =
            listener.closed(code.takeIf { it != NO_CODE })

        override fun onFailure(webSocket: WebSocket, t: Throwable, response: Response?) = listener.closed(null)
    }

    /** A body that OkHttp does not send again by itself: whether to try once more is the core's to say. */
    private class SentOnce(private val body: ByteArray, private val type: MediaType) : RequestBody() {
        override fun contentType() = type
        override fun contentLength() = body.size.toLong()
        override fun isOneShot() = true
        override fun writeTo(sink: BufferedSink) {
            sink.write(body)
        }
    }

    private companion object {
        /** RFC 6455, section 7.4.1. */
        const val NORMAL = 1000
        const val NO_CODE = 1005
        const val EXTENSIONS = "Sec-WebSocket-Extensions"

        /** Seconds. */
        const val PING = 45L

        val NO_SOCKET = object : Socket {
            override fun send(text: String) = Unit
            override fun close() = Unit
        }
    }
}
