"""Exact search among binary codes by Hamming distance, on faiss; neither TensorFlow nor Keras is needed."""

from keraszoo.search.index import CodeIndex

__all__ = ["CodeIndex"]
