package styrk.authenticator.core

import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.nio.ByteBuffer
import java.util.Base64
import kotlin.reflect.KClass
import kotlin.reflect.KProperty1
import kotlin.reflect.KType
import kotlin.reflect.full.memberProperties
import kotlin.reflect.full.primaryConstructor
import kotlin.reflect.full.superclasses

/** The core's values in the JSON form of `tests/scenarios`, by their names alone: a new variant needs nothing here. */
@OptIn(ExperimentalSerializationApi::class)
internal fun toJson(value: Any?): JsonElement = when (value) {
    null -> JsonNull
    is String -> JsonPrimitive(value)
    is Boolean -> JsonPrimitive(value)
    is UByte -> JsonPrimitive(value)
    is UShort -> JsonPrimitive(value)
    is UInt -> JsonPrimitive(value)
    is ULong -> JsonPrimitive(value)
    is ByteArray -> bytesToJson(value)
    is Enum<*> -> JsonPrimitive(value.name.lowercase())
    is List<*> -> JsonArray(value.map(::toJson))
    is Effect -> JsonObject(toJson(value.kind).jsonObject + ("id" to toJson(value.id)))
    is Sentence -> buildJsonObject {
        put("key", JsonPrimitive(value.key))
        if (value.args.isNotEmpty()) put("args", JsonObject(value.args.mapValues { toJson(it.value) }))
    }
    else -> membersToJson(value)
}

private fun membersToJson(value: Any): JsonObject {
    val type = value::class
    return buildJsonObject {
        if (type.superclasses.any(KClass<*>::isSealed)) put("kind", JsonPrimitive(snakeCase(type.simpleName!!)))
        if (type.objectInstance == null) {
            for (member in type.memberProperties) {
                @Suppress("UNCHECKED_CAST")
                put(snakeCase(member.name), toJson((member as KProperty1<Any, *>).get(value)))
            }
        }
    }
}

private fun bytesToJson(bytes: ByteArray): JsonElement {
    val text = runCatching { Charsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString() }
    return text.map<JsonElement, String>(::JsonPrimitive).getOrElse {
        buildJsonObject { put("base64url", JsonPrimitive(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes))) }
    }
}

/** The value of type [T] that has this form. */
internal inline fun <reified T : Any> JsonElement.read(): T = fromJson(this, T::class) as T

@PublishedApi
internal fun fromJson(form: JsonElement, type: KClass<*>): Any = when {
    type == String::class -> form.jsonPrimitive.also { require(it.isString) { "not a string: $it" } }.content
    type == Boolean::class -> form.jsonPrimitive.boolean
    type == UShort::class -> form.jsonPrimitive.content.toUShort()
    type == ULong::class -> form.jsonPrimitive.content.toULong()
    type == ByteArray::class -> when (form) {
        is JsonObject -> Base64.getUrlDecoder().decode(form.getValue("base64url").read<String>())
        else -> form.read<String>().toByteArray()
    }
    type.java.isEnum -> type.java.enumConstants.first { toJson(it) == form }
    type.isSealed -> {
        val kind = form.jsonObject.getValue("kind").read<String>()
        val variant = type.sealedSubclasses.find { snakeCase(it.simpleName!!) == kind }
        requireNotNull(variant) { "no ${type.simpleName} is called $kind" }
        membersFromJson(JsonObject(form.jsonObject - "kind"), variant)
    }
    else -> membersFromJson(form.jsonObject, type)
}

private fun membersFromJson(form: JsonObject, type: KClass<*>): Any {
    val constructor = type.primaryConstructor?.takeIf { type.objectInstance == null }
    val members = constructor?.parameters.orEmpty().associateBy { snakeCase(it.name!!) }
    require(form.keys == members.keys) { "${type.simpleName} has ${members.keys}, not ${form.keys}" }
    return type.objectInstance ?: constructor!!.callBy(
        members.map { (name, member) -> member to optional(form.getValue(name), member.type) }.toMap(),
    )
}

private fun optional(form: JsonElement, type: KType): Any? =
    if (type.isMarkedNullable && form is JsonNull) null else fromJson(form, type.classifier as KClass<*>)

private fun snakeCase(name: String): String =
    name.replace(Regex("(?<=.)[A-Z]")) { "_" + it.value }.lowercase()
