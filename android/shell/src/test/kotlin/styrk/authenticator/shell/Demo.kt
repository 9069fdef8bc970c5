package styrk.authenticator.shell

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.util.concurrent.TimeUnit.SECONDS

/** The service, started for one test class. */
internal class Demo : AutoCloseable {
    private val process = ProcessBuilder(System.getProperty("demo"), "--port", "0", "--json")
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start()
    private val told = Json.parseToJsonElement(process.inputReader().readLine()).jsonObject

    val service = told.getValue("service").jsonPrimitive.content
    val password = told.getValue("password").jsonPrimitive.content
    val users = told.getValue("users").jsonArray.map { it.jsonPrimitive.content }

    override fun close() {
        process.destroy()
        check(process.waitFor(30, SECONDS)) { "the demo does not end" }
    }
}
