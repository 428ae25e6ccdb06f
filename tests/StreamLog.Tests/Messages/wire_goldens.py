#!/usr/bin/env python3
"""Encodes every message of Kafka's protocol, in every version, with values that follow from a rule.

What it knows of messages it reads from descriptions that are not StreamLog's: Kafka's own schemas (JSON), and, for
versions that these lack or call unstable, the definitions of franz-go. Neither is part of this repository:

    git clone https://github.com/apache/kafka && git clone https://github.com/twmb/franz-go
    python3 wire_goldens.py --kafka kafka --definitions franz-go/generate/definitions --out WireGoldens.txt
    python3 wire_goldens.py --kafka kafka --show "1 Request" 12 filled    # the bytes of one of them

A line is: message, version, variant, number of bytes, the first 16 hexadecimal digits of their SHA-256. WireGoldenTests
fills StreamLog's messages by the same rule and compares. The rule: a value follows from its type and its path, which
is made of the places of fields among those that the version writes in order ("2"), of tags ("t0") and of the places
of items ("2[1].0").
"""
import argparse
import hashlib
import json
import re
import struct
import sys
from pathlib import Path

EVER = 1 << 15
UNKNOWN_TAGS = (10007, 10008)
# "unset" is "default" with null in texts that may be null: Kafka's classes have "" there before anybody sets them, and
# its broker sets null where there is nothing to say.
VARIANTS = ("default", "unset", "filled", "null", "empty", "unknown")

# What Kafka 4.2 has and a checkout of early 2025 has not: the message, the field before it, and the field.
LATER = [
    ("ConsumerGroupMetadataValue", "Epoch", {
        "name": "MetadataHash", "type": "int64", "versions": "0+", "taggedVersions": "0+", "tag": 0}),
    ("ShareGroupMetadataValue", "Epoch", {"name": "MetadataHash", "type": "int64", "versions": "0+"}),
    ("OffsetCommitValue", "expireTimestamp", {
        "name": "topicId", "type": "uuid", "versions": "4+", "taggedVersions": "4+", "tag": 0}),
]
NUMBERS = {"int8": "b", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q", "float64": "d"}


class Field:
    """A field: its type is a primitive's name, "struct", or "[]" and one of these."""

    def __init__(self, name, kind, fields=None, versions=(0, EVER), nullable=None, tagged=None, tag=None,
                 default=None, flexible=True):
        self.name, self.kind, self.fields, self.versions, self.nullable = name, kind, fields, versions, nullable
        self.tagged, self.tag, self.default, self.flexible = tagged, tag, default, flexible


class Message:
    def __init__(self, versions, flexible_from, fields, key=None, stable_to=EVER):
        self.versions, self.flexible_from, self.fields = versions, flexible_from, fields
        # The key of an internal log says by its version what it is of, and has one layout.
        self.key, self.stable_to = key, stable_to


def span(text):
    """Reads "3", "3-5", "3+" or "none"."""
    if text is None or text == "none":
        return None
    if text.endswith("+"):
        return int(text[:-1]), EVER
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def holds(versions, version):
    return versions is not None and versions[0] <= version <= versions[1]


# ---- Kafka's schemas ----

def read_schemas(folder):
    """Returns the messages of a checkout of Kafka: "1 Request", "1 Response", or the name of a record."""
    messages = {}
    for path in sorted(Path(folder).glob("*/src/main/resources/common/*/*.json")):
        text = re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.M)
        schema = json.loads(text)
        versions = span(schema["validVersions"])
        if versions is None:
            continue
        add_later(schema)
        common = {each["name"]: each for each in schema.get("commonStructs", [])}
        flexible = span(schema.get("flexibleVersions"))
        kind = schema["type"]
        is_api = kind in ("request", "response")
        name = f"{schema['apiKey']} {kind.title()}" if is_api else schema["name"].removeprefix("Legacy")
        if kind == "coordinator-key":
            name = f"{name} {schema['apiKey']}"
        messages[name] = Message(
            versions, flexible[0] if flexible else EVER, [schema_field(each, common) for each in schema["fields"]],
            schema["apiKey"] if kind == "coordinator-key" else None,
            versions[1] - 1 if schema.get("latestVersionUnstable") else EVER)
    return messages


def add_later(schema):
    for name, before, field in LATER:
        names = [each["name"] for each in schema["fields"]]
        if schema["name"] == name and field["name"] not in names:
            schema["fields"].insert(names.index(before) + 1, field)
    if schema["name"] == "FetchResponse":
        # For a month of 2025 they could not be null. They always could otherwise.
        partitions = next(each for each in schema["fields"] if each["name"] == "Responses")["fields"][-1]
        partitions["fields"][-1]["nullableVersions"] = "0+"


def schema_field(schema, common):
    kind = schema["type"]
    item = kind.removeprefix("[]")
    fields = None
    if item not in NUMBERS and item not in ("bool", "string", "bytes", "uuid", "records"):
        own = schema.get("fields") or common[item]["fields"]
        fields = [schema_field(each, common) for each in own]
        kind = kind.replace(item, "struct")
    default = "null" if "default" in schema and schema["default"] is None else schema.get("default")
    return Field(
        schema["name"], kind, fields, span(schema.get("versions", schema.get("taggedVersions"))),
        span(schema.get("nullableVersions")), span(schema.get("taggedVersions")), schema.get("tag"), default,
        schema.get("flexibleVersions") != "none")


# ---- franz-go's definitions ----

class Definitions:
    """Reads the definitions, whose form is described in franz-go's generate/README.md."""

    def __init__(self, folder):
        self.named, self.messages, self.enums, self.flexible_from = {}, {}, {}, EVER
        texts = [path.read_text() for path in sorted(Path(folder).iterdir())]
        for text in texts:
            for match in re.finditer(r"^(\w+) (u?int\d+)(?: camelcase)? \($", text, flags=re.M):
                self.enums[match[1]] = match[2]
        for text in texts:
            self.read(text)

    def read(self, text):
        lines = []
        for line in text.split("\n"):
            if line.strip() and not line.lstrip().startswith("//"):
                lines.append((len(line) - len(line.lstrip()), line.strip()))
        at, request = 0, None
        while at < len(lines):
            indent, line = lines[at]
            match = re.match(r"(\w+) =>(.*)$", line)
            if indent or not match:
                at += 1
                continue
            end = at + 1
            while end < len(lines) and lines[end][0] > 0:
                end += 1
            name, rest = match[1], match[2]
            if flexible := re.search(r"flexible v(\d+)\+", rest):
                self.flexible_from = int(flexible[1])
            elif not name.endswith("Response"):
                self.flexible_from = EVER
            fields = self.fields(lines[at + 1:end]) if "length-field" not in str(lines[at:end]) else []
            if key := re.search(r"key (\d+), max version (\d+)", rest):
                request = key[1], (0, int(key[2])), self.flexible_from
                self.messages[f"{request[0]} Request"] = Message(*request[1:], fields)
            elif request and name.endswith("Response"):
                self.messages[f"{request[0]} Response"] = Message(*request[1:], fields)
            else:
                self.named[name] = fields
            at = end

    def fields(self, lines):
        fields, at = [], 0
        while at < len(lines):
            indent, line = lines[at]
            end = at + 1
            while end < len(lines) and lines[end][0] > indent:
                end += 1
            fields.append(self.field(line, lines[at + 1:end]))
            at = end
        return fields

    def field(self, line, below):
        text, _, note = line.partition(" // ")
        if text.startswith(("ThrottleMillis", "TimeoutMillis")):
            text = re.match(r"\w+", text)[0] + ": int32"
        name, _, kind = text.partition(": ")
        versions, tag = (0, EVER), None
        if match := re.search(r"\bv(\d+)(\+|-v(\d+))?", note):
            high = EVER if match[2] == "+" else int(match[3] or match[1])
            versions = int(match[1]), high
        if match := re.search(r"\btag (\d+)", note):
            # A tag is there only where there are tags, whatever else is said.
            tag, versions = int(match[1]), (max(versions[0], self.flexible_from), versions[1])
        default = None
        if match := re.search(r"\(([^()]*)\)$", kind):
            default, kind = match[1], kind[:match.start()]
        nullable = None
        if match := re.match(r"nullable(?:-v(\d+)\+)?(?=[\[=])", kind):
            nullable, kind = (int(match[1] or 0), EVER), kind[match.end():]
        prefix = ""
        if kind.startswith("["):
            # What follows the bracket is a hint for generators.
            prefix, kind = "[]", kind[1:kind.index("]")]
        if match := re.match(r"nullable-(string|bytes)(?:-v(\d+)\+)?$", kind):
            nullable, kind = (int(match[2] or 0), EVER), match[1]
        if kind.startswith("enum-"):
            kind = self.enums[kind[5:]]
        fields = None
        if kind.startswith("=>"):
            fields, kind = self.fields(below), "struct"
        elif kind in self.named:
            fields, kind = self.named[kind], "struct"
        return Field(
            name, prefix + kind, fields, versions, nullable, (0, EVER) if tag is not None else None, tag, default)


# ---- the rule ----

def mix(path):
    """FNV-1a, 32 bits."""
    value = 0x811C9DC5
    for byte in path.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def primitive(kind, path):
    h = mix(path)
    if kind == "bool":
        return h & 1 == 1
    if kind == "string":
        return f"é{h:08x}"
    if kind in ("bytes", "records"):
        return struct.pack(">I", h)
    if kind == "uuid":
        return struct.pack(">IIII", h, h ^ 1, h ^ 2, h ^ 3)
    if kind == "float64":
        return float(h)
    if kind == "int64":
        return struct.unpack(">q", struct.pack(">II", h, h ^ 0xFFFFFFFF))[0]
    size = struct.calcsize(NUMBERS[kind])
    return struct.unpack(">" + NUMBERS[kind], struct.pack(">I", h)[4 - size:])[0]


def default_of(field, version):
    if field.kind.startswith("[]") or field.kind in ("string", "bytes", "records", "struct"):
        if field.default == "null":
            return None
        return {"string": "", "struct": {}}.get(field.kind, [] if field.kind.startswith("[]") else b"")
    if field.kind == "uuid":
        return bytes(16)
    if field.kind == "bool":
        return str(field.default).lower() == "true"
    if field.kind == "float64":
        return float(field.default or 0)
    return int(str(field.default or 0), 0)


def zero_of(kind):
    return {"string": "", "bytes": b"", "records": b"", "uuid": bytes(16), "bool": False, "float64": 0.0}.get(kind, 0)


class Encoder:
    def __init__(self, version, flexible, variant):
        self.version, self.flexible, self.variant = version, flexible, variant

    def fields(self, fields, path, variant):
        """Encodes the fields of a struct in a variant: "default" or the encoder's own."""
        out, tags, place = b"", [], 0
        for field in fields:
            if not holds(field.versions, self.version):
                continue
            is_tagged = self.flexible and holds(field.tagged, self.version)
            if is_tagged:
                own = f"{path}t{field.tag}"
            else:
                own, place = f"{path}{place}", place + 1
            value = self.value(field, own, variant)
            compact = self.flexible and field.flexible
            if not is_tagged:
                out += self.write(field, value, own, compact, variant)
            elif not self.is_default(field, value, own, variant):
                tags.append((field.tag, self.write(field, value, own, compact, variant)))
        if self.flexible:
            if variant == "unknown":
                h = struct.pack(">I", mix(path))
                tags += [(UNKNOWN_TAGS[0], h), (UNKNOWN_TAGS[1], b"")]
            out += uvarint(len(tags))
            for tag, content in sorted(tags):
                out += uvarint(tag) + uvarint(len(content)) + content
        return out

    def value(self, field, path, variant):
        """Returns the value: for a struct whether it is there, for a list the number of items."""
        is_nullable = holds(field.nullable, self.version)
        if variant in ("default", "unset"):
            value = default_of(field, self.version)
            if variant == "unset" and is_nullable and value == "" and not holds(field.tagged, self.version):
                return None
            return 0 if value == [] else value
        if variant == "null" and is_nullable:
            return None
        if field.kind.startswith("[]"):
            return {"filled": 2, "null": 1, "unknown": 1, "empty": 0}[variant]
        if field.kind == "struct":
            return {}
        return zero_of(field.kind) if variant == "empty" else primitive(field.kind, path)

    def is_default(self, field, value, path, variant):
        default = default_of(field, self.version)
        if field.kind.startswith("[]"):
            return value == (None if default is None else 0)
        if field.kind == "struct":
            if value is None or default is None:
                return value is None and default is None
            return self.fields(field.fields, path + ".", variant) == self.fields(field.fields, path + ".", "default")
        return value == default

    def write(self, field, value, path, compact, variant):
        is_nullable = holds(field.nullable, self.version)
        if value is None and not is_nullable:
            raise ValueError(f"{field.name} is null")
        if field.kind.startswith("[]"):
            head = length(value, compact, ">i")
            items = Field(field.name, field.kind[2:], field.fields)
            return head + b"".join(
                self.item(items, f"{path}[{i}]", compact, variant) for i in range(value or 0))
        if field.kind == "struct":
            if value is None:
                return b"\xff"
            return (b"\x01" if is_nullable else b"") + self.fields(field.fields, path + ".", variant)
        return scalar(field.kind, value, compact)

    def item(self, field, path, compact, variant):
        if field.kind == "struct":
            return self.fields(field.fields, path + ".", variant)
        return scalar(field.kind, primitive(field.kind, path), compact)


def uvarint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def length(count, compact, form):
    if compact:
        return uvarint(0 if count is None else count + 1)
    return struct.pack(form, -1 if count is None else count)


def scalar(kind, value, compact):
    if kind == "bool":
        return b"\x01" if value else b"\x00"
    if kind == "uuid":
        return value
    if kind in NUMBERS:
        return struct.pack(">" + NUMBERS[kind], value)
    content = value.encode() if isinstance(value, str) else value
    form = ">h" if kind == "string" else ">i"
    return length(None if content is None else len(content), compact, form) + (content or b"")


def encode(message, version, variant):
    version = 0 if message.key is not None else version
    flexible = version >= message.flexible_from
    if variant == "unknown" and not flexible:
        return None
    return Encoder(version, flexible, variant).fields(message.fields, "", variant)


# ---- the file ----

def best(name, version, schemas, newer):
    """Finds who describes a version: Kafka's stable schemas, else the definitions, else what Kafka calls unstable."""
    schema, definition = schemas.get(name), newer.get(name)
    if schema is not None and schema.key is not None:
        return schema if version == schema.key else None
    is_known = schema is not None and holds(schema.versions, version)
    if definition is not None and holds(definition.versions, version) and (not is_known or version > schema.stable_to):
        return definition
    return schema if is_known else None


def lines_of(name, message, version, variants):
    if message.key is not None:
        name = name.rsplit(" ", 1)[0]
    for variant in variants:
        content = encode(message, version, variant)
        if variant == "unset" and content == encode(message, version, "default"):
            continue
        if content is not None:
            digest = hashlib.sha256(content).hexdigest()[:16]
            yield f"{name}\t{version}\t{variant}\t{len(content)}\t{digest}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kafka", required=True, help="a checkout of apache/kafka")
    parser.add_argument("--definitions", help="franz-go's generate/definitions, for versions that Kafka's lack")
    parser.add_argument("--out", help="the file to write")
    parser.add_argument("--show", nargs=3, metavar=("MESSAGE", "VERSION", "VARIANT"), help="print the bytes of one")
    options = parser.parse_args()

    schemas = read_schemas(options.kafka)
    newer = Definitions(options.definitions).messages if options.definitions else {}
    if options.show:
        name, version, variant = options.show[0], int(options.show[1]), options.show[2]
        message = best(name, version, schemas, newer) or best(f"{name} {version}", version, schemas, newer)
        print(encode(message, version, variant).hex())
        return

    lines = []
    for name in sorted(schemas.keys() | newer.keys()):
        for version in range(64):
            message = best(name, version, schemas, newer)
            if message is not None:
                # What is null by default, the definitions do not say.
                lines += lines_of(name, message, version, VARIANTS if name in schemas
                                  and message is schemas[name] else VARIANTS[2:])
    Path(options.out).write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} encodings of {len({line.split(chr(9))[0] for line in lines})} messages", file=sys.stderr)


if __name__ == "__main__":
    main()
