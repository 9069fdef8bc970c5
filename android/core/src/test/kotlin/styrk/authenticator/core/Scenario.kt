package styrk.authenticator.core

import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import java.util.HexFormat

/** One life of the phone, as `tests/scenarios/README.md` describes it. */
internal class Scenario(private val form: JsonObject) {
    val steps: List<JsonObject>
        get() = form.getValue("steps").jsonArray.map { it.jsonObject }

    /** Runs it, and returns how many steps that were; an error says in which step what is different. */
    fun replay(): Int {
        var ran = 0
        var core = open(form.getValue("open"))
        for ((number, step) in steps.withIndex()) {
            val place = "step $number (${step.getValue("about").read<String>()})"
            try {
                require((step.keys - MEMBERS).isEmpty()) { "has ${step.keys - MEMBERS}" }
                val effects = when (step.keys.intersect(CALLS)) {
                    setOf("event") -> core.dispatch(step.at, step.getValue("event").read())
                    setOf("effect", "outcome") ->
                        core.resolve(step.at, step.getValue("effect").read(), step.getValue("outcome").read())
                    setOf("open") -> {
                        core.close()
                        core = open(step.getValue("open"))
                        emptyList()
                    }
                    else -> throw IllegalArgumentException("needs an event, or an effect with its outcome, or open")
                }
                val screen = if (effects.any { it.kind == EffectKind.Render }) toJson(core.view()) else null
                val found = difference("effects", step["effects"], toJson(effects))
                    ?: difference("screen", step["screen"], screen)
                check(found == null) { found!! }
                ran += 1
            } catch (error: Exception) {
                throw AssertionError("$place: ${error.message}", error)
            }
        }
        core.close()
        return ran
    }

    private val JsonObject.at: ULong
        get() = getValue("at").read()

    private fun open(opening: JsonElement): Core {
        val (seed, saved) = listOf("seed", "saved").map(opening.jsonObject::getValue)
        return Core.open(
            form.getValue("config").read(),
            if (saved is JsonNull) null else saved.read<ByteArray>(),
            HexFormat.of().parseHex(seed.read<String>()),
        )
    }

    private companion object {
        val CALLS = setOf("event", "effect", "outcome", "open")
        val MEMBERS = CALLS + setOf("about", "at", "effects", "screen")
    }
}
