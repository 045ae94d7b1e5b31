"""Runs one embedder written in Python for Sketch-Search: loads it, then embeds batches until its input ends.

Frames as in protocol.ts: u32 length of the JSON, u32 length of the payload, the JSON, the payload; little-endian.
Requests come from standard input, answers go to file descriptor 3. Needs nothing but numpy.
"""

import importlib
import importlib.util
import inspect
import json
import operator
import os
import signal
import struct
import sys
import traceback

HEADER = struct.Struct("<II")
DEFAULT_SIZE = 224
MAX_MARGIN = 0.45
OWN_FOLDER = os.path.dirname(os.path.realpath(__file__))


def private_streams():
    """Both ends of the connection to the server, which neither the embedder nor its child processes can disturb."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(3), "wb")
    os.close(3)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return requests, answers


def read_frame(stream):
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    json_length, payload_length = HEADER.unpack(header)
    message = json.loads(stream.read(json_length))
    return message, stream.read(payload_length)


def write_frame(stream, message, payload=b""):
    encoded = json.dumps(message).encode("utf-8")
    stream.write(HEADER.pack(len(encoded), len(payload)))
    stream.write(encoded)
    stream.write(payload)
    stream.flush()


def note(sentence):
    print(sentence, file=sys.stderr, flush=True)


def is_importable(name):
    """Whether an import of that name finds a module other than the class's own file."""
    if name in sys.modules:
        return True
    # A file name with a full stop is the name of no module, and would be taken for one in a package.
    return "." not in name and importlib.util.find_spec(name) is not None


def import_first(name):
    """Imports a module before the folder of the class can hide it. One that fails is not needed, or fails again for the class."""
    try:
        importlib.import_module(name)
    except Exception:
        pass


def import_class(definition):
    # The class imports neither this file nor those beside it.
    sys.path[:] = [folder for folder in sys.path if os.path.realpath(folder or os.curdir) != OWN_FOLDER]
    if "file" in definition:
        path = os.path.abspath(definition["file"])
        stem = os.path.splitext(os.path.basename(path))[0]
        # Under its own name, so that processes that it starts can import it too. A module of that name is not replaced, because the class
        # may use it.
        own_name = stem
        if is_importable(stem):
            own_name = f"embedder_{stem}"
            import_first(stem)
        # Files beside the class come first, as for a program that Python runs.
        sys.path[:0] = [os.path.dirname(path), os.getcwd()]
        spec = importlib.util.spec_from_file_location(own_name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        name = definition["class_name"]
    else:
        sys.path.insert(0, os.getcwd())
        module_name, name = definition["target"].rsplit(".", 1)
        module = importlib.import_module(module_name)
    if not hasattr(module, name):
        classes = [key for key, value in vars(module).items() if inspect.isclass(value)]
        raise ImportError(f"there is no class {name}; the module has {', '.join(classes) or 'none'}")
    return getattr(module, name)


class Host:
    def __init__(self, name, definition):
        import numpy

        self.numpy = numpy
        self.embedder = import_class(definition)(*definition["args"], **definition["kwargs"])
        try:
            # As the reference implementation does after the constructor.
            self.embedder.name = name
        except AttributeError:
            # A class with __slots__ or a read-only property has a name of its own, or needs none.
            pass
        if not callable(getattr(self.embedder, "embed", None)):
            raise TypeError("the class has no method embed(self, images)")
        parameters = inspect.signature(self.embedder.embed).parameters
        self.takes_kind = "kind" in parameters
        self.width, self.height = self.input_size()

    def input_size(self):
        """Width and height. Classes of the reference implementation may use the name for something else."""
        size = getattr(self.embedder, "input_size", DEFAULT_SIZE)
        if isinstance(size, (tuple, list)) and len(size) == 3 and size[0] == 3:
            # Channels, height and width, as timm has them.
            size = (size[2], size[1])
        try:
            width, height = size if isinstance(size, (tuple, list)) else (size, size)
            return operator.index(width), operator.index(height)
        except (TypeError, ValueError):
            note(f"input_size is {size!r}, neither a number nor width and height: images have {DEFAULT_SIZE} pixels a side.")
            return DEFAULT_SIZE, DEFAULT_SIZE

    def embed(self, pixels, kind):
        """uint8 [n, height, width, 3] to float32 [n, dimensions]."""
        images = pixels.astype(self.numpy.float32) / self.numpy.float32(255)
        vectors = self.embedder.embed(images, kind=kind) if self.takes_kind else self.embedder.embed(images)
        return self.checked(vectors, len(images), "embed")

    def checked(self, vectors, count, method):
        vectors = self.numpy.asarray(vectors)
        if vectors.ndim != 2 or vectors.shape[0] != count:
            raise ValueError(
                f"{method}() returned an array of shape {list(vectors.shape)}, expected [{count}, dimensions]"
            )
        return self.numpy.ascontiguousarray(vectors, dtype="<f4")

    def embeds_text(self):
        return callable(getattr(self.embedder, "embed_text", None))

    def embed_text(self, texts):
        """list[str] to float32 [n, dimensions]."""
        return self.checked(self.embedder.embed_text(texts), len(texts), "embed_text")

    def dimensions(self):
        """Length of the vectors, found by embedding one picture: the property may be that of a part of the model."""
        ramp = self.numpy.linspace(0, 255, self.height * self.width * 3)
        pixels = ramp.astype(self.numpy.uint8).reshape(1, self.height, self.width, 3)
        found = self.embed(pixels, "photo").shape[1]
        defined = getattr(self.embedder, "dimensions", found)
        if isinstance(defined, int) and defined != found:
            note(f"dimensions is {defined}, but embed() returns vectors of {found} numbers: these are used.")
        return found


def reason_of(error):
    """The error, and the line of the embedder's code that raised it."""
    ours = (__file__, importlib.__file__)
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename not in ours and "<frozen" not in frame.filename
    ]
    where = f" ({os.path.basename(frames[-1].filename)}, line {frames[-1].lineno})" if frames else ""
    hint = f"; Python is {sys.executable}, another can be named by `python:`" if isinstance(error, ImportError) else ""
    return f"{type(error).__name__}: {error}{where}{hint}"


def assert_telemetry_is_off():
    """telemetry.ts sets the switch; a class may load ONNX Runtime, which reads it only once."""
    if os.environ.get("ORT_DISABLE_TELEMETRY") != "1":
        raise RuntimeError(
            "ONNX Runtime would send telemetry: ORT_DISABLE_TELEMETRY=1 has to be in the environment "
            "with which the process is started"
        )


def load(message):
    assert_telemetry_is_off()
    host = Host(message["name"], message["definition"])
    ready = {
        "type": "ready",
        "dimensions": host.dimensions(),
        "inputSize": {"width": host.width, "height": host.height},
        "embedsText": host.embeds_text(),
    }
    margin = getattr(host.embedder, "sketch_margin", None)
    if margin is not None:
        if not isinstance(margin, (int, float)) or not 0 <= margin <= MAX_MARGIN:
            raise TypeError(f"sketch_margin has to be a number from 0 to {MAX_MARGIN}, but is {margin!r}")
        ready["sketchMargin"] = float(margin)
    return host, ready


def main():
    # Ctrl+C in a terminal reaches the whole process group; the server ends this process when it is done with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = private_streams()
    host = None
    while True:
        frame = read_frame(requests)
        if frame is None:
            return
        message, payload = frame
        try:
            if message["type"] == "load":
                host, ready = load(message)
                write_frame(answers, ready)
                continue
            if message["type"] == "embed_text":
                vectors = host.embed_text(message["texts"])
            else:
                shape = [message["count"], message["height"], message["width"], 3]
                pixels = host.numpy.frombuffer(payload, dtype=host.numpy.uint8).reshape(shape)
                vectors = host.embed(pixels, message["kind"])
            write_frame(answers, {"type": "vectors", "id": message["id"]}, vectors.tobytes())
        except (Exception, SystemExit) as error:
            traceback.print_exc()
            write_frame(answers, {"type": "error", "id": message.get("id"), "message": reason_of(error)})


if __name__ == "__main__":
    main()
