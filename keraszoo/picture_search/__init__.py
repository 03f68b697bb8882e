"""Search among pictures by their binary codes: index a folder or a data set, find the pictures like others, show them.

A picture is named by the path of its file or, in a data set, by a text such as ``mnist/test/17``, which is
``load_images("mnist").test.images[17]``.
"""

from keraszoo.data.named_pictures import read_queries
from keraszoo.picture_search.building import index_pictures
from keraszoo.picture_search.finding import Found, find_pictures
from keraszoo.picture_search.grid import plot_found
from keraszoo.picture_search.index_files import (
    check_model,
    check_replaceable,
    describe_index,
    model_identity,
    named_model,
    open_index,
)

__all__ = [
    "Found",
    "check_model",
    "check_replaceable",
    "describe_index",
    "find_pictures",
    "index_pictures",
    "model_identity",
    "named_model",
    "open_index",
    "plot_found",
    "read_queries",
]
