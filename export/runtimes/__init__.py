"""One file a runtime: its ``open_signature`` opens an artifact and returns a function that runs a signature.

- ``litert``: a ``.tflite`` file, with the LiteRT interpreter; needs numpy and ai_edge_litert, not TensorFlow
- ``serving``: a SavedModel folder, with TensorFlow Serving's own C++ loader; never Python TensorFlow
"""
