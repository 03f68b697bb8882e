"""One file a runtime: its ``open_signature`` opens an artifact and returns a function that runs a signature.

- ``litert``: a ``.tflite`` file, with the LiteRT interpreter; needs numpy and ai_edge_litert, not TensorFlow
- ``gpu``: a ``.tflite`` file, with LiteRT's GPU delegate and nothing on the CPU
- ``micro``: a ``.tflite`` file, with TFLite Micro; each signature as a file of its own
- ``browser``: a ``.tflite`` file, with LiteRT.js in a headless Chromium
- ``arm64``: a ``.tflite`` file, with LiteRT's ARM64 build on an emulated processor
- ``onnx``: an ``.onnx`` file made of a SavedModel, with ONNX Runtime, to be timed beside ours
- ``serving``: a SavedModel folder, with TensorFlow Serving's own C++ loader; never Python TensorFlow
"""
