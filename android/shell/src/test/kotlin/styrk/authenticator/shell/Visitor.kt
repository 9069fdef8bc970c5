package styrk.authenticator.shell

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.net.CookieManager
import java.net.URI
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse
import java.net.http.HttpResponse.BodyHandlers
import java.time.Duration

/** What a page of the service says to a browser without scripts. */
internal class Page(val address: URI, private val html: String) {
    /** The enrolment link, which is beside the QR code. */
    val link: String
        get() = one("""href="([^"]*/e#[^"]*)"""", "enrolment link")

    val number: String
        get() = one("""id="number">(?:<span.*?</span>)?\s*([0-9]+)<""", "number")

    /** The error code at the bottom of a page that tells of an end. */
    val code: String
        get() = one("""Error code (\w+)""", "error code")

    val news: String
        get() = one("""data-wait="([^"]*)"""", "news to wait for")

    /** The hidden inputs of the form to [action]. */
    fun hidden(action: String): Map<String, String> {
        val form = one("""(?s)action="${Regex.escape(action)}"(.*?)</form>""", "form to $action")
        val inputs = Regex("""type="hidden" name="([^"]*)" value="([^"]*)"""").findAll(form)
        return inputs.associate { it.groupValues[1] to it.groupValues[2] }
    }

    private fun one(pattern: String, what: String): String {
        val found = Regex(pattern).find(html)
        return checkNotNull(found) { "$address has no $what: $html" }.groupValues[1].replace("&amp;", "&")
    }
}

/** A person at the pages of the service: one browser, with its cookies. */
internal class Visitor(private val demo: Demo, private val login: String) {
    private val client = HttpClient.newBuilder()
        .cookieHandler(CookieManager())
        .followRedirects(HttpClient.Redirect.NORMAL)
        .build()
    private lateinit var page: Page

    /** Where the person ends up with the right password. */
    fun signIn(): Page {
        open("/apps")
        return submit("/sign-in", "login" to login, "password" to demo.password)
    }

    /** The link, for somebody who has just signed in and has no phone yet. */
    fun startEnrolment(): String = submit("/register/start").link

    /** The number of the test. */
    fun typeCharacters(characters: String): String {
        open("/register")
        return submit("/register/characters", "characters" to characters).number
    }

    /** Waits until the page has something to tell, as its script does, and goes there. */
    fun news(): Page {
        while (true) {
            val told = Json.parseToJsonElement(load(page.news, null, "application/json").body()).jsonObject
            if (told["changed"]?.jsonPrimitive?.boolean == true) {
                return open(told["next"]?.jsonPrimitive?.contentOrNull ?: page.address.path)
            }
        }
    }

    private fun open(path: String): Page = show(load(path, null, "text/html"))

    private fun submit(action: String, vararg typed: Pair<String, String>): Page =
        show(load(action, page.hidden(action) + typed, "text/html"))

    private fun show(reply: HttpResponse<String>): Page {
        page = Page(reply.uri(), reply.body())
        return page
    }

    private fun load(path: String, form: Map<String, String>?, accept: String): HttpResponse<String> {
        val request = HttpRequest.newBuilder(URI(demo.service).resolve(path))
            .headers("Origin", demo.service, "Accept-Language", "en", "Accept", accept)
            .timeout(Duration.ofSeconds(60))
        if (form != null) {
            val body = form.entries.joinToString("&") { "${it.key}=${URLEncoder.encode(it.value, Charsets.UTF_8)}" }
            request.header("Content-Type", "application/x-www-form-urlencoded").POST(BodyPublishers.ofString(body))
        }
        return client.send(request.build(), BodyHandlers.ofString())
    }
}
