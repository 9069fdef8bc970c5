package styrk.authenticator.core

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject

/** The first place where two JSON values differ, with its path; `null` when they are equal. */
internal fun difference(path: String, expected: JsonElement?, actual: JsonElement?): String? = when {
    expected == actual -> null
    expected is JsonObject && actual is JsonObject ->
        (expected.keys + actual.keys).firstNotNullOfOrNull { difference("$path.$it", expected[it], actual[it]) }
    expected is JsonArray && actual is JsonArray ->
        (0 until maxOf(expected.size, actual.size)).firstNotNullOfOrNull {
            difference("$path[$it]", expected.getOrNull(it), actual.getOrNull(it))
        }
    else -> "$path\n  expected ${expected ?: "nothing"}\n  but it is ${actual ?: "nothing"}"
}
