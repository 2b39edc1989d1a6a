"""The pictures of a pass for Apple Wallet, in the sizes that phones ask for.

https://developer.apple.com/documentation/walletpasses/creating-the-source-for-a-pass (Add images)
"""
import io

from PIL import Image, ImageColor, UnidentifiedImageError

SCALES = (1, 2, 3)
#: In points: a square, the most that a logo may take, and the picture behind the first line.
ICON, LOGO, STRIP = (29, 29), (160, 50), (375, 144)
#: How much of the icon is its margin, on each side.
MARGIN = 0.1


def pictures(logo, strip, background, foreground):
    """Return the files of a pass's pictures, by name.

    :param bytes | None logo: a picture; without one that can be read, the icon is a plain mark.
    :param bytes | None strip: likewise; there is none without it.
    :param str background, foreground: colours, such as ``#1f6feb``.
    :rtype: dict[str, bytes]
    """
    logo, strip = _opened(logo), _opened(strip)
    files = {}
    for scale in SCALES:
        suffix = '' if scale == 1 else f'@{scale}x'
        files[f'icon{suffix}.png'] = _png(_icon(logo, background, foreground, scale))
        if logo:
            files[f'logo{suffix}.png'] = _png(_within(logo, LOGO, scale))
        if strip:
            files[f'strip{suffix}.png'] = _png(_covering(strip, STRIP, scale))
    return files


def rgb(colour):
    """Return a colour as passes say it."""
    return 'rgb({}, {}, {})'.format(*ImageColor.getrgb(colour)[:3])


def contrasting(colour):
    """Return black or white, whichever is read more easily on a colour (by its luma, ITU-R BT.601)."""
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return '#000000' if 0.299 * red + 0.587 * green + 0.114 * blue > 150 else '#ffffff'


def _opened(content):
    if not content:
        return None
    try:
        # Odoo keeps SVG as it came, which is no picture here.
        return Image.open(io.BytesIO(content)).convert('RGBA')
    except (UnidentifiedImageError, OSError, ValueError):
        return None


def _within(picture, size, scale):
    """Return a picture as large as fits."""
    width, height = (side * scale for side in size)
    factor = min(width / picture.width, height / picture.height)
    return picture.resize(
        (max(1, round(picture.width * factor)), max(1, round(picture.height * factor))), Image.Resampling.LANCZOS)


def _covering(picture, size, scale):
    width, height = (side * scale for side in size)
    factor = max(width / picture.width, height / picture.height)
    scaled = picture.resize(
        (max(width, round(picture.width * factor)), max(height, round(picture.height * factor))),
        Image.Resampling.LANCZOS)
    left, top = (scaled.width - width) // 2, (scaled.height - height) // 2
    return scaled.crop((left, top, left + width, top + height))


def _icon(logo, background, foreground, scale):
    side = ICON[0] * scale
    icon = Image.new('RGBA', (side, side), background)
    inner = round(side * (1 - 2 * MARGIN))
    mark = _within(logo, (inner, inner), 1) if logo else Image.new('RGBA', (side // 3, side // 3), foreground)
    icon.alpha_composite(mark, ((side - mark.width) // 2, (side - mark.height) // 2))
    return icon


def _png(picture):
    output = io.BytesIO()
    picture.save(output, 'PNG', optimize=True)
    return output.getvalue()
