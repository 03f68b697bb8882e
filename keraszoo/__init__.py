"""keraszoo: small Keras encoder-decoders that are trained, proven and shipped.

Importing this package imports neither TensorFlow nor Keras; its modules do when they need them:

- ``keraszoo.data``: images in
- ``keraszoo.models``: the builders, plain functional Keras
- ``keraszoo.training``: the one place that compiles and fits
- ``keraszoo.evaluation``: measures and pictures
- ``export``: SavedModel, TFLite and the proof that they agree with Keras
"""

__version__ = "0.1.0"
