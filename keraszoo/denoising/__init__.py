"""Clean pictures of any size with a trained model: arrays, files and folders."""

from keraszoo.denoising.files import denoise_files
from keraszoo.denoising.tiles import denoise_picture

__all__ = ["denoise_files", "denoise_picture"]
