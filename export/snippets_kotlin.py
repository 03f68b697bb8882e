"""The card's class for Android, which runs a file with LiteRT's Interpreter.

The Interpreter's `runSignature` takes inputs and outputs by name, as buffers, which keep the shapes of the file.
"""

import re

from export.snippets import LABELS, PROBABILITIES, Example, count, quoted, sizes, variable

KINDS = {"float32": "Float", "int32": "Int", "int64": "Long", "uint8": "Byte", "int8": "Byte"}
"""The dtypes that buffers of Kotlin hold: ``FloatArray`` in a ``FloatBuffer``, and so on."""
SEPARATOR = ",\n                "
PACKAGE = "com.google.ai.edge.litert:litert:1.4.1"


def resource_name(example: Example) -> str:
    """The file's name among an app's raw resources, without its ending: lower case, digits and underscores."""
    name = re.sub(r"[^a-z0-9]+", "_", example.name.lower()).strip("_")
    return name if name[:1].isalpha() else f"model_{name}"


def kotlin_snippet(example: Example) -> str:
    """A class that runs the example; empty where an input or output is of a dtype that Kotlin's buffers lack.

    Args:
        example: One of pictures takes an Android ``Bitmap``, or a list of them.
    """
    if example.dtypes - set(KINDS):
        return ""
    members = [
        _outputs(example),
        f"    private val file = context.resources.openRawResource(R.raw.{resource_name(example)}).use "
        "{ it.readBytes() }\n"
        "    private val interpreter =\n"
        "        Interpreter(ByteBuffer.allocateDirect(file.size).order(ByteOrder.nativeOrder()).apply { put(file) })",
        _labels(example),
        _run(example),
        _answer(example),
        "    override fun close() = interpreter.close()",
        _pixels(example),
    ]
    body = "\n\n".join(member for member in members if member)
    return f"""{_imports(example)}

/** Runs `{example.signature}` of {example.name}; call it from one thread at a time. */
class {example.class_name}(context: Context) : AutoCloseable {{
{body}
}}"""


def _imports(example: Example) -> str:
    kinds = {KINDS[dtype] for dtype in example.dtypes}
    needed = {
        "android.content.Context",
        "java.nio.ByteBuffer",
        "java.nio.ByteOrder",
        "org.tensorflow.lite.Interpreter",
        *(f"java.nio.{kind}Buffer" for kind in kinds),
    }
    if example.pictures:
        needed |= {"android.graphics.Bitmap", "android.graphics.Color"}
    if example.picture_shape[2] == 1:
        needed.add("kotlin.math.roundToInt")
    if example.labels:
        needed.add("org.json.JSONObject")
    return "\n".join(f"import {name}" for name in sorted(needed))


def _outputs(example: Example) -> str:
    fields = [
        f"        val {variable(name)} = {KINDS[tensor.dtype]}Array({count(tensor)})  // {sizes(tensor)}"
        for name, tensor in example.outputs.items()
    ]
    return "\n".join(["    class Outputs {", *fields, "    }"])


def _labels(example: Example) -> str:
    if not example.labels:
        return ""
    return f"""    /** The names of the classes, from the metadata in the file. */
    val labels: List<String>

    init {{
        val start = String(file, Charsets.ISO_8859_1).indexOf("{{\\"EXPORT_JSON\\":")
        val size = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(start - 4)
        val metadata = JSONObject(String(file, start, size, Charsets.UTF_8))
        labels = metadata.getJSONObject("assets").getString("{LABELS}").trim().split("\\n")
    }}"""


def _run(example: Example) -> str:
    given = SEPARATOR.join(
        f'"{name}" to {KINDS[tensor.dtype]}Buffer.wrap({variable(name)})' for name, tensor in example.inputs.items()
    )
    taken = SEPARATOR.join(
        f'"{name}" to {KINDS[tensor.dtype]}Buffer.wrap(outputs.{variable(name)})'
        for name, tensor in example.outputs.items()
    )
    return f"""    {_head(example)}
        val outputs = Outputs()
        interpreter.runSignature(
            mapOf(
                {given}
            ),
            mapOf(
                {taken}
            ),
            "{example.signature}"
        )
        return outputs
    }}"""


def _head(example: Example) -> str:
    """The function's parameters, and for pictures the lines that make one array of them."""
    if not example.pictures:
        parameters = ", ".join(
            f"{variable(name)}: {KINDS[tensor.dtype]}Array /* {sizes(tensor)} */"
            for name, tensor in example.inputs.items()
        )
        return f"fun run({parameters}): Outputs {{"
    ((name, tensor),) = example.inputs.items()
    if example.pictures == 1:
        return f"fun run(picture: Bitmap): Outputs {{\n        val {variable(name)} = pixels(picture)"
    size = count(tensor) // example.pictures
    return f"""/** Up to {example.pictures} pictures; what is left stays blank. */
    fun run(pictures: List<Bitmap>): Outputs {{
        val {variable(name)} = {KINDS[tensor.dtype]}Array({count(tensor)})
        pictures.take({example.pictures}).forEachIndexed {{ place, picture ->
            pixels(picture).copyInto({variable(name)}, {size} * place)
        }}"""


def _answer(example: Example) -> str:
    functions = []
    if example.labels:
        functions.append(
            "    fun label(outputs: Outputs): String =\n"
            f"        labels[outputs.{PROBABILITIES}.indices.maxByOrNull {{ outputs.{PROBABILITIES}[it] }}!!]"
        )
    if example.text:
        pieces = ", ".join(quoted(piece).replace("$", "\\$") for piece in example.text.pieces)
        source, end = variable(example.text.source), example.text.end
        functions.append(
            f"    private val pieces = listOf({pieces})\n\n"
            "    fun text(outputs: Outputs): String =\n"
            f'        outputs.{source}.takeWhile {{ it != {end} }}.joinToString("") {{ pieces[it] }}'
        )
    return "\n\n".join(functions)


def _pixels(example: Example) -> str:
    if not example.pictures:
        return ""
    ((_, tensor),) = example.inputs.items()
    height, width, channels = example.picture_shape
    kind = KINDS[tensor.dtype]
    if channels == 1:
        color = "val color = colors[it]"
        value = "(0.299 * Color.red(color) + 0.587 * Color.green(color) + 0.114 * Color.blue(color)).roundToInt()"
    else:
        color = "val color = colors[it / 3]"
        value = "(if (it % 3 == 0) Color.red(color) else if (it % 3 == 1) Color.green(color) else Color.blue(color))"
    return f"""    /** A picture in the model's size, pixels 0-255: scaling is part of the model. */
    private fun pixels(picture: Bitmap): {kind}Array {{
        val colors = IntArray({width * height})
        val small = Bitmap.createScaledBitmap(picture, {width}, {height}, true)
        small.getPixels(colors, 0, {width}, 0, 0, {width}, {height})
        return {kind}Array({height * width * channels}) {{
            {color}
            {value}.to{kind}()
        }}
    }}"""
