"""The card's class for iOS, which runs a file with TensorFlowLiteSwift's signature runner."""

from export.snippets import LABELS, PROBABILITIES, Example, count, quoted, sizes, variable

KINDS = {"float32": "Float", "int32": "Int32", "int64": "Int64", "uint8": "UInt8", "bool": "Bool"}
"""The dtypes that TensorFlowLiteSwift's tensors have; int8 is none of them."""


def swift_snippet(example: Example) -> str:
    """A class that runs the example; empty where an input or output is of a dtype that TensorFlowLiteSwift lacks.

    Args:
        example: One of pictures takes a ``CGImage``, or several.
    """
    if example.dtypes - set(KINDS):
        return ""
    members = [
        _outputs(example),
        _properties(example),
        _initializer(example),
        _run(example),
        _answer(example),
        _pixels(example),
        """    private func values<Number>(_ output: String) throws -> [Number] {
        try runner.output(named: output).data.withUnsafeBytes { Array($0.bindMemory(to: Number.self)) }
    }""",
    ]
    body = "\n\n".join(member for member in members if member)
    imports = ["CoreGraphics"] if example.pictures else []
    return "\n".join(
        [
            *(f"import {name}" for name in [*imports, "Foundation", "TensorFlowLite"]),
            "",
            f"/// Runs `{example.signature}` of {example.name}; call it from one thread at a time.",
            f"final class {example.class_name} {{",
            body,
            "}",
        ]
    )


def _outputs(example: Example) -> str:
    fields = [
        f"        let {variable(name)}: [{KINDS[tensor.dtype]}]  // {sizes(tensor)}"
        for name, tensor in example.outputs.items()
    ]
    return "\n".join(["    struct Outputs {", *fields, "    }"])


def _properties(example: Example) -> str:
    lines = ["    private let runner: SignatureRunner"]
    if example.labels:
        lines += ["    /// The names of the classes, from the metadata in the file.", "    let labels: [String]"]
    if example.text:
        lines.append(f"    private let pieces = [{', '.join(map(quoted, example.text.pieces))}]")
    return "\n".join(lines)


def _initializer(example: Example) -> str:
    lines = [
        f"    /// - Parameter path: that of {example.path} in the app, from `Bundle.main.path(forResource:ofType:)`.",
        "    init(path: String) throws {",
        f'        runner = try Interpreter(modelPath: path).signatureRunner(with: "{example.signature}")',
    ]
    if example.labels:
        lines += [
            "        let model = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)",
            '        let start = model.range(of: Data(#"{"EXPORT_JSON":"#.utf8))!.lowerBound',
            "        let size = model[start - 4 ..< start].reversed().reduce(0) { $0 << 8 | Int($1) }",
            "        let metadata = try JSONSerialization.jsonObject(with: model[start ..< start + size])",
            '        let assets = (metadata as! [String: Any])["assets"] as! [String: String]',
            f'        labels = assets["{LABELS}"]!.split(separator: "\\n").map(String.init)',
        ]
    return "\n".join([*lines, "    }"])


def _run(example: Example) -> str:
    given = ",\n".join(
        f'            "{name}": {variable(name)}.withUnsafeBufferPointer {{ Data(buffer: $0) }}'
        for name in example.inputs
    )
    taken = ", ".join(f'{variable(name)}: try values("{name}")' for name in example.outputs)
    return f"""    {_head(example)}
        try runner.invoke(with: [
{given}
        ])
        return Outputs({taken})
    }}"""


def _head(example: Example) -> str:
    """The function's parameters, and for pictures the lines that make one array of them."""
    if not example.pictures:
        parameters = ", ".join(
            f"{variable(name)}: [{KINDS[tensor.dtype]}] /* {sizes(tensor)} */"
            for name, tensor in example.inputs.items()
        )
        return f"func run({parameters}) throws -> Outputs {{"
    ((name, tensor),) = example.inputs.items()
    if example.pictures == 1:
        return f"func run(_ picture: CGImage) throws -> Outputs {{\n        let {variable(name)} = pixels(picture)"
    return f"""/// Up to {example.pictures} pictures; what is left stays blank.
    func run(_ pictures: [CGImage]) throws -> Outputs {{
        var {variable(name)} = pictures.prefix({example.pictures}).flatMap(pixels)
        {variable(name)} += [{KINDS[tensor.dtype]}](repeating: 0, count: {count(tensor)} - {variable(name)}.count)"""


def _answer(example: Example) -> str:
    functions = []
    if example.labels:
        functions.append(
            f"""    func label(_ outputs: Outputs) -> String {{
        let probabilities = outputs.{PROBABILITIES}
        return labels[probabilities.firstIndex(of: probabilities.max()!)!]
    }}"""
        )
    if example.text:
        source, end = variable(example.text.source), example.text.end
        functions.append(
            f"""    func text(_ outputs: Outputs) -> String {{
        outputs.{source}.prefix(while: {{ $0 != {end} }}).map {{ pieces[Int($0)] }}.joined()
    }}"""
        )
    return "\n\n".join(functions)


def _pixels(example: Example) -> str:
    if not example.pictures:
        return ""
    ((_, tensor),) = example.inputs.items()
    kind = KINDS[tensor.dtype]
    height, width, channels = example.picture_shape
    if channels == 1:
        values = f"""map {{ (place: Int) -> {kind} in
            let (red, green, blue) = (Float(bytes[place]), Float(bytes[place + 1]), Float(bytes[place + 2]))
            return {kind}((0.299 * red + 0.587 * green + 0.114 * blue).rounded())
        }}"""
    else:
        values = f"""flatMap {{ (place: Int) -> [{kind}] in
            bytes[place ..< place + 3].map {{ {kind}($0) }}
        }}"""
    return f"""    /// A picture in the model's size, pixels 0-255: scaling is part of the model.
    private func pixels(_ picture: CGImage) -> [{kind}] {{
        var bytes = [UInt8](repeating: 255, count: {4 * width * height})  // white behind transparent parts
        bytes.withUnsafeMutableBytes {{ buffer in
            let context = CGContext(
                data: buffer.baseAddress, width: {width}, height: {height},
                bitsPerComponent: 8, bytesPerRow: {4 * width},
                space: CGColorSpace(name: CGColorSpace.sRGB)!, bitmapInfo: CGImageAlphaInfo.noneSkipLast.rawValue)!
            context.interpolationQuality = .high
            context.draw(picture, in: CGRect(x: 0, y: 0, width: {width}, height: {height}))
        }}
        return stride(from: 0, to: bytes.count, by: 4).{values}
    }}"""
