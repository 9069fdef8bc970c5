package styrk.authenticator.shell

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import styrk.authenticator.core.Outcome
import java.net.InetSocketAddress
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit.SECONDS
import java.util.concurrent.atomic.AtomicInteger

class OkHttpNetworkTest {
    private val network = OkHttpNetwork()
    private val over = CountDownLatch(1)
    private val threads = Executors.newCachedThreadPool()
    private val asked = AtomicInteger()
    private val server = HttpServer.create(InetSocketAddress("127.0.0.1", 0), 0).apply {
        executor = threads
        createContext("/echo") { answer(it, 403, it.requestHeaders.getFirst("Content-Type").toByteArray() + it.requestBody.readBytes()) }
        createContext("/elsewhere") {
            it.responseHeaders["Location"] = "/echo"
            answer(it, 307, byteArrayOf())
        }
        createContext("/long") { answer(it, 200, ByteArray(MAX_ANSWER.toInt() + 9) { 'x'.code.toByte() }) }
        createContext("/never") {
            asked.incrementAndGet()
            over.await()
            it.close()
        }
        createContext("/cut") {
            asked.incrementAndGet()
            it.requestBody.readBytes()
            it.close()
        }
        start()
    }
    private val address = "127.0.0.1:${server.address.port}"

    private fun answer(exchange: HttpExchange, status: Int, body: ByteArray) {
        exchange.sendResponseHeaders(status, if (body.isEmpty()) -1 else body.size.toLong())
        exchange.responseBody.use { it.write(body) }
    }

    @AfterEach
    fun stop() {
        over.countDown()
        server.stop(0)
        threads.shutdownNow()
    }

    private fun post(url: String, timeout: Long = 20_000): Outcome {
        val ended = CompletableFuture<Outcome>()
        network.post(url, "application/jose", "a.b.c".toByteArray(), timeout) { check(ended.complete(it)) }
        return ended.get(30, SECONDS)
    }

    private fun assertHttp(status: Int, body: String, outcome: Outcome) {
        assertEquals(status, (outcome as Outcome.Http).status.toInt())
        assertEquals(body, String(outcome.body))
    }

    @Test
    fun what_is_posted_arrives_and_every_status_is_an_answer() =
        assertHttp(403, "application/josea.b.c", post("http://$address/echo"))

    @Test
    fun redirects_are_not_followed() {
        assertHttp(307, "", post("http://$address/elsewhere"))
        val ended = CompletableFuture<Outcome>()
        network.get("http://$address/elsewhere", 20_000) { ended.complete(it) }
        assertHttp(307, "", ended.get(30, SECONDS))
    }

    @Test
    fun an_answer_is_read_up_to_the_limit() {
        val long = "x".repeat(MAX_ANSWER.toInt())
        assertHttp(200, long, post("http://$address/long"))
        val ended = CompletableFuture<Outcome>()
        network.get("http://$address/long", 20_000) { ended.complete(it) }
        assertHttp(200, long, ended.get(30, SECONDS))
    }

    @Test
    fun no_answer_is_no_network() {
        for (url in listOf("http://127.0.0.1:9/", "not a url", "")) assertEquals(Outcome.NoNetwork, post(url))
        assertEquals(Outcome.NoNetwork, post("http://$address/never", timeout = 300))
        assertEquals(1, asked.get())
    }

    @Test
    fun nothing_is_sent_twice_when_the_answer_is_lost() {
        assertHttp(403, "application/josea.b.c", post("http://$address/echo"))
        assertEquals(Outcome.NoNetwork, post("http://$address/cut"))
        assertEquals(1, asked.get())
    }

    @Test
    fun a_socket_that_cannot_be_opened_has_closed() {
        for (url in listOf("ws://127.0.0.1:9/", "ws://$address/echo", "not a url")) {
            val closed = CompletableFuture<Int>()
            network.open(url, object : SocketListener {
                override fun text(text: String) = Unit
                override fun binary(bytes: ByteArray) = Unit
                override fun closed(code: Int?) = assertTrue(closed.complete(code ?: NONE))
            })
            assertEquals(NONE, closed.get(30, SECONDS))
        }
    }

    private companion object {
        const val NONE = -1
    }
}
