"""Videos of barcodes as a phone's camera sees them, for Chromium's fake camera.

The camera is that of a phone held at 15 cm: 12 cm across 1280 points. Codes have their real size. Hands shake, light
comes from one side, and neither the focus nor the angle is perfect.
"""
import functools
import io
import math

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 720
POINTS_PER_MM = WIDTH / 120
#: Millimetres: of an EAN-13 at its nominal size without the digits below, of a QR code, and of a Data Matrix.
EAN_WIDTH, EAN_HEIGHT, QR_SIZE, MATRIX_SIZE = 31.35, 22.85, 25, 12
FRAMES = 5
#: Points of the drawing for each millimetre; the camera has fewer.
FINE = 24


def ean13(digits):
    return _drawn(digits, zxingcpp.BarcodeFormat.EAN13, EAN_WIDTH, EAN_HEIGHT)


def qr(text):
    return _drawn(text, zxingcpp.BarcodeFormat.QRCode, QR_SIZE, QR_SIZE)


def gs1_matrix(elements):
    """:param str elements: with brackets, such as ``(01)09506000134352(17)270131``"""
    return _drawn(elements, zxingcpp.BarcodeFormat.DataMatrix, MATRIX_SIZE, MATRIX_SIZE, gs1=True)


def write(path, label):
    """Write a video (MJPEG) of a label."""
    path.write_bytes(b''.join(_jpeg(_frame(label, number)) for number in range(FRAMES)))
    return path


def _drawn(text, form, width, height, **options):
    """Return a white label with a code of this size in millimetres on it, and a clear zone around."""
    code = zxingcpp.write_barcode_to_image(
        zxingcpp.create_barcode(text, form, **options), scale=1, add_quiet_zones=False)
    modules = np.array(code)
    if width != height:
        # Bars are as long as they are on paper.
        modules = modules[:1]
    clear = round(4 * FINE)
    label = Image.new('L', (round(width * FINE) + 2 * clear, round(height * FINE) + 2 * clear), 255)
    size = round(width * FINE), round(height * FINE)
    label.paste(Image.fromarray(modules).resize(size, Image.NEAREST), (clear, clear))
    return label


def _frame(label, number):
    """Return what the camera sees of a label at one moment."""
    angle = math.radians(5 + 0.6 * math.sin(number * 2.1))
    scale = FINE / POINTS_PER_MM
    shift = 9 * math.sin(number * 1.7), 7 * math.cos(number * 2.3)
    middle = WIDTH / 2 + shift[0], HEIGHT / 2 + shift[1]
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    to_label = (cos, sin, label.width / 2 - cos * middle[0] - sin * middle[1],
                -sin, cos, label.height / 2 + sin * middle[0] - cos * middle[1])
    # Drawn small in one step, it would be made of single points: the lens takes the mean of what falls on one.
    blurred = label.filter(ImageFilter.GaussianBlur(scale * 0.6))
    seen = blurred.transform((WIDTH, HEIGHT), Image.AFFINE, to_label, Image.BICUBIC)
    mask = Image.new('L', label.size, 255).transform((WIDTH, HEIGHT), Image.AFFINE, to_label, Image.BICUBIC)
    picture = np.asarray(Image.composite(seen, _packaging(), mask), dtype=float)
    # The lamp is at the upper left, and the hand's shadow at the lower right.
    light = np.linspace(1, 0.62, WIDTH)[None, :] * np.linspace(1, 0.8, HEIGHT)[:, None]
    noise = np.random.default_rng(number).normal(0, 4, (HEIGHT, WIDTH))
    return Image.fromarray(np.clip((25 + 0.85 * picture) * light + noise, 0, 255).astype('uint8'))


@functools.cache
def _packaging():
    """Return what is around the label: a printed box."""
    box = Image.new('L', (WIDTH, HEIGHT), 150)
    draw = ImageDraw.Draw(box)
    for row in range(0, HEIGHT, 44):
        draw.text((row % 130, row), 'Rinse before use - Rincer avant usage · ' * 4, fill=60, font_size=22)
    return box


def _jpeg(picture):
    # What reads the video knows colours only.
    data = io.BytesIO()
    picture.convert('RGB').save(data, 'JPEG', quality=82)
    return data.getvalue()
