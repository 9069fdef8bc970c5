package styrk.authenticator.core

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File

/** Every life in `tests/scenarios`, through the generated Kotlin. */
class ScenariosTest {
    private val texts: Map<String, String> =
        File(System.getProperty("repository"), "tests/scenarios")
            .listFiles { file -> file.extension == "json" }!!
            .sortedBy { it.name }
            .associate { it.name to it.readText() }
    private val files: Map<String, JsonObject> = texts.mapValues { Json.parseToJsonElement(it.value).jsonObject }

    /** FNV-1a of names and contents, as `xtask` has it. */
    private fun mark(): String {
        val bytes = texts.flatMap { (name, text) -> (name + NUL + text + NUL).toByteArray().asIterable() }
        val mark = bytes.fold(0xcbf29ce484222325UL) { mark, byte -> (mark xor byte.toUByte().toULong()) * 0x100000001b3UL }
        return mark.toString(16).padStart(16, '0')
    }

    @Test
    fun every_file_holds() {
        var steps = 0
        for ((name, form) in files) {
            steps += runCatching { Scenario(form).replay() }.getOrElse { throw AssertionError("$name, ${it.message}", it) }
        }
        assertTrue(files.isNotEmpty())
        val ran = "${files.size} scenarios with $steps steps, ${mark()}"
        println(ran)
        // For the comparison with other languages.
        val told = File(System.getProperty("repository"), "target/scenarios")
        told.mkdirs()
        File(told, "kotlin").writeText(ran)
    }

    @Test
    fun a_change_is_noticed() {
        val whole = files.getValue("no-network.json")
        val last = Scenario(whole).replay() - 1
        assertTrue("step $last" in refusal(whole, listOf("steps", last, "effects"), JsonArray(listOf(JsonNull))))
        val key = listOf("steps", 0, "effects", 1, "key")
        assertTrue("step 0" in refusal(whole, key, JsonPrimitive("approval")))
        assertTrue("effects[1].key" in refusal(whole, key, JsonPrimitive("approval")))
        val checking = listOf("steps", 0, "screen", "screen", "checking")
        assertTrue("screen.screen.checking" in refusal(whole, checking, JsonPrimitive(false)))
        assertTrue("screen.screen.checking" in refusal(whole, checking, JsonPrimitive("true")))
        assertTrue("screen.screen.checking" in refusal(whole, checking, null))
        assertTrue("screen\n" in refusal(whole, listOf("steps", 0, "screen"), null))
        assertTrue("effects[2]" in refusal(whole, listOf("steps", 0, "effects", 2), null))
        assertTrue("no Event is called" in refusal(whole, listOf("steps", 0, "event", "kind"), JsonPrimitive("started")))
        assertTrue("has [note]" in refusal(whole, listOf("steps", 0, "note"), JsonPrimitive("")))
    }

    @Test
    fun bytes_that_are_no_text_stand_in_base64url() {
        for (bytes in listOf("åäö".toByteArray(), byteArrayOf(-1, -2, 0), byteArrayOf())) {
            assertTrue(bytes.contentEquals(toJson(bytes).read<ByteArray>()))
        }
        assertEquals("""{"base64url":"__4A"}""", toJson(byteArrayOf(-1, -2, 0)).toString())
    }

    private fun refusal(whole: JsonObject, path: List<Any>, value: JsonElement?): String {
        val changed = Scenario(changed(whole, path, value)!!.jsonObject)
        return assertThrows(AssertionError::class.java) { changed.replay() }.message!!
    }

    /** [form] with [value] at [path], or without what is there. */
    private fun changed(form: JsonElement?, path: List<Any>, value: JsonElement?): JsonElement? =
        when (val place = path.firstOrNull()) {
            null -> value
            is String -> {
                val members = form!!.jsonObject
                val inside = changed(members[place], path.drop(1), value)
                JsonObject(if (inside == null) members - place else members + (place to inside))
            }
            else -> {
                val items = form!!.jsonArray.toMutableList()
                val inside = changed(items[place as Int], path.drop(1), value)
                if (inside == null) items.removeAt(place) else items[place] = inside
                JsonArray(items)
            }
        }

    private companion object {
        const val NUL = '\u0000'
    }
}
